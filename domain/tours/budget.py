"""How long may a solve go on?

In production until a time of a clock that is handed in; in simulation for an amount of work, so that the same inputs
give the same plan on any machine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class Budget(Protocol):
    """What the steps of a solve ask."""

    def left(self) -> float:
        """The share that is left, from 1 down to 0."""
        ...

    def spend(self, work: float) -> None:
        """So much was done, in units of about a millisecond of one core."""
        ...

    def seconds_left(self) -> float | None:
        """Until the deadline; None where work is counted."""
        ...

    def work_left(self) -> float:
        """Units of work that may be done, an estimate where seconds count."""
        ...


@dataclass
class Work:
    """So many units of work, then no more."""

    limit: float
    done: float = 0.0

    def left(self) -> float:
        """The share that is left."""
        return max(0.0, 1.0 - self.done / self.limit) if self.limit > 0 else 0.0

    def spend(self, work: float) -> None:
        """Counted."""
        self.done += work

    def seconds_left(self) -> float | None:
        """Not counted."""
        return None

    def work_left(self) -> float:
        """What was not spent yet."""
        return max(0.0, self.limit - self.done)


class Until:
    """Until so many seconds after now, on the clock that is handed in."""

    def __init__(self, clock: Callable[[], float], seconds: float) -> None:
        self._clock, self._seconds = clock, seconds
        self._ends = clock() + seconds

    def left(self) -> float:
        """The share that is left."""
        return max(0.0, (self._ends - self._clock()) / self._seconds) if self._seconds > 0 else 0.0

    def spend(self, work: float) -> None:
        """Only time counts."""

    def seconds_left(self) -> float | None:
        """Until the deadline."""
        return max(0.0, self._ends - self._clock())

    def work_left(self) -> float:
        """At a thousand units a second."""
        return max(0.0, self._ends - self._clock()) * 1000.0
