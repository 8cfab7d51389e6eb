"""What do finished drives teach? Effects of their traits on the log of the seconds, and how far off those leave us.

The law is learned from drives that did not teach the effects: one in five is kept apart, and joins the others once the
spread is known. Residuals of drives that taught would look better than those of tomorrow.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from domain.geography import BadCell, distance_m
from domain.travel.great_circle import GreatCircleTimes
from domain.travel.ridge import ridge
from domain.travel.spread import LENGTHS_S, NORMAL_TAILS, PRIOR_LOG_SD, Spread
from domain.travel.table import TraitTable, effects_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from domain.travel.learned import LearnedDrives
    from domain.travel.traits import Floats

SHORTEST_S: Final = 30.0
LONGEST_S: Final = 4 * 3_600.0
"""What takes half a minute was no drive, and what takes four hours was not only one."""

SLOWEST_KMH: Final = 1.0
FASTEST_KMH: Final = 130.0
"""As the crow flies: slower stood still, faster did not drive."""

NEAREST_M: Final = 100
"""Nearer than that, both ends are hardly told apart by their cells."""

KEPT_APART: Final = 5
"""One drive in so many tells the spread."""

FEWEST: Final = 50
"""Fewer drives teach nothing: the yardstick of a city is better than a week of one crew."""

MOST: Final = 200_000
"""The latest so many: a month of a metropolis; more would take longer than a minute, and tell of last season."""

PRIOR_DRIVES: Final = 50.0
"""The spread's prior weighs as much as so many drives."""


class Drive(NamedTuple):
    """A finished drive: from where to where, when it set out, and the seconds until it was there."""

    from_cell: str
    to_cell: str
    departed_at: datetime
    drive_s: float


def is_believed(drive: Drive) -> bool:
    """Whether it can have been one drive of a road vehicle between two places."""
    try:
        crow_m = distance_m(drive.from_cell, drive.to_cell)
    except BadCell:
        return False
    if crow_m < NEAREST_M or not SHORTEST_S <= drive.drive_s <= LONGEST_S:
        return False
    return SLOWEST_KMH <= crow_m / drive.drive_s * 3.6 <= FASTEST_KMH


def learn(drives: Iterable[Drive], before: LearnedDrives) -> LearnedDrives:
    """What those drives teach, at the detour, pace and time zone of ``before``, whose effects are forgotten.

    Drives that are not believed are left out. Fewer than ``FEWEST`` leave everything as it was.
    """
    believed = sorted(filter(is_believed, drives), key=lambda drive: (drive.departed_at, drive))[-MOST:]
    if len(believed) < FEWEST:
        return before
    taught_by = [drive for number, drive in enumerate(believed) if number % KEPT_APART]
    kept_apart = believed[::KEPT_APART]
    spread = spread_of(GreatCircleTimes(_effects(taught_by, before)), kept_apart)
    return replace(_effects(believed, before), spread=spread, drives=len(believed))


def _effects(drives: Sequence[Drive], before: LearnedDrives) -> LearnedDrives:
    table = TraitTable(drives, before)
    return effects_of(table, ridge(table.columns, table.weights, table.penalties, table.logs), before)


def spread_of(times: GreatCircleTimes, drives: Sequence[Drive]) -> Spread:
    """The law of log(true / expected) over drives, by length, drawn to the prior where there are few."""
    expected_s = expected_of(times, drives)
    off = np.log([drive.drive_s for drive in drives]) - np.log(expected_s)
    log_sd = tuple(round(_scale(off, _near(expected_s, length)), 4) for length in LENGTHS_S)
    scaled = np.abs(off) / Spread(log_sd).log_sd_of(expected_s)
    weight = len(drives) / (len(drives) + PRIOR_DRIVES)
    # Both tails count as one, so that 80 % within is 60 % inside: a law without a lean needs half the drives.
    tails = [
        float((1 - weight) * normal + weight * np.quantile(scaled, 2 * share - 1))
        for normal, share in zip(NORMAL_TAILS[1:], (0.8, 0.95), strict=True)
    ]
    return Spread(log_sd, (0.0, *(round(tail, 4) for tail in tails)))


def expected_of(times: GreatCircleTimes, drives: Sequence[Drive]) -> Floats:
    """What was to be expected of each drive when it set out, in seconds."""
    expected_s = np.empty(len(drives))
    by_hour: dict[datetime, list[int]] = {}
    for number, drive in enumerate(drives):
        by_hour.setdefault(drive.departed_at.replace(minute=0, second=0, microsecond=0), []).append(number)
    for at, numbers in by_hour.items():
        chosen = [drives[number] for number in numbers]
        expected_s[numbers] = times.pairs_s([d.from_cell for d in chosen], [d.to_cell for d in chosen], at)
    return expected_s


def _near(expected_s: Floats, length: float) -> Floats:
    """How much each drive tells of that length: all at the length itself, nothing an octave away."""
    octaves: Floats = np.abs(np.log2(expected_s / length))
    return np.maximum(0.0, 1.0 - octaves)


def _scale(off: Floats, weight: Floats) -> float:
    """The log's deviation, from the middle of its sizes: what is far off counts as one drive and not as its square."""
    sizes = np.abs(off)
    order = np.argsort(sizes)
    running = np.cumsum(weight[order])
    much = float(running[-1])
    if much < 1:
        return PRIOR_LOG_SD
    middle = float(sizes[order][np.searchsorted(running, MIDDLE * much)]) / MIDDLE_NORMAL
    return float(np.sqrt((PRIOR_DRIVES * PRIOR_LOG_SD**2 + much * middle**2) / (PRIOR_DRIVES + much)))


MIDDLE: Final = 0.6
MIDDLE_NORMAL: Final = NORMAL_TAILS[1]
"""Six drives in ten lie within 0.84 deviations of a normal law on either side, so that eight in ten are within it."""
