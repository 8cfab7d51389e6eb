"""How much can a tour still gain after a job that ends at a given time?

A bound from above, for pruning: time is cut into bins and rounded to the earlier end, and a job may come again, but not
at once after its follower. A job is worth its price (a dual of the master); driving and lateness take from it. The best
gain is kept with its next job, and the best with any other: whoever may not drive to the one takes the other.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from domain.tours.city import CITY, INT_MATRIX, MATRIX, VECTOR, City
from domain.tours.compiled import compiled, named
from domain.tours.instance import Floats, Ints

BIN_MIN = 1.0
FINEST_BIN_MIN = 0.125
# More bins are dearer than the better bound is worth.
MOST_BINS = 768


class Completion(NamedTuple):
    """By bin and job; bins + 1 rows, the last for all later times: nothing is gained any more."""

    gain: Floats
    follower: Ints  # the next job of the best, -1 for none
    otherwise: Floats  # the gain with any other next job
    width: Floats  # (1,) of a bin, in minutes


COMPLETION = named(Completion, MATRIX, INT_MATRIX, MATRIX, VECTOR)


def completion_bound(city: City, price: Floats, coarser: float = 1.0) -> Completion:
    """Of ending a job not before a bin begins. ``coarser`` bins are cheaper and prune less."""
    horizon = max(0.0, float((city.deadline + price).max(initial=0.0)))
    width = bin_width(city, horizon) * coarser
    shape = int(horizon / width) + 2, len(price)
    found = Completion(np.zeros(shape), np.full(shape, -1), np.zeros(shape), np.array([width]))
    _fill(city, np.ascontiguousarray(price), found)
    return found


def bin_width(city: City, horizon_min: float) -> float:
    """Shorter than any job with the drive to it, if that is not too fine: a bin then follows from later ones."""
    n = len(city.work)
    legs = city.leg[:n] + city.work
    np.fill_diagonal(legs, np.inf)
    shortest = float(legs.min(initial=np.inf))
    width = BIN_MIN
    while width > shortest and width > FINEST_BIN_MIN:
        width /= 2
    while horizon_min / width > MOST_BINS:
        width *= 2
    return width


@compiled(numba.void, CITY, VECTOR, COMPLETION)
def _fill(city: City, price: Floats, found: Completion) -> None:
    gain, follower, otherwise, width = found.gain, found.follower, found.otherwise, found.width[0]
    leg, deadline, work, n = city.leg, city.deadline, city.work, len(price)
    everything = 0.0  # no tour gains more than all prices: for a step within one bin
    for j in range(n):
        everything += max(0.0, price[j])
    bins = gain.shape[0] - 1
    later, some = np.zeros(n), np.zeros(n, np.int64)
    for b in range(bins - 1, -1, -1):
        now, count = b * width, 0
        for k in range(n):  # what the job's own followers gain at most; is it worth a look at this time?
            ends = b + int(work[k] / width)
            later[k] = everything if ends <= b else (gain[ends, k] if ends < bins else 0.0)
            if price[k] - max(0.0, now - deadline[k]) + later[k] > 0.0:
                some[count] = k
                count += 1
        for j in range(n):
            best, second, first = 0.0, 0.0, -1
            guess = follower[b + 1, j]  # it is mostly the same as a minute later
            for z in range(-1, count):
                k = guess if z < 0 else some[z]
                if k < 0 or k == j or (z >= 0 and k == guess):
                    continue
                drive = leg[j, k]
                worth = price[k] - drive
                if worth + later[k] <= second:
                    continue
                arrival = now + drive
                worth -= max(0.0, arrival - deadline[k])
                ends = int((arrival + work[k]) / width)
                if ends <= b:
                    worth += everything
                elif ends < bins:
                    worth += otherwise[ends, k] if follower[ends, k] == j else gain[ends, k]
                if worth > best:
                    best, second, first = worth, best, k
                elif worth > second:
                    second = worth
            gain[b, j], otherwise[b, j], follower[b, j] = best, second, first
