"""Who does what was found: whichever worker takes the message, or, where no Redis takes messages, whoever found it?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

from infra.telemetry.logging import log
from interfaces.worker import watch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, timedelta

    from infra.webhooks.inbox import LetterName
    from infra.worker.board import Operation
    from interfaces.worker.carrying import Carrying

Thing = TypeVar("Thing")

# So many letters in one message: they share two locks' round trips, and a worker has them done in some 50 ms.
LETTERS_TOGETHER: Final = 25
# A Redis that did not take a message is asked again after so many rounds with something to do.
ROUNDS_ALONE: Final = 10

_log = log("worker")


class Hands(Protocol):
    """Does things, or has them done; what comes of it is in the log, and what came to nothing is found again."""

    async def carry_out(self, operations: Sequence[Operation], at: datetime) -> None:
        """Carry out intents."""
        ...

    async def fold(self, names: Sequence[LetterName], at: datetime) -> None:
        """Fold letters."""
        ...


class OwnHands:
    """Does everything in this process, and is done when it returns."""

    def __init__(self, carrying: Carrying) -> None:
        """Nothing is done yet."""
        self._carrying = carrying

    async def carry_out(self, operations: Sequence[Operation], at: datetime) -> None:
        """Carry out intents."""
        await asyncio.gather(*(self._carrying.intent(operation, at) for operation in operations))

    async def fold(self, names: Sequence[LetterName], at: datetime) -> None:
        """Fold letters."""
        await asyncio.gather(*(self._carrying.news(some, at) for some in in_messages(names)))


class ManyHands:
    """Sends a message for each thing; where that fails, does it with its own hands until messages are taken again."""

    def __init__(
        self,
        look_at: Callable[[Operation], object],
        read: Callable[[Sequence[LetterName]], object],
        own: Hands,
        failures: tuple[type[Exception], ...],
    ) -> None:
        """``look_at`` and ``read`` send a message, may wait for the network, and raise one of ``failures``."""
        self._look_at = look_at
        self._read = read
        self._own = own
        self._failures = failures
        self._alone = 0

    async def carry_out(self, operations: Sequence[Operation], at: datetime) -> None:
        """Have intents carried out."""
        if operations and not await self._sent(lambda: [self._look_at(each) for each in operations]):
            await self._own.carry_out(operations, at)

    async def fold(self, names: Sequence[LetterName], at: datetime) -> None:
        """Have letters folded."""
        if names and not await self._sent(lambda: [self._read(some) for some in in_messages(names)]):
            await self._own.fold(names, at)

    async def _sent(self, send: Callable[[], object]) -> bool:
        if self._alone:
            self._alone -= 1
            return False
        try:
            await asyncio.to_thread(send)
        except self._failures as error:
            _log.warning("worker_without_redis", why=type(error).__name__)
            self._alone = ROUNDS_ALONE
        watch.alone.set(1 if self._alone else 0)
        return not self._alone


class Resting(Generic[Thing]):
    """What was handed on rests for a while, and longer each time: the board goes on showing it until it is over."""

    def __init__(self, at_first: timedelta, at_most: timedelta) -> None:
        """Nothing rests yet."""
        self._at_first = at_first
        self._at_most = at_most
        self._handed: dict[Thing, tuple[timedelta, datetime]] = {}

    def due(self, found: Sequence[Thing], at: datetime) -> list[Thing]:
        """Those whose turn it is; they rest from now on. What is not found any more is forgotten."""
        known = {thing: self._handed[thing] for thing in found if thing in self._handed}
        due = [thing for thing in found if thing not in known or known[thing][1] <= at]
        for thing in due:
            pause = min(known[thing][0] * 2, self._at_most) if thing in known else self._at_first
            known[thing] = pause, at + pause
        self._handed = known
        return due


def in_messages(names: Sequence[LetterName]) -> list[Sequence[LetterName]]:
    """So many letters to a message."""
    return [names[begin : begin + LETTERS_TOGETHER] for begin in range(0, len(names), LETTERS_TOGETHER)]
