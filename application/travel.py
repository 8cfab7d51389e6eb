"""How long does a crew drive from here to there? A port; behind it are great circles, road graphs or services."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from domain.travel.spread import Spread


class DriveTimes(Protocol):
    """Knows drive times between H3 cells, all pairs at once. Never raises: who has no answer falls back on a guess."""

    def drive_s(self, origins: Sequence[str], destinations: Sequence[str], at: datetime) -> NDArray[np.float64]:
        """Seconds of driving from m origins to n destinations, setting out at an instant; (m, n), inf for no way."""
        ...


@runtime_checkable
class PairTimes(Protocol):
    """Drive times that can tell single pairs without a table."""

    def pairs_s(self, origins: Sequence[str], destinations: Sequence[str], at: datetime) -> NDArray[np.float64]:
        """Seconds from each origin to the destination beside it."""
        ...

    def picked_s(
        self,
        origins: Sequence[str],
        destinations: Sequence[str],
        starts: NDArray[np.int64],
        ends: NDArray[np.int64],
        at: datetime,
    ) -> NDArray[np.float64]:
        """The same, where each pair is told by the numbers of its origin and its destination in the lists, both (n,).

        Forty thousand pairs of five thousand places are looked up by places, not by pairs.
        """
        ...


def in_pairs(travel: DriveTimes) -> PairTimes | None:
    """The same drive times by pairs, when they can tell those."""
    return cast("PairTimes", travel) if _tells_pairs(type(travel)) else None


def each_s(
    travel: DriveTimes, origins: Sequence[str], destinations: Sequence[str], at: datetime
) -> NDArray[np.float64]:
    """Seconds from each origin to the destination beside it, from any drive times."""
    paired = in_pairs(travel)
    if paired is not None and origins:
        return paired.pairs_s(origins, destinations, at)
    pairs = zip(origins, destinations, strict=True)
    return np.array([travel.drive_s([one], [other], at)[0, 0] for one, other in pairs], np.float64)


@lru_cache(maxsize=64)
def _tells_pairs(kind: type[DriveTimes]) -> bool:
    """Remembered by class: to ask a protocol takes longer than a dozen drives."""
    return issubclass(kind, PairTimes)


class DriveEstimates(DriveTimes, Protocol):
    """Drive times that say of themselves how far off they may be, and by which numbers they were made.

    ``drive_s`` is the middle: half of such drives take longer. ``spread.within_s(drive_s, share)`` is within what that
    share of them ends; ``spread.log_sd_of(drive_s)`` is the standard deviation of the log, for whoever wants the law.
    """

    @property
    def version(self) -> str:
        """Changes with every number that the answers follow from."""
        ...

    @property
    def spread(self) -> Spread:
        """The law of true over expected seconds."""
        ...
