"""Where and how often will help be called for soon? As of late: the last requests stand for the next ones."""

from __future__ import annotations

from collections import deque
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_REMEMBERED: Final = 240
"""Requests: the busiest hours of a city look like these; more would only take longer to reckon with."""

STANDS_FOR: Final = 60
"""So many of the last ones stand for the next, or those of the last hour where they are more: where a storm was is
where it is; what was called for yesterday tells less."""

LOOKS_BACK_S: Final = 3_600.0
"""How far back requests are counted for the rate: soon enough for a storm, long enough for a quiet hour."""

AT_LEAST_S: Final = 600.0
"""A rate over less would be chance."""

FEWEST: Final = 20
"""Before so many were seen, nothing is foretold."""


class Call(NamedTuple):
    """A request as a forecast needs it: when (POSIX seconds), where (degrees), and what it takes (``wanted.able``)."""

    at_s: float
    latitude: float
    longitude: float
    needs: int


class RecentDemand:
    """The last requests of one tenant. Hears of each once, in any order."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=MOST_REMEMBERED)
        self._times: deque[float] = deque()
        self._first_at_s: float | None = None

    def see(self, call: Call) -> None:
        """A request came in."""
        self._calls.append(call)
        self._times.append(call.at_s)
        if self._first_at_s is None or call.at_s < self._first_at_s:
            self._first_at_s = call.at_s

    def copy(self) -> RecentDemand:
        """The same calls, to see more of without a trace here."""
        other = RecentDemand()
        other._calls, other._times, other._first_at_s = self._calls.copy(), self._times.copy(), self._first_at_s
        return other

    def per_s(self, at_s: float) -> float:
        """Requests a second, over the last hour or since the first one; 0 before there were enough to tell."""
        while self._times and self._times[0] <= at_s - LOOKS_BACK_S:
            self._times.popleft()
        if self._first_at_s is None or len(self._calls) < FEWEST:
            return 0.0
        return len(self._times) / min(LOOKS_BACK_S, max(at_s - self._first_at_s, AT_LEAST_S))

    def latest(self, at_s: float) -> Sequence[Call]:
        """The requests that stand for the next ones, the newest first; none before there were enough to tell."""
        if len(self._calls) < FEWEST:
            return ()
        of_late = sum(map((at_s - LOOKS_BACK_S).__lt__, map(itemgetter(0), self._calls)))
        return list(self._calls)[::-1][: max(STANDS_FOR, of_late)]
