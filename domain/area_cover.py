"""Which of many outlines hold a point? A cover of H3 cells, fine where outlines are, with exact edges.

Cells are opened until few enough lines matter in each. A cell knows which outlines it lies in as a whole, and of the
others that it meets the few lines that decide; a point is looked up by the cell that holds it.
"""

from __future__ import annotations

from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from domain.area_edges import (
    CELL_COLUMNS,
    ENTRY_COLUMNS,
    FIRST_ENTRY,
    NONE,
    first_of_each,
    holding_from,
    holds,
    lines_at,
)
from domain.geography import RESOLUTION, BadPlace, cell_number, cell_numbers, cells_within, corners_of, largest_cells

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.area_edges import Floats, Ints
    from domain.areas import Outline

ENOUGH: Final = 64
"""Lines in a cell that are not worth another level: with fewer nothing is quicker, and a cover takes longer to make."""

MOST_CELLS: Final = 200_000
"""Of one cover: 250 wards with all their corners have a tenth of that. Beyond it cells stay as they are, and exact."""

STICKS_OUT: Final = 0.5
"""By how much of its size the box around a cell is widened: small cells stick out of the large one that counts as
theirs by a fifth at most, and borders bend."""
BENDS: Final = 0.02
"""The same for the smallest cells, which hold no others."""

HALF_ROUND_DEG: Final = 180.0
"""A box wider than that crosses the 180th meridian, or holds a pole: it is taken for a belt around the earth."""
POLAR_DEG: Final = 60.0
"""A belt that reaches so far holds the pole as well."""

BELTS_OPEN_TO: Final = 3
"""Resolution from which on a belt is not opened: it would be down to the finest cells all along the meridian."""

ALWAYS: Final = (-inf, inf)


class _Box(NamedTuple):
    west: float
    south: float
    east: float
    north: float


class _Near(NamedTuple):
    """An outline near a cell, with the lines that decide there; none where it lies inside as a whole."""

    outline: int
    lines: Floats
    bounds: _Box


class AreaCover:
    """Many outlines, asked which of them hold a point; borders belong to both sides. The first in order comes first."""

    def __init__(self, outlines: Sequence[Outline], spans: Sequence[tuple[float, float]] | None = None) -> None:
        """``spans`` are from when (POSIX seconds) until before when each outline is in effect; always when left out."""
        self._spans = np.array(spans if spans is not None else [ALWAYS] * len(outlines), np.float64).reshape(-1, 2)
        self._cell_list: list[list[int]] = []
        self._entry_list: list[tuple[int, int, int]] = []
        self._line_list: list[Floats] = []
        self._line_count = 0
        everything = [_near(n, _lines_of(outline)) for n, outline in enumerate(outlines)]
        largest = largest_cells()
        self._cell_list.extend([NONE] * CELL_COLUMNS for _ in largest)
        for cell, (number, _, _) in enumerate(largest):
            self._number_at(cell, number, 0, everything, _Box(-180.0, -90.0, 180.0, 90.0))
        self._cells = np.array(self._cell_list, np.int64)
        self._entries = np.array(self._entry_list, np.int64).reshape(-1, ENTRY_COLUMNS)
        self._lines = np.ascontiguousarray(np.concatenate([np.empty((0, 4)), *self._line_list]))
        del self._cell_list, self._entry_list, self._line_list

    def first(self, lat: float, lng: float, at: float = 0.0) -> int:
        """The number of the first outline that holds a point (degrees) and is in effect at an instant; -1 for none.

        Raises BadPlace.
        """
        if not (-90.0 <= lat <= 90.0 and -180.0 <= lng <= 180.0):
            raise BadPlace
        found = holding_from(
            self._cells, self._entries, self._lines, self._spans, 0, cell_number(lat, lng), lng, lat, at
        )
        if lng in {-180.0, 180.0}:
            # The 180th meridian has two names; whoever stands on it may use either.
            found = min(self.holding(lat, lng, at), default=NONE)
        return found

    def holding(self, lat: float, lng: float, at: float = 0.0) -> list[int]:
        """The numbers of all outlines that hold a point at an instant, in order; raises BadPlace."""
        if not (-90.0 <= lat <= 90.0 and -180.0 <= lng <= 180.0):
            raise BadPlace
        found: set[int] = set()
        number = cell_number(lat, lng)
        for one in {lng, -lng} if abs(lng) == HALF_ROUND_DEG else {lng}:
            least = 0
            while least != NONE:
                least = holding_from(self._cells, self._entries, self._lines, self._spans, least, number, one, lat, at)
                if least != NONE:
                    found.add(least)
                    least += 1
        return sorted(found)

    def first_of_each(self, lats: Floats, lngs: Floats, at: float = 0.0) -> Ints:
        """``first`` of n points; raises BadPlace when one of them is none."""
        if not ((np.abs(lats) <= 90.0) & (np.abs(lngs) <= HALF_ROUND_DEG)).all():
            raise BadPlace
        numbers = np.array(cell_numbers(lats.tolist(), lngs.tolist()), np.int64)
        found = np.empty(len(lats), np.int64)
        first_of_each(self._cells, self._entries, self._lines, self._spans, numbers, lngs, lats, at, found)
        for n in np.flatnonzero(np.abs(lngs) == HALF_ROUND_DEG).tolist():
            found[n] = self.first(float(lats[n]), float(lngs[n]), at)
        return found

    @property
    def cells(self) -> int:
        """How many cells it took."""
        return len(self._cells)

    def _number_at(self, cell: int, number: int, resolution: int, above: list[_Near], around: _Box) -> None:
        """Say what is near in a cell, or open it when that is much."""
        box = _box_of(number, around, STICKS_OUT if resolution < RESOLUTION else BENDS)
        near = [one for one in (_in(box, each) for each in above) if one is not None]
        finest = BELTS_OPEN_TO if box.east - box.west > HALF_ROUND_DEG else RESOLUTION
        is_much = sum(len(each.lines) for each in near) > ENOUGH
        if is_much and resolution < finest and len(self._cell_list) < MOST_CELLS:
            for inner, _, _ in cells_within(number):
                place = len(self._cell_list)
                self._cell_list[cell][(inner >> 3 * (14 - resolution)) & 7] = place
                self._cell_list.append([NONE] * CELL_COLUMNS)
                self._number_at(place, inner, resolution + 1, near, box)
            return
        first = len(self._entry_list)
        for outline, lines, _ in near:
            self._entry_list.append((outline, self._line_count, self._line_count + len(lines)))
            self._line_list.append(lines)
            self._line_count += len(lines)
        self._cell_list[cell][FIRST_ENTRY:] = first, len(self._entry_list)


def _in(box: _Box, near: _Near) -> _Near | None:
    """What of an outline matters in a box; None when it holds no point of it."""
    west, south, east, north = near.bounds
    if box.west > east or box.east < west or box.south > north or box.north < south:
        return None
    if not len(near.lines):
        return near
    is_near, lines = lines_at(near.lines, *box)
    if is_near:
        return near._replace(lines=lines)
    middle = (box.west + box.east) / 2, (box.south + box.north) / 2
    return near._replace(lines=near.lines[:0]) if holds(near.lines, *middle) else None


def _near(outline: int, lines: Floats) -> _Near:
    xs, ys = lines[:, 0], lines[:, 1]
    return _Near(outline, lines, _Box(float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max())))


def _box_of(number: int, around: _Box, widened: float) -> _Box:
    """A box that holds every point of a cell and of all cells within it."""
    lats, lngs = zip(*corners_of(number), strict=True)
    south, north, west, east = min(lats), max(lats), min(lngs), max(lngs)
    higher = (north - south) * widened
    south, north = max(-90.0, south - higher), min(90.0, north + higher)
    if east - west > HALF_ROUND_DEG:
        west, east = -180.0, 180.0
        south, north = -90.0 if south < -POLAR_DEG else south, 90.0 if north > POLAR_DEG else north
    else:
        wider = (east - west) * widened
        if west - wider < -180.0 or east + wider > 180.0:
            west, east = -180.0, 180.0
        else:
            west, east = west - wider, east + wider
    return _Box(max(west, around.west), max(south, around.south), min(east, around.east), min(north, around.north))


def _lines_of(outline: Outline) -> Floats:
    """The lines of all its rings, (n, 4): from longitude and latitude to longitude and latitude."""
    lines = [(*a, *b) for rings in outline for ring in rings for a, b in pairwise(ring)]
    return np.array(lines, np.float64).reshape(-1, 4)
