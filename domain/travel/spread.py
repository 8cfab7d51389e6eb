"""How far off may an expected drive be? The log of true over expected seconds, wider or narrower by length."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SHARES: Final = (0.5, 0.8, 0.95)
"""The shares of drives that a promise speaks of: as many as not, eight in ten, nineteen in twenty."""

LENGTHS_S: Final = (120.0, 300.0, 600.0, 1_200.0, 2_400.0, 4_800.0)
"""Expected seconds at which the spread is known; in between it is drawn straight over the log, beyond it stays."""

PRIOR_LOG_SD: Final = 0.30
"""Before anything was learned: two drives in three end within a third of what was expected, as city trips do."""

NORMAL_TAILS: Final = (0.0, NormalDist().inv_cdf(0.8), NormalDist().inv_cdf(0.95))
"""Where those shares lie in a normal law, in standard deviations."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The law of log(true / expected): its scale by length, and where 50, 80 and 95 % of it lie."""

    log_sd: tuple[float, ...] = (PRIOR_LOG_SD,) * len(LENGTHS_S)
    tails: tuple[float, ...] = NORMAL_TAILS

    def log_sd_of(self, expected_s: Floats) -> Floats:
        """The standard deviation of the log, for each expected duration in seconds; any shape."""
        lengths = np.log(np.clip(expected_s, LENGTHS_S[0], LENGTHS_S[-1]))
        return np.interp(lengths, np.log(LENGTHS_S), self.log_sd).astype(np.float64)

    def within_s(self, expected_s: Floats, share: float) -> Floats:
        """Seconds within which that share of such drives ends (0 < share < 1); infinite stays infinite."""
        return expected_s * np.exp(self.log_sd_of(expected_s) * self._deviations(share))

    def _deviations(self, share: float) -> float:
        """Between and beyond the known shares: the normal law, stretched as the nearest of them is."""
        normal = NormalDist().inv_cdf(share)
        known = np.array([-NORMAL_TAILS[2], -NORMAL_TAILS[1], *NORMAL_TAILS])
        stretched = np.array([-self.tails[2], -self.tails[1], *self.tails])
        if abs(normal) > NORMAL_TAILS[2]:
            return normal * self.tails[2] / NORMAL_TAILS[2]
        return float(np.interp(normal, known, stretched))
