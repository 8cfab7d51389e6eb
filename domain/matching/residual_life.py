"""How long does work go on that has already gone on so long? What finished jobs took tells, not their mean alone.

Of jobs that took 15 to 45 minutes, one that runs for 40 has some two left; the mean alone would call it overdue and
promise its crew for this very moment, again and again.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import deque
from typing import Final

MOST_REMEMBERED: Final = 300
"""Finished jobs of a kind: enough for a smooth law, few enough to follow the season."""

COUNTS_AS: Final = 4
"""The first guess weighs as much as so many finished jobs."""

OVERDUE_S: Final = 60.0
"""Longer than any job ever took: it may end at any moment, yet not before the next look."""


class ResidualLife:
    """The last durations of one kind of job, in seconds, and what they say of one that runs."""

    def __init__(self, first_guess_s: float) -> None:
        self._first_guess_s = first_guess_s
        self._in_order_of_end: deque[float] = deque()
        self._sorted: list[float] = []

    def learn(self, work_s: float) -> None:
        """Hear of one that ended; the oldest is forgotten."""
        self._in_order_of_end.append(work_s)
        insort(self._sorted, work_s)
        if len(self._in_order_of_end) > MOST_REMEMBERED:
            oldest = self._in_order_of_end.popleft()
            del self._sorted[bisect_left(self._sorted, oldest)]

    def remaining_s(self, elapsed_s: float) -> float:
        """E[duration - elapsed | duration > elapsed] over those remembered, the first guess counted in."""
        longer = self._sorted[bisect_right(self._sorted, elapsed_s) :]
        total_s, count = sum(longer) - len(longer) * elapsed_s, len(longer)
        if elapsed_s < self._first_guess_s:
            total_s += COUNTS_AS * (self._first_guess_s - elapsed_s)
            count += COUNTS_AS
        return total_s / count if count else OVERDUE_S
