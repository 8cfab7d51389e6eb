"""Which units does each H3 cell hold, when cells are opened where units crowd and closed where they are few?

A tree: the 122 cells at resolution 0, and seven smaller ones (six in a pentagon) in each that is open. Only cells that
are not open hold units, as chains of row numbers. Everything stands in arrays, one row of them a property, one column a
unit or a cell; all that is compiled here changes them in place.
"""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt
from typing import TYPE_CHECKING, Final

import numba
import numpy as np

from domain.tours.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

FLOATS = numba.float64[:, ::1]
INTS = numba.int64[:, ::1]

# Of a unit, as floats: the point on the unit sphere, when it was there, when its duty ends (seconds).
X, Y, Z, SEEN_AT, ENDS_AT = 0, 1, 2, 3, 4
PLACE_ROWS: Final = 5
# Of a unit, as whole numbers: the cell of the tree that it is chained in, its neighbours there, its cell at resolution
# 10, what it can do, the areas it serves, the offers it has out, whose it is.
HELD_BY, AFTER, BEFORE, CELL, CAN, AREAS, OFFERS, OWNER = 0, 1, 2, 3, 4, 5, 6, 7
TRAIT_ROWS: Final = 8
# Of a cell, as floats: its centre on the unit sphere (0, 1, 2 again), the largest squared chord from there to a unit
# that it held, and sine and cosine of half the angle that it reaches.
FARTHEST, SIN_REACH, COS_REACH = 3, 4, 5
SPOT_ROWS: Final = 6
# Of a cell, as whole numbers: its H3 number, the resolution, the cell around it, its first unit, how many units it and
# all within it hold, what some of them can do, and the first of the seven cells within it by digit; NOBODY is none.
NUMBER, RESOLUTION, AROUND, FIRST, COUNT, SOME_CAN, WITHIN = 0, 1, 2, 3, 4, 5, 6
DIGITS: Final = 7
CELL_ROWS: Final = WITHIN + DIGITS + 1
# Cells that were closed are chained for the next opening: the first is kept in column 0, the unused end in column 1.
SPARE: Final = WITHIN + DIGITS

LAYOUT: Final = (
    *(X, Y, Z, SEEN_AT, ENDS_AT, AFTER, CAN, AREAS, OFFERS, OWNER),
    *(FARTHEST, SIN_REACH, COS_REACH, FIRST, COUNT, SOME_CAN, WITHIN, DIGITS),
)
"""Told to other files that are compiled with these numbers: their machine code is kept by their own text alone."""

NOBODY: Final = -1
LARGEST: Final = 122
FINEST: Final = 10
"""Smaller than 70 m nobody's position is known; whoever stands together there stays together."""
MOST: Final = 64
"""Units of a cell before it is opened: of 16, 32 and 64 that was the quickest, for updates and searches alike."""
FEWEST: Final = 24
"""Units of an open cell before it is closed: far below ``MOST``, so that one going to and fro changes nothing."""
SLACK: Final = 1e-7
"""Half angles are rounded up by this, 1.3 m on the ground: sums of doubles are off by a hundredth of it at most."""


@compiled(numba.int64, numba.int64, numba.int64)
def _holder(cell: int, resolution: int) -> int:
    """The cell of that resolution that holds an H3 cell: the finer digits (three bits each) are all set."""
    return (cell & ~(15 << 52)) | (resolution << 52) | ((1 << 3 * (15 - resolution)) - 1)


@compiled(numba.void, FLOATS, INTS, numba.int64, numba.float64, numba.float64, numba.float64)
def _stretch(spots: Floats, cells: Ints, cell: int, x: float, y: float, z: float) -> None:
    """Let the cell and those around it reach as far as a point that it holds."""
    while cell != NOBODY:
        dx, dy, dz = spots[X, cell] - x, spots[Y, cell] - y, spots[Z, cell] - z
        chord2 = dx * dx + dy * dy + dz * dz
        if chord2 > spots[FARTHEST, cell]:
            # Measured from whom it holds, not derived from its shape: small cells stick out of the large ones.
            spots[FARTHEST, cell] = chord2
            reach = asin(min(1.0, sqrt(chord2) / 2)) + SLACK
            spots[SIN_REACH, cell], spots[COS_REACH, cell] = sin(reach), cos(reach)
        cell = cells[AROUND, cell]


@compiled(numba.void, INTS, INTS, numba.int64, numba.int64)
def _chain(traits: Ints, cells: Ints, cell: int, row: int) -> None:
    first = cells[FIRST, cell]
    traits[HELD_BY, row], traits[BEFORE, row], traits[AFTER, row] = cell, NOBODY, first
    if first != NOBODY:
        traits[BEFORE, first] = row
    cells[FIRST, cell] = row


@compiled(numba.void, INTS, numba.int64)
def _close(cells: Ints, cell: int) -> None:
    """Give the cells within it back: nothing is chained in them any more."""
    for digit in range(DIGITS):
        inner = cells[WITHIN + digit, cell]
        if inner != NOBODY:
            cells[WITHIN + digit, cell] = NOBODY
            cells[COUNT, inner] = 0
            cells[SPARE, inner] = cells[SPARE, 0]
            cells[SPARE, 0] = inner


@compiled(numba.void, INTS, INTS, numba.int64)
def _gather(traits: Ints, cells: Ints, cell: int) -> None:
    """Close an open cell: whom the cells within it hold, none of them open, is chained in it."""
    able = 0
    for digit in range(DIGITS):
        inner = cells[WITHIN + digit, cell]
        if inner != NOBODY:
            row = cells[FIRST, inner]
            while row != NOBODY:
                following = traits[AFTER, row]
                _chain(traits, cells, cell, row)
                able |= traits[CAN, row]
                row = following
    cells[SOME_CAN, cell] = able
    _close(cells, cell)


@compiled(numba.void, INTS, INTS, numba.int64)
def leave(traits: Ints, cells: Ints, row: int) -> None:
    """Take a unit out of its cell, and close what has become too empty."""
    cell = traits[HELD_BY, row]
    if cell == NOBODY:
        return
    before, after = traits[BEFORE, row], traits[AFTER, row]
    if before == NOBODY:
        cells[FIRST, cell] = after
    else:
        traits[AFTER, before] = after
    if after != NOBODY:
        traits[BEFORE, after] = before
    traits[HELD_BY, row] = NOBODY
    while cell != NOBODY:
        cells[COUNT, cell] -= 1
        # From small to large: whatever is open in this one holds at most as many and was closed before.
        if cells[WITHIN, cell] != NOBODY and cells[COUNT, cell] <= FEWEST:
            _gather(traits, cells, cell)
        cell = cells[AROUND, cell]


@compiled(numba.int64, FLOATS, INTS, FLOATS, INTS, numba.int64)
def enter(places: Floats, traits: Ints, spots: Floats, cells: Ints, row: int) -> int:
    """Chain a unit, whose place and cell are set, where it belongs; the cell to be opened for that, or NOBODY."""
    number, able = traits[CELL, row], traits[CAN, row]
    cell = (number >> 45) & 127
    while True:
        cells[COUNT, cell] += 1
        cells[SOME_CAN, cell] |= able
        if cells[WITHIN, cell] == NOBODY:  # the middle one is there in every cell that is open
            break
        cell = cells[WITHIN + ((number >> 3 * (14 - cells[RESOLUTION, cell])) & 7), cell]
    _chain(traits, cells, cell, row)
    _stretch(spots, cells, cell, places[X, row], places[Y, row], places[Z, row])
    return cell if cells[COUNT, cell] > MOST and cells[RESOLUTION, cell] < FINEST else NOBODY


@compiled(
    numba.int64, FLOATS, INTS, FLOATS, INTS,
    numba.int64, numba.float64, numba.float64, numba.int64, numba.float64,
)  # fmt: skip
def move(
    places: Floats, traits: Ints, spots: Floats, cells: Ints,
    row: int, lat: float, lng: float, number: int, seen_at: float,
) -> int:  # fmt: skip
    """Put a unit at a point (degrees) of an H3 cell at resolution 10; the cell to be opened for that, or NOBODY."""
    phi, theta = radians(lat), radians(lng)
    x, y, z = cos(phi) * cos(theta), cos(phi) * sin(theta), sin(phi)
    places[X, row], places[Y, row], places[Z, row], places[SEEN_AT, row] = x, y, z, seen_at
    traits[CELL, row] = number
    cell = traits[HELD_BY, row]
    if cell != NOBODY:
        if _holder(number, cells[RESOLUTION, cell]) == cells[NUMBER, cell]:
            _stretch(spots, cells, cell, x, y, z)
            return NOBODY
        leave(traits, cells, row)
    return enter(places, traits, spots, cells, row)


@compiled(
    numba.int64, FLOATS, INTS, FLOATS, INTS, numba.int64,
    numba.float64[::1], numba.float64[::1], numba.int64[::1], numba.float64[::1], numba.int64[::1],
)  # fmt: skip
def move_many(
    places: Floats, traits: Ints, spots: Floats, cells: Ints, begin: int,
    lats: Floats, lngs: Floats, numbers: Ints, seen_at: Floats, rows: Ints,
) -> int:  # fmt: skip
    """``move`` each from number ``begin`` on, up to the first that asks for a cell to be opened; how many are done."""
    for n in range(begin, len(rows)):
        if move(places, traits, spots, cells, rows[n], lats[n], lngs[n], numbers[n], seen_at[n]) != NOBODY:
            return n + 1
    return len(rows)


@compiled(numba.int64, FLOATS, INTS, FLOATS, INTS, numba.int64, numba.int64[::1], FLOATS)
def open_cell(
    places: Floats, traits: Ints, spots: Floats, cells: Ints, cell: int, numbers: Ints, centres: Floats
) -> int:
    """Spread the units of a cell over the cells within it (their H3 numbers and centres); the next to be opened."""
    resolution = cells[RESOLUTION, cell] + 1
    for n in range(len(numbers)):
        inner = cells[SPARE, 0]
        if inner == NOBODY:
            inner = cells[SPARE, 1]
            cells[SPARE, 1] += 1
        else:
            cells[SPARE, 0] = cells[SPARE, inner]
        cells[:SPARE, inner] = NOBODY
        cells[NUMBER, inner], cells[RESOLUTION, inner], cells[AROUND, inner] = numbers[n], resolution, cell
        cells[COUNT, inner], cells[SOME_CAN, inner] = 0, 0
        spots[FARTHEST, inner], spots[SIN_REACH, inner], spots[COS_REACH, inner] = -1.0, 0.0, 1.0
        spots[X, inner], spots[Y, inner], spots[Z, inner] = centres[n, 0], centres[n, 1], centres[n, 2]
        cells[WITHIN + ((numbers[n] >> 3 * (15 - resolution)) & 7), cell] = inner
    row = cells[FIRST, cell]
    cells[FIRST, cell] = NOBODY
    crowded = NOBODY
    while row != NOBODY:
        following = traits[AFTER, row]
        inner = cells[WITHIN + ((traits[CELL, row] >> 3 * (15 - resolution)) & 7), cell]
        cells[COUNT, inner] += 1
        cells[SOME_CAN, inner] |= traits[CAN, row]
        _chain(traits, cells, inner, row)
        _stretch(spots, cells, inner, places[X, row], places[Y, row], places[Z, row])
        if cells[COUNT, inner] > MOST and resolution < FINEST:
            crowded = inner
        row = following
    return crowded
