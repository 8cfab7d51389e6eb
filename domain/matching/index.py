"""Who is nearest, of those that may be asked? Every unit on shift with its position, in arrays by H3 cell."""

from __future__ import annotations

from functools import lru_cache
from math import cos, inf, isfinite, radians, sin
from typing import TYPE_CHECKING, Final

import numpy as np

from domain.geography import BadPlace, cell_number, cell_numbers, cells_within, largest_cells
from domain.matching import cells as tree
from domain.matching.cells import NOBODY
from domain.matching.nearest import ASKED_ROWS, EARTH_DIAMETER_M, WITHIN_ROWS, nearest, nearest_of_each
from domain.matching.wanted import EVERYWHERE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.matching.cells import Floats, Ints
    from domain.matching.wanted import Known, Wanted

MOST_UNITS: Final = 1_000_000
"""Twenty times the largest fleet of a country: 100 MB of arrays; more is a mistake of the caller."""

MOST_ASKED_FOR: Final = 1_000
"""Candidates of one search: they are sorted by insertion, and nobody prices more than some dozens."""

NO_BLOCK: Final[Ints] = np.empty(0, np.int64)


class CandidateIndex:
    """Units by row number, 0 and up. A row is any number that the caller gives a unit and gives to no other meanwhile.

    One writer, no reader beside it: the arrays are changed in place. Everything that is asked is exact: the same as
    looking at every unit, ties going to the smaller row.
    """

    def __init__(self, units: int = 1_024) -> None:
        """Room for so many units; it grows."""
        self._rows = units
        self._places, self._traits = _units(units)
        spots, cells = _without_units()
        self._spots, self._cells = spots.copy(), cells.copy()

    def __len__(self) -> int:
        return int(self._cells[tree.COUNT, : tree.LARGEST].sum())

    def put(self, row: int, known: Known) -> None:
        """Say what is known of a unit, without moving it; one without a position is found by nobody until it has one.

        Raises IndexError for a row that is none.
        """
        if row >= self._rows:
            self._make_room(row)
        elif row < 0:
            raise IndexError(row)
        traits = self._traits
        was_held, could = traits[tree.HELD_BY, row] != NOBODY, traits[tree.CAN, row]
        traits[tree.AREAS, row], traits[tree.OFFERS, row] = known.serves, known.offers
        traits[tree.OWNER, row], self._places[tree.ENDS_AT, row] = known.owner, known.ends_at
        if not was_held:
            traits[tree.CAN, row] = known.can
        elif could != known.can:
            tree.leave(traits, self._cells, row)
            traits[tree.CAN, row] = known.can
            self._open(tree.enter(self._places, traits, self._spots, self._cells, row))

    def put_first(self, can: Ints, owners: Ints) -> None:
        """Say what the first n rows can do and whose they are, (n,) each, before anybody stands in the index."""
        if len(self):
            raise ValueError("somebody stands in the index")
        if len(can) > self._rows:
            self._make_room(len(can) - 1)
        first, traits = slice(len(can)), self._traits
        traits[tree.CAN, first], traits[tree.OWNER, first] = can, owners
        traits[tree.AREAS, first], traits[tree.OFFERS, first] = EVERYWHERE, 0
        self._places[tree.ENDS_AT, first] = inf

    def move(self, row: int, lat: float, lng: float, seen_at: float = inf) -> None:
        """Say where a unit is (degrees), and since when that is known; one that was put before.

        Raises IndexError for a row that there never was, or ValueError for what is no number.
        """
        number = cell_number(lat, lng)
        if not 0 <= row < self._rows:
            raise IndexError(row)
        crowded = tree.move(self._places, self._traits, self._spots, self._cells, row, lat, lng, number, seen_at)
        if crowded != NOBODY:
            self._open(crowded)

    def move_many(self, rows: Ints, lats: Floats, lngs: Floats, seen_at: Floats, numbers: Ints | None = None) -> None:
        """The same for n units at once; all arrays have n entries. ``numbers`` are their cells, where known."""
        if len(rows) and not 0 <= rows.min() <= rows.max() < self._rows:
            raise IndexError(int(rows.max()))
        if numbers is None:
            numbers = np.array(cell_numbers(lats.tolist(), lngs.tolist()), np.int64)
        done = 0
        while done < len(rows):
            done = tree.move_many(
                self._places, self._traits, self._spots, self._cells, done, lats, lngs, numbers, seen_at, rows
            )
            self._open_where(rows[done - 1])

    def offers(self, row: int, out: int) -> None:
        """Say how many offers a unit has out."""
        self._traits[tree.OFFERS, row] = out

    def remove(self, row: int) -> None:
        """Forget where a unit is; nobody finds it any more. Twice changes nothing."""
        if 0 <= row < self._rows:
            tree.leave(self._traits, self._cells, row)

    def nearest(self, lat: float, lng: float, wanted: Wanted, k: int) -> tuple[Ints, Floats]:
        """The rows of the K nearest that may be asked, and their great-circle distances in metres, nearest first.

        Fewer than K when there are no more. Raises BadPlace, or ValueError for a K that is none.
        """
        _check(lat, lng, k)
        rows, distances_m = np.empty(k, np.int64), np.empty(k)
        limits, asked = np.array(_limits_of(wanted)), np.array(_asked_of(wanted), np.int64)
        found = nearest(
            *(self._places, self._traits, self._spots, self._cells, lat, lng),
            *(limits, asked, _blocked(wanted), rows, distances_m),
        )
        return rows[:found], distances_m[:found]

    def nearest_of_each(
        self, points: Sequence[tuple[float, float]], wanted: Sequence[Wanted], k: int
    ) -> tuple[Ints, Floats]:
        """``nearest`` of n searches: two (n, K) arrays, filled up with row -1 at an infinite distance."""
        for lat, lng in points:
            _check(lat, lng, k)
        n = len(points)
        at = np.array(points, np.float64).reshape(n, 2)
        limits = np.array([_limits_of(one) for one in wanted], np.float64).reshape(n, WITHIN_ROWS)
        asked = np.array([_asked_of(one) for one in wanted], np.int64).reshape(n, ASKED_ROWS)
        blocked = np.array([owner for one in wanted for owner in one.blocked], np.int64)
        blocked_from = np.cumsum([0, *(len(one.blocked) for one in wanted)], dtype=np.int64)
        rows, distances_m = np.empty((n, k), np.int64), np.empty((n, k))
        nearest_of_each(
            *(self._places, self._traits, self._spots, self._cells, at[:, 0].copy(), at[:, 1].copy()),
            *(limits, asked, blocked, blocked_from, rows, distances_m),
        )
        return rows, distances_m

    def resolutions(self) -> dict[int, int]:
        """How many units are held by cells of which H3 resolution: the finer, the denser."""
        held = self._traits[tree.HELD_BY]
        found, counts = np.unique(self._cells[tree.RESOLUTION, held[held != NOBODY]], return_counts=True)
        return {int(one): int(count) for one, count in zip(found, counts, strict=True)}

    def _open_where(self, row: int) -> None:
        cell = int(self._traits[tree.HELD_BY, row])
        if self._cells[tree.COUNT, cell] > tree.MOST and self._cells[tree.RESOLUTION, cell] < tree.FINEST:
            self._open(cell)

    def _open(self, cell: int) -> None:
        while cell != NOBODY:
            if self._cells[tree.SPARE, 1] + tree.DIGITS > self._cells.shape[1]:
                self._spots, self._cells = _with_room(self._spots, self._cells)
            inner = cells_within(int(self._cells[tree.NUMBER, cell]))
            numbers = np.array([number for number, _, _ in inner], np.int64)
            centres = np.array([_on_sphere(lat, lng) for _, lat, lng in inner])
            cell = tree.open_cell(self._places, self._traits, self._spots, self._cells, cell, numbers, centres)

    def _make_room(self, row: int) -> None:
        if row >= MOST_UNITS:
            raise IndexError(row)
        room = max(row + 1, 2 * self._rows)
        places, traits = _units(room)
        places[:, : self._rows], traits[:, : self._rows] = self._places, self._traits
        self._rows, self._places, self._traits = room, places, traits


@lru_cache(maxsize=1)
def _without_units() -> tuple[Floats, Ints]:
    """The tree that every index begins with, to be copied: a policy builds one at each look."""
    spots, cells = np.zeros((tree.SPOT_ROWS, 1_024)), np.full((tree.CELL_ROWS, 1_024), NOBODY, np.int64)
    for cell, (number, lat, lng) in enumerate(largest_cells()):
        cells[[tree.NUMBER, tree.RESOLUTION, tree.COUNT, tree.SOME_CAN], cell] = number, 0, 0, 0
        spots[:, cell] = *_on_sphere(lat, lng), -1.0, 0.0, 1.0
    cells[tree.SPARE, :2] = NOBODY, tree.LARGEST
    return spots, cells


def _units(size: int) -> tuple[Floats, Ints]:
    traits = np.zeros((tree.TRAIT_ROWS, size), np.int64)
    traits[[tree.HELD_BY, tree.AFTER, tree.BEFORE]] = NOBODY
    return np.zeros((tree.PLACE_ROWS, size)), traits


def _with_room(spots: Floats, cells: Ints) -> tuple[Floats, Ints]:
    """Twice as many columns."""
    return np.hstack([spots, np.zeros_like(spots)]), np.hstack([cells, np.full_like(cells, NOBODY)])


def _on_sphere(lat: float, lng: float) -> tuple[float, float, float]:
    phi, theta = radians(lat), radians(lng)
    return cos(phi) * cos(theta), cos(phi) * sin(theta), sin(phi)


def _check(lat: float, lng: float, k: int) -> None:
    if not (isfinite(lat) and isfinite(lng) and -90.0 <= lat <= 90.0 and -180.0 <= lng <= 180.0):
        raise BadPlace
    if not 0 < k <= MOST_ASKED_FOR:
        raise ValueError(f"a search asks for 1 to {MOST_ASKED_FOR} units")


def _limits_of(wanted: Wanted) -> tuple[float, float, float]:
    chord = 2.0 if wanted.radius_m >= EARTH_DIAMETER_M * np.pi / 2 else 2 * sin(wanted.radius_m / EARTH_DIAMETER_M)
    return wanted.until, wanted.seen_since, inf if chord == 2.0 else chord * chord


def _asked_of(wanted: Wanted) -> tuple[int, int, int]:
    return wanted.needs, wanted.within, wanted.fewer_offers


def _blocked(wanted: Wanted) -> Ints:
    return np.array(wanted.blocked, np.int64) if wanted.blocked else NO_BLOCK
