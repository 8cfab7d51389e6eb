"""What happens when in the simulated world? A heap of instants; at the same one, in the order in which it was noted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

Act = Callable[["datetime"], Awaitable[None]]

NEWS: Final = 0
LAST: Final = 1
"""After everything else of its instant, what dispatch makes of it included: patience ends after the last chance."""


class Agenda:
    """Acts that are still to come."""

    def __init__(self) -> None:
        self._acts: list[tuple[datetime, int, int, Act]] = []
        self._order = count()

    def note(self, at: datetime, act: Act, phase: int = NEWS) -> None:
        """Something will happen at an instant."""
        heappush(self._acts, (at, phase, next(self._order), act))

    def next_at(self) -> datetime | None:
        """When something happens next; None when nothing does any more."""
        return self._acts[0][0] if self._acts else None

    async def do(self, at: datetime, phase: int) -> bool:
        """Let happen what is noted until that instant and phase; whether anything was."""
        happened = False
        while self._acts and self._acts[0][:2] <= (at, phase):
            *_, act = heappop(self._acts)
            await act(at)
            happened = True
        return happened
