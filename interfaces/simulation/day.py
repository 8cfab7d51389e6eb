"""What is the same for everyone in a simulated day: its name, its pace, its chance, and what happened so far?"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, TypeVar
from uuid import UUID, uuid5
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Sequence

    from interfaces.simulation.recorded_calls import Recorded

T = TypeVar("T")

PEOPLE: Final = UUID("2f7d8a1e-0b3c-5e7a-8f43-9f1b7c2d6a55")
"""The uuid5 namespace in which a simulated person's id is a fact of the day's name and the person's."""

UNKNOWN_AFTER_S: Final = 5.0
"""A provider may be asked before the customer has heard the answer; a request that nobody here made is a stranger's."""


# Kept word by word: whoever reads on knows more than enough; all are counted.
MOST_FAULTS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Pace:
    """How much faster than the clock simulated people drive and work; the stack's own clock is never scaled."""

    speed: float

    async def take(self, seconds: float) -> None:
        """Do something that takes so long in the day."""
        await asyncio.sleep(seconds / self.speed)


@dataclass(slots=True)
class Journal:
    """What the simulated people did and were told, and when anything last happened."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    position: int = 0
    happened_at: float = field(default_factory=time.monotonic)
    declined: Counter[str] = field(default_factory=Counter)
    _calls: dict[str, Recorded] = field(default_factory=dict)
    _told: dict[str, asyncio.Event] = field(default_factory=dict)

    def note(self, what: str, answer: dict[str, object] | None = None) -> None:
        """Something happened; ``answer`` is a command's."""
        self.counts[what] += 1
        self.happened_at = time.monotonic()
        position = (answer or {}).get("position")
        if isinstance(position, int):
            self.position = max(self.position, position)

    def fault(self, what: str) -> None:
        """Something happened that should not; it is no progress, so a day of nothing but faults counts as stuck."""
        self.counts["faults"] += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(what)

    def made(self, request_id: str, call: Recorded) -> None:
        """The API has taken a call in."""
        self._calls[request_id] = call
        self._told.setdefault(request_id, asyncio.Event()).set()

    def known_call(self, request_id: str) -> Recorded | None:
        """The call behind a request, as far as it was heard of by now."""
        return self._calls.get(request_id)

    async def call_of(self, request_id: str) -> Recorded | None:
        """The call behind a request; None for a stranger's."""
        told = self._told.setdefault(request_id, asyncio.Event())
        try:
            await asyncio.wait_for(told.wait(), UNKNOWN_AFTER_S)
        except TimeoutError:
            return None
        return self._calls[request_id]


def person(run: str, name: str) -> str:
    """The subject of a simulated person: the same in every process that plays the same day."""
    return f"usr_{uuid5(PEOPLE, f'{run}/{name}').hex}"


def lot(*parts: object) -> int:
    """A number that looks like chance and is the same for the same parts."""
    return crc32("/".join(map(str, parts)).encode())


def chance(*parts: object) -> float:
    """A share from 0 up to, but not including, 1; even for parts that differ by one digit, where a lot is not."""
    drawn = blake2b("/".join(map(str, parts)).encode(), digest_size=6).digest()
    return int.from_bytes(drawn, "big") / 2**48


def drawn(weighted: Sequence[tuple[T, int]], *parts: object) -> T:
    """One of them by chance, each as often as its weight says."""
    left = chance(*parts) * sum(weight for _, weight in weighted)
    for each, weight in weighted:
        left -= weight
        if left < 0:
            return each
    return weighted[-1][0]
