"""How long is the drive by the formula, as last learned? Who runs for months takes up what was learned last night."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from domain.travel.great_circle import GreatCircleTimes
from domain.travel.learned import BadLearnedDrives
from infra.telemetry.logging import log
from infra.travel.learned_file import learned_path, read_learned

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from domain.travel.spread import Spread
    from infra.settings import Settings
    from infra.travel.road_graph import Floats

_log = log("travel")


class Formula(Protocol):
    """What the other ways of reckoning drives fall back on."""

    @property
    def version(self) -> str:
        """Changes with every number that the answers follow from."""
        ...

    @property
    def spread(self) -> Spread:
        """How far off the answers are."""
        ...

    def drive_s(self, origins: Sequence[str], destinations: Sequence[str], at: datetime) -> Floats:
        """Expected seconds, (m, n)."""
        ...

    def hour_factor(self, at: datetime) -> float:
        """By how much an hour is slower than the day."""
        ...


class LearningFormula:
    """Great circles as the file of what was learned says, looked at now and then."""

    def __init__(self, settings: Settings, clock: Callable[[], float]) -> None:
        self._settings = settings
        self._clock = clock
        self._seen = _stamp(learned_path(settings))
        self._times = GreatCircleTimes(read_learned(settings))
        self._look_again_at = clock() + settings.travel_looks_every_s

    @property
    def version(self) -> str:
        """Of what is gone by now."""
        return self._times.version

    @property
    def spread(self) -> Spread:
        """How far off the answers are."""
        return self._times.spread

    def drive_s(self, origins: Sequence[str], destinations: Sequence[str], at: datetime) -> Floats:
        """Expected seconds from m origins to n destinations, setting out then; (m, n), at least 1. Raises BadCell."""
        self._look()
        return self._times.drive_s(origins, destinations, at)

    def hour_factor(self, at: datetime) -> float:
        """By how much an hour is slower than the day."""
        return self._times.hour_factor(at)

    def _look(self) -> None:
        if self._clock() < self._look_again_at:
            return
        self._look_again_at = self._clock() + self._settings.travel_looks_every_s
        stamp = _stamp(learned_path(self._settings))
        if stamp == self._seen:
            return
        self._seen = stamp
        try:
            self._times = GreatCircleTimes(read_learned(self._settings))
        except BadLearnedDrives as error:
            _log.warning("travel_not_learned", error=str(error))
            return
        _log.info("travel_learned", version=self._times.version, drives=self._times.learned.drives)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino
