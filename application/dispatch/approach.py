"""How long will a shift need to be there? A guess from the distance; a road network would know better."""

from __future__ import annotations

from dataclasses import dataclass

from domain.geography import distance_m
from domain.offer_terms import LONGEST_APPROACH_S


@dataclass(frozen=True, slots=True)
class Pace:
    """How crews drive: the usual yardstick of a city, for want of a measured one."""

    detour_percent: int = 135
    """Roads are a third longer than the crow flies."""
    kmh: int = 35
    """Over a whole day, lights and jams included."""


def approach_s(from_cell: str, to_cell: str, pace: Pace) -> int | None:
    """Seconds to drive from one cell to another, at least one; None for a drive longer than any offer allows."""
    road_m = distance_m(from_cell, to_cell) * pace.detour_percent / 100
    seconds = max(1, round(road_m / (pace.kmh / 3.6)))
    return seconds if seconds <= LONGEST_APPROACH_S else None
