"""Which effects has each finished drive? The table of traits that is regressed on, and back again into effects."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from domain.geography import centre_of, parent_of
from domain.travel.kernels import KNOTS, SECTORS, lengths_and_sectors
from domain.travel.learned import LARGEST_EFFECT, LearnedDrives
from domain.travel.ridge import left_over
from domain.travel.traits import (
    COURSES,
    HOURS_A_DAY,
    HOURS_A_WEEK,
    ZONES,
    Floats,
    Ints,
    hour_of_week,
    on_the_sphere,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.travel.fit import Drive

# Drives that say "no effect", by trait. The length has thousands to learn from and is hardly held; an hour of the week
# is held to that hour of every day until fifty drives say otherwise; parts of town and courses believe ten.
LENGTH_PENALTY: Final = 1.0
HOUR_PENALTY: Final = 5.0
WEEK_PENALTY: Final = 50.0
SECTOR_PENALTY: Final = 5.0
ZONE_PENALTY: Final = 10.0
COURSE_PENALTY: Final = 10.0

DECIMALS: Final = 4
"""A ten-thousandth of the log is a tenth of a second of a long drive."""


class TraitTable:
    """Columns (n, traits) and weights of them, penalties (p,), and the logs that effects have to explain (n,)."""

    def __init__(self, drives: Sequence[Drive], before: LearnedDrives) -> None:
        cells = sorted({cell for drive in drives for cell in (drive.from_cell, drive.to_cell)})
        number = {cell: row for row, cell in enumerate(cells)}
        starts = np.array([number[drive.from_cell] for drive in drives])
        ends = np.array([number[drive.to_cell] for drive in drives])
        places = on_the_sphere(np.array([centre_of(cell) for cell in cells]))
        crow_m, knots, sectors = lengths_and_sectors(places[starts], places[ends])
        expected = np.log(crow_m * before.detour / (before.kmh / 3.6))
        self.logs: Floats = np.log([drive.drive_s for drive in drives]) - expected
        self.names: list[list[str]] = []
        self._columns: list[Ints] = []
        self._weights: list[Floats] = []
        self._penalties: list[Floats] = []
        self._size = 0
        self._add_length(knots)
        hours = np.array([hour_of_week(drive.departed_at, before.zone) for drive in drives])
        self._add(hours % HOURS_A_DAY, HOURS_A_DAY, HOUR_PENALTY)
        self._add(hours, HOURS_A_WEEK, WEEK_PENALTY)
        self._add(sectors, SECTORS, SECTOR_PENALTY)
        for who in (starts, ends):
            for resolution in ZONES:
                self._add_zones(cells, who, resolution, None)
            for resolution in COURSES:
                self._add_zones(cells, who, resolution, sectors)
        self.columns: Ints = np.stack(self._columns, axis=1)
        self.weights: Floats = np.stack(self._weights, axis=1)
        self.penalties: Floats = np.concatenate(self._penalties)

    def _add_length(self, knots: Floats) -> None:
        below = knots.astype(np.int64)
        self._columns += [below, below + 1]
        self._weights += [1.0 - (knots - below), knots - below]
        self._penalties.append(np.full(KNOTS, LENGTH_PENALTY))
        self._size += KNOTS

    def _add(self, which: Ints, many: int, penalty: float) -> None:
        self._columns.append(self._size + which)
        self._weights.append(np.ones(len(which)))
        self._penalties.append(np.full(many, penalty))
        self._size += many

    def _add_zones(self, cells: Sequence[str], who: Ints, resolution: int, sectors: Ints | None) -> None:
        holders = [parent_of(cell, resolution) for cell in cells]
        names = sorted(set(holders))
        number = {zone: row for row, zone in enumerate(names)}
        zones = np.array([number[holder] for holder in holders])[who]
        self.names.append(names)
        if sectors is None:
            self._add(zones, len(names), ZONE_PENALTY)
        else:
            self._add(zones * SECTORS + sectors, len(names) * SECTORS, COURSE_PENALTY)


def effects_of(table: TraitTable, effects: Floats, before: LearnedDrives) -> LearnedDrives:
    """The effects by their names, in place of those of ``before``; the middle of what they leave goes to the length."""
    rest = left_over(table.columns, table.weights, effects, table.logs)
    told: Floats = np.round(np.clip(effects, -LARGEST_EFFECT, LARGEST_EFFECT), DECIMALS).astype(np.float64)
    pieces = _Pieces(told)
    length = np.round(pieces.take(KNOTS) + rest, DECIMALS)
    hours, week, sectors = pieces.take(HOURS_A_DAY), pieces.take(HOURS_A_WEEK), pieces.take(SECTORS)
    zones: list[dict[str, float]] = []
    courses: list[dict[str, tuple[float, ...]]] = []
    names = iter(table.names)
    for _ in ("from", "to"):
        by_zone: dict[str, float] = {}
        for _, known in zip(ZONES, names, strict=False):
            by_zone |= dict(zip(known, pieces.take(len(known)).tolist(), strict=True))
        zones.append(by_zone)
        by_course: dict[str, tuple[float, ...]] = {}
        for _, known in zip(COURSES, names, strict=False):
            rows = pieces.take(len(known) * SECTORS).reshape(-1, SECTORS).tolist()
            by_course |= {zone: tuple(row) for zone, row in zip(known, rows, strict=True)}
        courses.append(by_course)
    return replace(
        before,
        length=tuple(length.tolist()),
        hours=tuple(hours.tolist()),
        week=tuple(week.tolist()),
        sectors=tuple(sectors.tolist()),
        zones_from=zones[0],
        zones_to=zones[1],
        courses_from=courses[0],
        courses_to=courses[1],
    )


class _Pieces:
    """Effects in the order in which the table has them."""

    def __init__(self, effects: Floats) -> None:
        self._effects = effects
        self._at = 0

    def take(self, many: int) -> Floats:
        """The next so many."""
        self._at += many
        return self._effects[self._at - many : self._at]
