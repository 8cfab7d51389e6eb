"""How long is the drive by what the town has taught? Great circle x detour at the pace, times learned effects."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from domain.geography import centre_of, parent_of
from domain.travel.kernels import EFFECTS_OF_A_PLACE, SECTORS, all_pairs_s, picked_pairs_s
from domain.travel.learned import NOTHING_LEARNED, LearnedDrives
from domain.travel.traits import COURSES, ZONES, Floats, Ints, hour_of_week, on_the_sphere

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from domain.travel.spread import Spread

MOST_PLACES: Final = 200_000
"""Cells kept ready, 30 MB: more than a metropolis has at resolution 10; beyond it, beginning anew costs a second."""


class GreatCircleTimes:
    """Drive times between H3 cells at resolution 10, by formula. All it remembers are places it was asked for."""

    def __init__(self, learned: LearnedDrives = NOTHING_LEARNED) -> None:
        self.learned = learned
        self._rows: dict[str, int] = {}
        self._table = np.empty((1_024, EFFECTS_OF_A_PLACE * 2 - 5))
        self._length = np.array(learned.length)
        self._sectors = np.array(learned.sectors)
        self._has_zones = bool(learned.zones_from or learned.zones_to)
        self._has_courses = bool(learned.courses_from or learned.courses_to)
        self._s_per_m = learned.detour / (learned.kmh / 3.6)

    @property
    def version(self) -> str:
        """Changes with every number that the answers follow from."""
        return f"great_circle-{self.learned.version}"

    @property
    def spread(self) -> Spread:
        """How far off the answers are."""
        return self.learned.spread

    def drive_s(self, origins: Sequence[str], destinations: Sequence[str], at: datetime) -> Floats:
        """Expected seconds from m origins to n destinations, setting out then; (m, n), at least 1. Raises BadCell."""
        starts, ends = self._leaving(origins), self._arriving(destinations)
        return all_pairs_s(starts, ends, self._s_per_m, self._hour(at), self._length, self._sectors)

    def pairs_s(self, origins: Sequence[str], destinations: Sequence[str], at: datetime) -> Floats:
        """Expected seconds from each origin to the destination beside it, (n,). Raises BadCell, or ValueError."""
        if len(origins) != len(destinations):
            raise ValueError("every origin needs its destination")
        each = np.arange(len(origins))
        return self.picked_s(origins, destinations, each, each, at)

    def picked_s(
        self, origins: Sequence[str], destinations: Sequence[str], starts: Ints, ends: Ints, at: datetime
    ) -> Floats:
        """The same of pairs told by their numbers in the lists, (n,). Raises BadCell, or IndexError."""
        for numbers, cells in ((starts, origins), (ends, destinations)):
            if len(numbers) and not 0 <= numbers.min() <= numbers.max() < len(cells):
                raise IndexError(f"there are {len(cells)} places")
        leaving, arriving = self._leaving(origins), self._arriving(destinations)
        return picked_pairs_s(
            *(leaving, arriving, np.ascontiguousarray(starts), np.ascontiguousarray(ends)),
            *(self._s_per_m, self._hour(at), self._length, self._sectors),
        )

    def hour_factor(self, at: datetime) -> float:
        """By how much an hour is slower than the day: what any other way of reckoning drives may use, too."""
        return math.exp(self._hour(at))

    def _hour(self, at: datetime) -> float:
        return self.learned.effect_at(hour_of_week(at, self.learned.zone))

    def _leaving(self, cells: Sequence[str]) -> Floats:
        places = self._places(cells)  # before the table is read: it may grow
        return np.ascontiguousarray(self._table[places, :EFFECTS_OF_A_PLACE])

    def _arriving(self, cells: Sequence[str]) -> Floats:
        places = self._places(cells)
        rows = self._table[places]
        return np.concatenate([rows[:, :5], rows[:, EFFECTS_OF_A_PLACE:]], axis=1)

    def _places(self, cells: Sequence[str]) -> list[int]:
        if len(self._rows) + len(cells) > MOST_PLACES and not self._rows.keys() >= set(cells):
            self._rows.clear()
        known = self._rows
        new = [cell for cell in dict.fromkeys(cells) if cell not in known]
        if new:
            self._learn_places(new)
        return [known[cell] for cell in cells]

    def _learn_places(self, cells: Sequence[str]) -> None:
        """Places that it was not asked for yet, none twice; all at once, since in a tick hundreds have moved."""
        first = len(self._rows)
        table = np.zeros((len(cells), self._table.shape[1]))
        table[:, :5] = on_the_sphere(np.array([centre_of(cell) for cell in cells]))
        if self._has_zones or self._has_courses:
            for row, cell in zip(table, cells, strict=True):
                row[5:] = self._effects_of(cell)
        while first + len(cells) > len(self._table):
            self._table = np.concatenate([self._table, np.empty_like(self._table)])
        self._table[first : first + len(cells)] = table
        self._rows.update(zip(cells, range(first, first + len(cells)), strict=True))

    def _effects_of(self, cell: str) -> list[float]:
        """Of leaving it, by where it heads; of arriving there, by where it comes from."""
        learned = self.learned
        zones = [parent_of(cell, resolution) for resolution in ZONES] if self._has_zones else []
        courses = [parent_of(cell, resolution) for resolution in COURSES] if self._has_courses else []
        leaving = sum(learned.zones_from.get(zone, 0.0) for zone in zones)
        arriving = sum(learned.zones_to.get(zone, 0.0) for zone in zones)
        heading = np.sum([learned.courses_from.get(zone, NOWHERE) for zone in courses] or [NOWHERE], axis=0)
        coming = np.sum([learned.courses_to.get(zone, NOWHERE) for zone in courses] or [NOWHERE], axis=0)
        return [leaving, *heading, arriving, *coming]


NOWHERE: Final = (0.0,) * SECTORS
"""The courses of a part of town that nobody drove through."""
