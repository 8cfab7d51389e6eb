"""Which units are nearest to a point, of those that may be asked? Cells in the order of the least distance in them.

The search ends when K were found and no cell is left that could hold a nearer one; it never ends at the first cell that
holds somebody, for a neighbour's edge may be nearer than this one's middle. Distances are compared as squared chords of
the unit sphere: nearer along the great circle is nearer along the chord.
"""

from __future__ import annotations

from math import asin, cos, inf, radians, sin, sqrt
from typing import TYPE_CHECKING, Final

import numba
import numpy as np

from domain.geography import EARTH_RADIUS_M
from domain.matching.cells import (
    AFTER,
    AREAS,
    CAN,
    COS_REACH,
    COUNT,
    DIGITS,
    ENDS_AT,
    FIRST,
    FLOATS,
    INTS,
    LARGEST,
    LAYOUT,
    NOBODY,
    OFFERS,
    OWNER,
    SEEN_AT,
    SIN_REACH,
    SOME_CAN,
    WITHIN,
    X,
    Y,
    Z,
)
from domain.tours.compiled import compiled

if TYPE_CHECKING:
    from domain.matching.cells import Floats, Ints

FLOAT_LIST = numba.float64[::1]
INT_LIST = numba.int64[::1]

# What a search asks of a unit, as floats: on duty until then (seconds), seen since then, within this squared chord.
UNTIL, SINCE, CHORD2 = 0, 1, 2
WITHIN_ROWS: Final = 3
# And as whole numbers: able to do all this, serving one of these areas, with fewer offers out.
NEEDS, SERVING, FEWER = 0, 1, 2
ASKED_ROWS: Final = 3

if LAYOUT != (0, 1, 2, 3, 4, 1, 4, 5, 6, 7, 3, 4, 5, 3, 4, 5, 6, 7):
    # Whoever changes the layout writes it here as well: without a change of this text the old machine code would stay.
    raise ImportError("the layout of domain.matching.cells is not the one that this file was compiled with")

EARTH_DIAMETER_M: Final = 2 * EARTH_RADIUS_M
"""Twice the mean radius that ``domain.geography`` measures with."""


@compiled(numba.float64, FLOATS, numba.int64, numba.float64, numba.float64, numba.float64)
def _least(spots: Floats, cell: int, x: float, y: float, z: float) -> float:
    """The least squared chord that a unit of the cell can have: the angle to its centre less that of its reach."""
    dx, dy, dz = spots[X, cell] - x, spots[Y, cell] - y, spots[Z, cell] - z
    quarter = (dx * dx + dy * dy + dz * dz) / 4
    half, reach = sqrt(quarter), spots[SIN_REACH, cell]
    if half <= reach:
        return 0.0
    least = 2 * (half * spots[COS_REACH, cell] - sqrt(max(0.0, 1 - quarter)) * reach)
    return least * least if least > 0.0 else 0.0


@compiled(numba.int64, FLOAT_LIST, INT_LIST, numba.int64, numba.float64, numba.int64)
def _push(order: Floats, heap: Ints, size: int, least: float, cell: int) -> int:
    here = size
    while here > 0 and order[(here - 1) // 2] > least:
        order[here], heap[here] = order[(here - 1) // 2], heap[(here - 1) // 2]
        here = (here - 1) // 2
    order[here], heap[here] = least, cell
    return size + 1


@compiled(numba.int64, FLOAT_LIST, INT_LIST, numba.int64)
def _drop_first(order: Floats, heap: Ints, size: int) -> int:
    size -= 1
    last, cell, here = order[size], heap[size], 0
    while 2 * here + 1 < size:
        lower = 2 * here + 1
        if lower + 1 < size and order[lower + 1] < order[lower]:
            lower += 1
        if order[lower] >= last:
            break
        order[here], heap[here] = order[lower], heap[lower]
        here = lower
    order[here], heap[here] = last, cell
    return size


@compiled(numba.boolean, FLOATS, INTS, numba.int64, FLOAT_LIST, INT_LIST, INT_LIST)
def _may_be_asked(places: Floats, traits: Ints, row: int, limits: Floats, asked: Ints, blocked: Ints) -> bool:
    if (
        traits[AREAS, row] & asked[SERVING] == 0
        or traits[OFFERS, row] >= asked[FEWER]
        or places[ENDS_AT, row] < limits[UNTIL]
        or places[SEEN_AT, row] < limits[SINCE]
    ):
        return False
    owner = traits[OWNER, row]
    for one in blocked:  # noqa: SIM110  compiled
        if one == owner:
            return False
    return True


@compiled(
    numba.int64, FLOATS, INTS, INTS, numba.int64, numba.float64, numba.float64, numba.float64,
    FLOAT_LIST, INT_LIST, INT_LIST, INT_LIST, FLOAT_LIST, numba.int64,
)  # fmt: skip
def _scan(
    places: Floats, traits: Ints, cells: Ints, cell: int, x: float, y: float, z: float,
    limits: Floats, asked: Ints, blocked: Ints, rows: Ints, chords: Floats, found: int,
) -> int:  # fmt: skip
    """Sort the units of a cell into the best so far; ties go to the smaller row. How many there are now."""
    most, need = len(rows), asked[NEEDS]
    row = cells[FIRST, cell]
    while row != NOBODY:
        if traits[CAN, row] & need == need:
            dx, dy, dz = places[X, row] - x, places[Y, row] - y, places[Z, row] - z
            chord2 = dx * dx + dy * dy + dz * dz
            is_wanted = chord2 <= limits[CHORD2]
            if found == most:
                last = chords[most - 1]
                is_wanted = chord2 < last or (chord2 == last and row < rows[most - 1])
            if is_wanted and _may_be_asked(places, traits, row, limits, asked, blocked):
                if found < most:
                    found += 1
                at = found - 1
                while at > 0 and (chords[at - 1] > chord2 or (chords[at - 1] == chord2 and rows[at - 1] > row)):
                    rows[at], chords[at] = rows[at - 1], chords[at - 1]
                    at -= 1
                rows[at], chords[at] = row, chord2
        row = traits[AFTER, row]
    return found


@compiled(numba.void, INT_LIST, FLOAT_LIST, numba.int64)
def _in_metres(rows: Ints, chords: Floats, found: int) -> None:
    """Squared chords become distances along the great circle; what was not found is nobody, infinitely far."""
    for n in range(found):
        chords[n] = EARTH_DIAMETER_M * asin(min(1.0, sqrt(chords[n]) / 2))
    for n in range(found, len(rows)):
        rows[n], chords[n] = NOBODY, inf


@compiled(
    numba.int64, FLOATS, INTS, FLOATS, INTS, numba.float64, numba.float64,
    FLOAT_LIST, INT_LIST, INT_LIST, INT_LIST, FLOAT_LIST, FLOAT_LIST, INT_LIST,
)  # fmt: skip
def _search(
    places: Floats, traits: Ints, spots: Floats, cells: Ints, lat: float, lng: float,
    limits: Floats, asked: Ints, blocked: Ints, rows: Ints, chords: Floats, order: Floats, heap: Ints,
) -> int:  # fmt: skip
    phi, theta, need = radians(lat), radians(lng), asked[NEEDS]
    x, y, z = cos(phi) * cos(theta), cos(phi) * sin(theta), sin(phi)
    size, found, most, worst = 0, 0, len(rows), limits[CHORD2]
    for cell in range(LARGEST):
        if cells[COUNT, cell] > 0 and cells[SOME_CAN, cell] & need == need:
            least = _least(spots, cell, x, y, z)
            if least <= worst:
                size = _push(order, heap, size, least, cell)
    while size > 0 and order[0] <= worst:
        cell = heap[0]
        size = _drop_first(order, heap, size)
        if cells[WITHIN, cell] == NOBODY:
            found = _scan(places, traits, cells, cell, x, y, z, limits, asked, blocked, rows, chords, found)
            if found == most:
                worst = chords[most - 1]
            continue
        for digit in range(DIGITS):
            inner = cells[WITHIN + digit, cell]
            if inner != NOBODY and cells[COUNT, inner] > 0 and cells[SOME_CAN, inner] & need == need:
                least = _least(spots, inner, x, y, z)
                if least <= worst:
                    size = _push(order, heap, size, least, inner)
    _in_metres(rows, chords, found)
    return found


@compiled(
    numba.int64, FLOATS, INTS, FLOATS, INTS, numba.float64, numba.float64, FLOAT_LIST, INT_LIST, INT_LIST, INT_LIST,
    FLOAT_LIST,
)  # fmt: skip
def nearest(
    places: Floats, traits: Ints, spots: Floats, cells: Ints, lat: float, lng: float,
    limits: Floats, asked: Ints, blocked: Ints, rows: Ints, distances_m: Floats,
) -> int:  # fmt: skip
    """Fill ``rows`` and ``distances_m`` with the nearest that may be asked, nearest first; how many there are."""
    order, heap = np.empty(cells.shape[1]), np.empty(cells.shape[1], np.int64)
    return _search(
        places, traits, spots, cells, lat, lng, limits, asked, blocked, rows, distances_m, order, heap
    )  # fmt: skip


@compiled(
    numba.void, FLOATS, INTS, FLOATS, INTS, FLOAT_LIST, FLOAT_LIST, FLOATS, INTS, INT_LIST, INT_LIST, INTS, FLOATS
)
def nearest_of_each(
    places: Floats, traits: Ints, spots: Floats, cells: Ints, lats: Floats, lngs: Floats,
    limits: Floats, asked: Ints, blocked: Ints, blocked_from: Ints, rows: Ints, distances_m: Floats,
) -> None:  # fmt: skip
    """The same for n searches, a row of each array a search; of search n, ``blocked[blocked_from[n]:...[n + 1]]``."""
    order, heap = np.empty(cells.shape[1]), np.empty(cells.shape[1], np.int64)
    for n in range(len(lats)):
        _search(
            places, traits, spots, cells, lats[n], lngs[n], limits[n], asked[n],
            blocked[blocked_from[n] : blocked_from[n + 1]], rows[n], distances_m[n], order, heap,
        )  # fmt: skip
