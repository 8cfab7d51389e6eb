"""What does it cost those who will call next, when this unit goes there? Minutes that their help comes later.

Future requests are drawn from where help was called for of late. Each would be served by the unit that could be there
first. A unit that takes a job leaves that race until it is free again, at the job's place: where another able unit is
near, nothing is lost; where it was the only one, or the only one with the equipment, much. So the term is the shadow
price of a unit's place and of its skills in one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numba
import numpy as np

from domain.geography import EARTH_RADIUS_M
from domain.tours.compiled import compiled, named, several

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

# Unable, or too far: as bad as coming after an hour and a half.
WORST_S = 5_400.0

_MATRIX, _ROW, _WHOLE = numba.float64[:, ::1], numba.float64[::1], numba.int64[::1]


class Future(NamedTuple):
    """J requests that may come: where (unit vectors), in how many seconds, needing what (``wanted.able``)."""

    places: Floats  # (J, 3)
    in_s: Floats  # (J,)
    needs: Ints  # (J,)


class Fleet(NamedTuple):
    """m units: where they are or will be free (unit vectors), in how many seconds, able to do what."""

    places: Floats  # (m, 3)
    free_s: Floats  # (m,)
    can: Ints  # (m,)


FUTURE = named(Future, _MATRIX, _ROW, _WHOLE)
FLEET = named(Fleet, _MATRIX, _ROW, _WHOLE)


@compiled(numba.float64, _MATRIX, numba.int64, _MATRIX, numba.int64)
def _chord2(one: Floats, i: int, other: Floats, j: int) -> float:
    x, y, z = one[i, 0] - other[j, 0], one[i, 1] - other[j, 1], one[i, 2] - other[j, 2]
    return float(x * x + y * y + z * z)


@compiled(numba.float64, _MATRIX, numba.int64, _MATRIX, numba.int64)
def _apart_m(one: Floats, i: int, other: Floats, j: int) -> float:
    """Along the chord: over a city the same as along the ground."""
    return float(EARTH_RADIUS_M * np.sqrt(_chord2(one, i, other, j)))


@compiled(numba.float64[:, ::1], FUTURE, FLEET, numba.float64)
def soonest_of_each(future: Future, fleet: Fleet, s_per_m: float) -> Floats:
    """For each future request, (J, 3): seconds until the first unit could be there, until the second, who is first.

    Of equals the smaller row is first. Units are looked at in the order in which they are free, so that most of those
    who work are never looked at: somebody is there before they could set out.
    """
    found = np.full((len(future.in_s), 3), WORST_S)
    found[:, 2] = -1.0
    chord_in_a_second = 1.0 / (EARTH_RADIUS_M * s_per_m) if s_per_m > 0.0 else np.inf
    order = np.argsort(fleet.free_s)
    free_s, can, places = fleet.free_s[order], fleet.can[order], fleet.places[order]
    for j in range(len(future.in_s)):
        need, first, second, who = future.needs[j], WORST_S, WORST_S, -1
        for n in range(len(free_s)):
            wait = max(0.0, free_s[n] - future.in_s[j])
            if wait > second:
                break
            if can[n] & need != need:
                continue
            # Most are too far to be second, which the square tells without its root; a hair more lets nobody be missed.
            reach = (second - wait) * chord_in_a_second
            if _chord2(places, n, future.places, j) > reach * reach * (1.0 + 1e-9):
                continue
            there = wait + _apart_m(places, n, future.places, j) * s_per_m
            if there < first or (there == first and order[n] < who):
                second, first, who = first, there, order[n]
            elif there < second:
                second = there
        found[j, 0], found[j, 1], found[j, 2] = first, second, who
    return found


@compiled(several(_WHOLE, _WHOLE), _MATRIX, numba.int64)
def _whose_first(soonest: Floats, units: int) -> tuple[Ints, Ints]:
    """Whose first unit each is: (m,) the first such future request, (J,) the one after it; J where there is none."""
    count = len(soonest)
    first_of, next_of = np.full(units, count), np.full(count, count)
    for j in range(count - 1, -1, -1):
        u = int(soonest[j, 2])
        if u >= 0:
            next_of[j], first_of[u] = first_of[u], j
    return first_of, next_of


@compiled(
    numba.float64, FUTURE, _MATRIX, numba.int64, _WHOLE, _WHOLE, _ROW, numba.int64, numba.float64
)  # fmt: skip
def _later_s(
    future: Future, soonest: Floats, its: int, next_of: Ints, near: Ints, drive_s: Floats, can: int, ends_s: float
) -> float:
    """Summed over those whose first unit it is, beginning with ``its``, and those that are ``near``, in their order."""
    total, at, count = 0.0, 0, len(drive_s)
    while its < count or near[at] < count:
        j = min(its, near[at])
        without = soonest[j, 0]
        if near[at] == j:
            at += 1
        if its == j:
            without, its = soonest[j, 1], next_of[j]
        if can & future.needs[j] == future.needs[j]:
            without = min(without, max(0.0, ends_s - future.in_s[j]) + drive_s[j])
        total += without - soonest[j, 0]
    return total


@compiled(numba.float64[:, ::1], FUTURE, FLEET, _MATRIX, _MATRIX, numba.int64[:, ::1], _MATRIX, numba.float64)
def later_on_average_s(
    future: Future, fleet: Fleet, soonest: Floats, places: Floats, units: Ints, ends_s: Floats, s_per_m: float
) -> Floats:
    """(n, K): seconds by which a future request is served later on average, for each search and candidate unit.

    ``soonest`` is what ``soonest_of_each`` gave, ``places`` (n, 3) where the searches are, ``units`` (n, K) rows of the
    fleet or -1, ``ends_s`` (n, K) when the unit would be free again there. Most future requests are served at the same
    time whoever goes: only those are added up whose first unit it is, or that the search's place is so near to that
    whoever ends there could be first.
    """
    later = np.zeros(units.shape)
    count = len(future.in_s)
    first_of, next_of = _whose_first(soonest, len(fleet.free_s))
    drive_s, near = np.empty(count), np.full(count + 1, count)
    for n in range(len(places)):
        many = 0
        for j in range(count):
            drive_s[j] = _apart_m(places, n, future.places, j) * s_per_m
            if drive_s[j] < soonest[j, 0]:
                near[many] = j
                many += 1
        near[many] = count
        for k in range(units.shape[1]):
            u = units[n, k]
            if u >= 0:
                total = _later_s(future, soonest, first_of[u], next_of, near, drive_s, fleet.can[u], ends_s[n, k])
                later[n, k] = total / count
    return later
