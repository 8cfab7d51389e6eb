"""Is it worth asking again whom we could not reach? After some failures in a row not for a while, then once to see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class Breaker:
    """Opens after ``failures`` in a row and stays open for ``rests_s``; then one try decides."""

    clock: Callable[[], float]
    failures: int
    rests_s: float
    in_a_row: int = 0
    opened_at: float | None = None

    def may_ask(self) -> bool:
        """Whether to ask now."""
        return self.opened_at is None or self.clock() - self.opened_at >= self.rests_s

    def succeeded(self) -> None:
        """It answered."""
        self.in_a_row = 0
        self.opened_at = None

    def failed(self) -> None:
        """It did not, or not in a way that can be used."""
        self.in_a_row += 1
        if self.in_a_row >= self.failures:
            self.opened_at = self.clock()
