"""How much can a tour still gain after a job that ends at a given time?

A bound from above, for pruning: time is cut into bins and rounded to the earlier end, and jobs may come again. A job
is worth its price (a dual of the master); driving and lateness take from it.
"""

from __future__ import annotations

import numba
import numpy as np

from domain.tours.city import CITY, MATRIX, VECTOR, City
from domain.tours.compiled import compiled
from domain.tours.instance import Floats

BIN_MIN = 1.0
FINEST_BIN_MIN = 0.125
# More bins are dearer than the better bound is worth.
MOST_BINS = 768


def completion_bound(city: City, price: Floats) -> tuple[Floats, float]:
    """``gain[b, j]`` of ending job j not before minute b * bin, shape (bins + 1, n); and the bin. Later: none."""
    horizon = max(0.0, float((city.deadline + price).max(initial=0.0)))
    width = bin_width(city, horizon)
    gain = np.zeros((int(horizon / width) + 2, len(price)))
    _fill(city, np.ascontiguousarray(price), width, gain)
    return gain, width


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


@compiled(numba.void, CITY, VECTOR, numba.float64, MATRIX)
def _fill(city: City, price: Floats, width: float, gain: Floats) -> None:
    n = len(price)
    everything = 0.0  # no tour gains more than all prices: for a step within one bin
    for j in range(n):
        everything += max(0.0, price[j])
    bins = gain.shape[0] - 1
    top = 0.0  # of all later bins
    for b in range(bins - 1, -1, -1):
        now = b * width
        later = top
        for j in range(n):
            best = 0.0
            for k in range(n):
                drive = city.leg[j, k]
                worth = price[k] - drive
                if k == j or (worth + later <= best and drive + city.work[k] > 1.001 * width):
                    continue
                arrival = now + drive
                late = arrival - city.deadline[k]
                if late > 0.0:
                    worth -= late
                ends = int((arrival + city.work[k]) / width)
                if ends <= b:
                    worth += everything
                elif ends < bins:
                    worth += gain[ends, k]
                best = max(best, worth)
            gain[b, j] = best
            top = max(top, best)
