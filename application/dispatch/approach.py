"""How long will a shift need to be there? A guess from the distance; a road network would know better."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from application.dispatch.snapshot import Match
from domain.geography import EARTH_RADIUS_M, centre_of
from domain.offer_terms import LONGEST_APPROACH_S

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from application.dispatch.board import Search
    from application.dispatch.snapshot import Snapshot, Unit


@dataclass(frozen=True, slots=True)
class Pace:
    """How crews drive: the usual yardstick of a city, for want of a measured one.

    Implements ``DriveTimes`` and ``PairTimes``.
    """

    detour_percent: float = 135
    """Roads are a third longer than the crow flies."""
    kmh: float = 35
    """Over a whole day, lights and jams included."""

    def drive_s(self, origins: Sequence[str], destinations: Sequence[str], _at: datetime) -> NDArray[np.float64]:
        """Seconds between the centres of the cells, the same at every hour; (m, n)."""
        crow_m = _crow_m(_places(origins)[:, None, :], _places(destinations)[None, :, :])
        return crow_m * (self.detour_percent / 100 / (self.kmh / 3.6))

    def pairs_s(self, origins: Sequence[str], destinations: Sequence[str], _at: datetime) -> NDArray[np.float64]:
        """The same from each origin to the destination beside it, (n,)."""
        return _crow_m(_places(origins), _places(destinations)) * (self.detour_percent / 100 / (self.kmh / 3.6))

    def picked_s(
        self,
        origins: Sequence[str],
        destinations: Sequence[str],
        starts: NDArray[np.int64],
        ends: NDArray[np.int64],
        _at: datetime,
    ) -> NDArray[np.float64]:
        """The same of pairs told by their numbers in the lists, (n,)."""
        crow_m = _crow_m(_places(origins)[starts], _places(destinations)[ends])
        return crow_m * (self.detour_percent / 100 / (self.kmh / 3.6))


def arrival(search: Search, unit: Unit, snapshot: Snapshot) -> Match:
    """The match of the two, with the instant at which the unit would be there; its cost is the minutes until then."""
    drive_s = float(snapshot.travel.drive_s([unit.shift.cell], [search.cell], snapshot.at)[0, 0])
    arrives_at = unit.free_at + timedelta(seconds=min(drive_s, FARTHEST_S))
    return Match(search, unit, arrives_at, {"drive": drive_s / 60, "until_free": _minutes(unit.free_at - snapshot.at)})


def told_s(match: Match, at: datetime) -> int | None:
    """Seconds until the unit is there, at least one, as an offer tells it; None for longer than any offer allows."""
    seconds = max(1, round((match.arrives_at - at).total_seconds()))
    return seconds if seconds <= LONGEST_APPROACH_S else None


FARTHEST_S: Final = 30 * 86_400.0
"""Where there is no way, the arrival is so far off that no plan wants it, and still an instant that can be written."""


def _minutes(much: timedelta) -> float:
    return much.total_seconds() / 60


def _places(cells: Sequence[str]) -> NDArray[np.float64]:
    return np.radians(np.array([centre_of(cell) for cell in cells], dtype=np.float64).reshape(-1, 2))


def _crow_m(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Great-circle distances by the haversine formula (Sinnott 1984), on the sphere of ``domain.geography``."""
    half = np.sin((other - one) / 2) ** 2
    chord = half[..., 0] + np.cos(one[..., 0]) * np.cos(other[..., 0]) * half[..., 1]
    crow_m: NDArray[np.float64] = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(1.0, chord)))
    return crow_m
