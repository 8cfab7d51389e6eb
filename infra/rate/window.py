"""How many asked within the last minute, from two numbers and the share of the minute before that still counts?"""

from __future__ import annotations

from dataclasses import dataclass

WINDOW_S = 60


@dataclass(slots=True)
class Window:
    """One caller's count: of this stretch of the clock, of the one before, and what only this process knows of yet.

    Somebody who asks evenly is counted exactly; who does not is at most the limit over within two stretches.
    """

    stretch: int
    counted: int = 0
    before: int = 0
    pending: int = 0

    def move(self, now: float) -> None:
        """Bring it to this instant, in seconds since 1970."""
        stretch = int(now // WINDOW_S)
        if stretch <= self.stretch:
            return
        self.before = self.counted + self.pending if stretch == self.stretch + 1 else 0
        self.stretch, self.counted = stretch, 0
        self.pending = 0

    def within(self, now: float) -> float:
        """How many there were in the minute that ends now."""
        share = 1 - (now / WINDOW_S - self.stretch)
        return self.before * max(0.0, min(1.0, share)) + self.counted + self.pending

    def wait_s(self, limit: int, now: float) -> int:
        """After how many seconds one more will fit, at least one."""
        left = (self.stretch + 1) * WINDOW_S - now
        here = self.counted + self.pending
        if here < limit and self.before:
            # The stretch before counts less and less: until then.
            fits_at = WINDOW_S * (1 - (limit - here - 1) / self.before)
            return max(1, round(fits_at - (WINDOW_S - left) + 0.5))
        if here:
            return max(1, round(left + WINDOW_S * (1 - (limit - 1) / here) + 0.5))
        return 1
