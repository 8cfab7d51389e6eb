"""How long does a crew drive from here to there? A port; behind it are great circles, road graphs or services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import numpy as np
    from numpy.typing import NDArray


class DriveTimes(Protocol):
    """Knows drive times between H3 cells, all pairs at once. Never raises: who has no answer falls back on a guess."""

    def drive_s(self, origins: Sequence[str], destinations: Sequence[str], at: datetime) -> NDArray[np.float64]:
        """Seconds of driving from m origins to n destinations, setting out at an instant; (m, n), inf for no way."""
        ...
