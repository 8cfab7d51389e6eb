"""What was learned of the drives of a town? Effects by trait, kept as JSON under a version that follows from them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

from domain.geography import checked_zone
from domain.refusal import BadInput
from domain.tariff_terms import checked_time_zone
from domain.travel.kernels import KNOTS, SECTORS
from domain.travel.spread import LENGTHS_S, SHARES, Spread
from domain.travel.traits import COURSES, HOURS_A_DAY, HOURS_A_WEEK, ZONES

FORMAT: Final = 1

LARGEST_EFFECT: Final = 4.0
"""A factor of 55: no trait makes a drive longer than that, so what says so was not learned from drives."""


class BadLearnedDrives(BadInput):
    """This is not what drives teach: JSON of another format, or with numbers that no drive has."""

    code = "bad_learned_drives"


@dataclass(frozen=True)
class LearnedDrives:
    """Effects on the log of the seconds, beside great circle x detour at the pace; all zero: nothing was learned.

    ``zones_from`` and ``zones_to`` are by H3 cell of the resolutions ``ZONES``, ``courses_from`` and ``courses_to`` by
    cell of ``COURSES``, an effect for each sector. ``drives`` is how many drives taught them.
    """

    detour: float = 1.35
    kmh: float = 35.0
    time_zone: str = "UTC"
    drives: int = 0
    length: tuple[float, ...] = (0.0,) * KNOTS
    hours: tuple[float, ...] = (0.0,) * HOURS_A_DAY
    week: tuple[float, ...] = (0.0,) * HOURS_A_WEEK
    sectors: tuple[float, ...] = (0.0,) * SECTORS
    zones_from: dict[str, float] = field(default_factory=dict)
    zones_to: dict[str, float] = field(default_factory=dict)
    courses_from: dict[str, tuple[float, ...]] = field(default_factory=dict)
    courses_to: dict[str, tuple[float, ...]] = field(default_factory=dict)
    spread: Spread = field(default_factory=Spread)

    @cached_property
    def zone(self) -> ZoneInfo:
        """On whose clocks hours are counted."""
        return ZoneInfo(self.time_zone)

    @cached_property
    def version(self) -> str:
        """Twelve hexadecimal digits that follow from every number: the same version, the same answers."""
        return hashlib.sha256(self.as_json().encode()).hexdigest()[:12]

    def as_json(self) -> str:
        """The same text for the same effects."""
        return json.dumps({"format": FORMAT, **asdict(self)}, sort_keys=True, separators=(",", ":"))

    def effect_at(self, hour: int) -> float:
        """Of an hour of the week: what every day has then, and what that day has besides."""
        return self.hours[hour % HOURS_A_DAY] + self.week[hour]


NOTHING_LEARNED: Final = LearnedDrives()
"""Great circle x 1.35 at 35 km/h: the yardstick of a city."""


def learned_from_json(text: str) -> LearnedDrives:
    """What ``as_json`` wrote; raises BadLearnedDrives for anything else."""
    try:
        told = json.loads(text)
        form = told.pop("format")
        learned = _read(told) if form == FORMAT else None
    except BadLearnedDrives:
        raise
    except (BadInput, KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadLearnedDrives(f"it cannot be read: {type(error).__name__}") from error
    if learned is None or told:
        raise BadLearnedDrives("it is of another format")
    if not (0.5 <= learned.detour <= 10 and 1 <= learned.kmh <= 300) or min(learned.spread.log_sd) <= 0:
        raise BadLearnedDrives("it holds what no drive has")
    return learned


def _read(told: dict[str, Any]) -> LearnedDrives:
    spread = told.pop("spread")
    return LearnedDrives(
        detour=float(told.pop("detour")),
        kmh=float(told.pop("kmh")),
        time_zone=checked_time_zone(told.pop("time_zone")),
        drives=int(told.pop("drives")),
        length=_row(told.pop("length"), KNOTS),
        hours=_row(told.pop("hours"), HOURS_A_DAY),
        week=_row(told.pop("week"), HOURS_A_WEEK),
        sectors=_row(told.pop("sectors"), SECTORS),
        zones_from=_by_zone(told.pop("zones_from")),
        zones_to=_by_zone(told.pop("zones_to")),
        courses_from=_by_course(told.pop("courses_from")),
        courses_to=_by_course(told.pop("courses_to")),
        spread=Spread(_row(spread["log_sd"], len(LENGTHS_S)), _row(spread["tails"], len(SHARES))),
    )


def _row(told: list[float], length: int) -> tuple[float, ...]:
    row = tuple(_effect(each) for each in told)
    if len(row) != length:
        raise BadLearnedDrives("a row of effects is too short or too long")
    return row


def _effect(told: float) -> float:
    if not -LARGEST_EFFECT <= float(told) <= LARGEST_EFFECT:
        raise BadLearnedDrives("an effect is larger than any drive has")
    return float(told)


def _by_zone(told: dict[str, float]) -> dict[str, float]:
    return {checked_zone(cell, ZONES): _effect(effect) for cell, effect in told.items()}


def _by_course(told: dict[str, list[float]]) -> dict[str, tuple[float, ...]]:
    return {checked_zone(cell, COURSES): _row(row, SECTORS) for cell, row in told.items()}
