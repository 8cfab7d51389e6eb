"""On which side of an outline's lines does a point lie, to the last bit? Compiled, for many points a second.

A point is inside where a ray to the east crosses the outline's lines an odd number of times; on a line is inside, too.
On which side of a line it lies is decided exactly, with twice the digits where the ordinary ones leave a doubt.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Final

import numba
import numpy as np

from domain.tours.compiled import compiled, several

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

FLOAT_LIST = numba.float64[::1]
FLOATS = numba.float64[:, ::1]
INT_LIST = numba.int64[::1]
INTS = numba.int64[:, ::1]

# Of a cell of the cover: the seven within it by digit, the first of its entries and the first that is no longer one.
FIRST_ENTRY, END_ENTRY, CELL_COLUMNS = 7, 8, 9
# Of an entry: the outline, and its lines that matter in the cell; none when the cell lies inside as a whole.
OUTLINE, FIRST_LINE, END_LINE, ENTRY_COLUMNS = 0, 1, 2, 3
NONE: Final = -1

SPLITTER: Final = 134_217_729.0
"""2 ** 27 + 1: cuts a double into two halves whose products are exact (Dekker 1971)."""
IN_DOUBT: Final = 3.4e-16
"""Share of the two products below which their difference could have the wrong sign (Shewchuk 1997: 3 ulp and a bit)."""


@compiled(several(numba.float64, numba.float64), numba.float64, numba.float64)
def _difference(a: float, b: float) -> tuple[float, float]:
    """a - b, and what rounding took off it (Knuth)."""
    high = a - b
    other = a - high
    return high, (a - (high + other)) + (other - b)


@compiled(several(numba.float64, numba.float64), numba.float64, numba.float64)
def _product(a: float, b: float) -> tuple[float, float]:
    """a * b, and what rounding took off it (Dekker)."""
    high, big_a, big_b = a * b, SPLITTER * a, SPLITTER * b
    a1, b1 = big_a - (big_a - a), big_b - (big_b - b)
    a2, b2 = a - a1, b - b1
    return high, ((a1 * b1 - high) + a1 * b2 + a2 * b1) + a2 * b2


@compiled(numba.float64, *[numba.float64] * 6)
def side(ax: float, ay: float, bx: float, by: float, x: float, y: float) -> float:
    """Positive when the point lies to the left of the line from a to b, 0 on it; the sign is exact."""
    one, other = (ax - x) * (by - y), (ay - y) * (bx - x)
    turn = one - other
    if abs(turn) > IN_DOUBT * (abs(one) + abs(other)):
        return turn
    a1, a2 = _difference(ax, x)
    b1, b2 = _difference(by, y)
    c1, c2 = _difference(ay, y)
    d1, d2 = _difference(bx, x)
    p1, p2 = _product(a1, b1)
    q1, q2 = _product(c1, d1)
    r1, r2 = _difference(p1, q1)
    return r1 + (r2 + (p2 - q2) + (a1 * b2 + a2 * b1 - c1 * d2 - c2 * d1) + (a2 * b2 - c2 * d2))


@compiled(numba.boolean, FLOATS, numba.int64, numba.int64, numba.float64, numba.float64)
def _holds(lines: Floats, first: int, end: int, x: float, y: float) -> bool:
    inside = False
    for n in range(first, end):
        ax, ay, bx, by = lines[n, 0], lines[n, 1], lines[n, 2], lines[n, 3]
        if ax < x and bx < x:
            continue
        if ay == y == by:
            if min(ax, bx) <= x <= max(ax, bx):
                return True
        elif (x == ax and y == ay) or (x == bx and y == by):
            return True
        elif (ay > y) != (by > y):
            if ax > x and bx > x:
                inside = not inside
                continue
            turn = side(ax, ay, bx, by, x, y)
            if turn == 0.0:
                return True
            inside ^= (turn > 0.0) == (by > ay)
    return inside


@compiled(numba.boolean, FLOATS, numba.float64, numba.float64)
def holds(lines: Floats, x: float, y: float) -> bool:
    """Whether a point (longitude, latitude) is inside the outline of these lines (n, 4), borders included."""
    return _holds(lines, 0, len(lines), x, y)


@compiled(numba.int64, FLOAT_LIST, numba.int64, numba.float64)
def _toggle(heights: Floats, count: int, height: float) -> int:
    """Put a height on the list, or take it off when it is there; how long the list is now.

    The last ones first: a line begins where the one before it ended, so the list stays as short as the runs are few.
    """
    for n in range(count - 1, -1, -1):
        if heights[n] == height:
            heights[n] = heights[count - 1]
            return count - 1
    heights[count] = height
    return count + 1


@compiled(several(numba.boolean, FLOATS), FLOATS, *[numba.float64] * 4)
def lines_at(lines: Floats, west: float, south: float, east: float, north: float) -> tuple[bool, Floats]:
    """Whether any line comes near a box, and the fewest lines that hold the same points of the box as these.

    A line counts as near when its own box meets this one: a cell too many is opened, none too few. No ray to the east
    meets one that lies to the west. Of those to the east only the heights of their ends count, which nearly all cancel,
    for each corner ends two lines: what is left stands as lines infinitely far to the east.
    """
    kept, count = np.empty((len(lines) + 1, 4)), 0
    heights, ends, begun = np.empty(2 * len(lines)), 0, False
    for n in range(len(lines)):
        ax, ay, bx, by = lines[n, 0], lines[n, 1], lines[n, 2], lines[n, 3]
        low, high = min(ay, by), max(ay, by)
        if high < south or low > north or max(ax, bx) < west:
            continue
        if min(ax, bx) <= east:
            kept[count] = lines[n]
            count += 1
            continue
        for height in (low, high):
            if height <= south:
                begun = not begun
            elif height <= north:
                ends = _toggle(heights, ends, height)
    left = np.empty((count + ends + 1, 4))
    left[:count] = kept[:count]
    near = count
    for n in range(ends):
        left[count] = inf, -inf, inf, heights[n]
        count, begun = count + 1, not begun
    if begun:
        left[count] = inf, -inf, inf, inf
        count += 1
    return near > 0, left[:count].copy()


@compiled(numba.int64, INTS, numba.int64)
def _cell_of(cells: Ints, number: int) -> int:
    """The smallest cell of the cover that holds an H3 cell at resolution 10; NONE where there is no outline near."""
    cell, shift = (number >> 45) & 127, 3 * 14
    while cell != NONE and cells[cell, FIRST_ENTRY] == NONE:
        cell, shift = cells[cell, (number >> shift) & 7], shift - 3
    return int(cell)


@compiled(
    numba.int64, INTS, INTS, FLOATS, FLOATS, numba.int64, numba.int64, numba.float64, numba.float64, numba.float64
)
def holding_from(  # noqa: PLR0913, PLR0917  a compiled function takes its arrays one by one
    cells: Ints, entries: Ints, lines: Floats, spans: Floats, least: int, number: int, x: float, y: float, at: float
) -> int:
    """The first outline from ``least`` on that holds a point of an H3 cell and is in effect at an instant, or NONE."""
    cell = _cell_of(cells, number)
    if cell == NONE:
        return NONE
    for n in range(cells[cell, FIRST_ENTRY], cells[cell, END_ENTRY]):
        one = entries[n, OUTLINE]
        if one < least or not spans[one, 0] <= at < spans[one, 1]:
            continue
        first, end = entries[n, FIRST_LINE], entries[n, END_LINE]
        if first == end or _holds(lines, first, end, x, y):
            return int(one)
    return NONE


@compiled(numba.void, INTS, INTS, FLOATS, FLOATS, INT_LIST, FLOAT_LIST, FLOAT_LIST, numba.float64, INT_LIST)
def first_of_each(  # noqa: PLR0913, PLR0917  as above
    cells: Ints, entries: Ints, lines: Floats, spans: Floats, numbers: Ints, xs: Floats, ys: Floats, at: float,
    found: Ints,
) -> None:  # fmt: skip
    """Fill ``found`` with the first outline that holds each of n points, or NONE."""
    for n in range(len(numbers)):
        found[n] = holding_from(cells, entries, lines, spans, 0, numbers[n], xs[n], ys[n], at)
