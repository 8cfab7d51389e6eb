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
from domain.tours.compiled import compiled, named

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
    """For each future request, (J, 3): seconds until the first unit could be there, until the second, who is first."""
    found = np.full((len(future.in_s), 3), WORST_S)
    found[:, 2] = -1.0
    chord_in_a_second = 1.0 / (EARTH_RADIUS_M * s_per_m) if s_per_m > 0.0 else np.inf
    for j in range(len(future.in_s)):
        for u in range(len(fleet.free_s)):
            if fleet.can[u] & future.needs[j] != future.needs[j]:
                continue
            wait = max(0.0, fleet.free_s[u] - future.in_s[j])
            if wait >= found[j, 1]:
                continue
            # Most are too far to be second, which the square tells without its root; a hair more lets nobody be missed.
            reach = (found[j, 1] - wait) * chord_in_a_second
            if _chord2(fleet.places, u, future.places, j) > reach * reach * (1.0 + 1e-9):
                continue
            there = wait + _apart_m(fleet.places, u, future.places, j) * s_per_m
            if there < found[j, 0]:
                found[j, 1], found[j, 0], found[j, 2] = found[j, 0], there, u
            elif there < found[j, 1]:
                found[j, 1] = there
    return found


@compiled(numba.float64[:, ::1], FUTURE, FLEET, _MATRIX, _MATRIX, numba.int64[:, ::1], _MATRIX, numba.float64)
def later_on_average_s(
    future: Future, fleet: Fleet, soonest: Floats, places: Floats, units: Ints, ends_s: Floats, s_per_m: float
) -> Floats:
    """(n, K): seconds by which a future request is served later on average, for each search and candidate unit.

    ``soonest`` is what ``soonest_of_each`` gave, ``places`` (n, 3) where the searches are, ``units`` (n, K) rows of the
    fleet or -1, ``ends_s`` (n, K) when the unit would be free again there.
    """
    later = np.zeros(units.shape)
    count = len(future.in_s)
    drive_s = np.empty(count)
    for n in range(len(places)):
        for j in range(count):
            drive_s[j] = _apart_m(places, n, future.places, j) * s_per_m
        for k in range(units.shape[1]):
            u = units[n, k]
            if u < 0:
                continue
            total = 0.0
            for j in range(count):
                without = soonest[j, 1] if int(soonest[j, 2]) == u else soonest[j, 0]
                if fleet.can[u] & future.needs[j] == future.needs[j]:
                    there = max(0.0, ends_s[n, k] - future.in_s[j]) + drive_s[j]
                    without = min(without, there)
                total += without - soonest[j, 0]
            later[n, k] = total / count
    return later
