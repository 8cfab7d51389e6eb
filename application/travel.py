"""How long does a crew drive from here to there? A port; behind it are great circles, road graphs or services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import numpy as np
    from numpy.typing import NDArray

    from domain.travel.spread import Spread


class DriveTimes(Protocol):
    """Knows drive times between H3 cells, all pairs at once. Never raises: who has no answer falls back on a guess."""

    def drive_s(self, origins: Sequence[str], destinations: Sequence[str], at: datetime) -> NDArray[np.float64]:
        """Seconds of driving from m origins to n destinations, setting out at an instant; (m, n), inf for no way."""
        ...


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
