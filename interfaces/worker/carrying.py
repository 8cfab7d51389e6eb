"""How is one thing done that somebody found, by whoever happens to be told, and by nobody else meanwhile?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Protocol

from application.engine import Contended
from application.log import LogUnavailable
from domain.intent import IntentKind
from domain.refusal import Refusal
from infra.telemetry.logging import log
from interfaces.worker import watch

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime
    from uuid import UUID

    from infra.webhooks.inbox import Letter, LetterName
    from infra.worker.board import Operation
    from interfaces.worker.errands import Errand

# 16 calls at a time in one process: the gateway's own limit is some dozens a second.
AT_ONCE: Final = 16

_log = log("worker")


class ShowsIntents(Protocol):
    """See ``WorkBoard``."""

    async def intent(self, operation: Operation) -> tuple[str, UUID] | None:
        """Kind and stream of what is asked for, unless it has come out."""
        ...


class KeepsLetters(Protocol):
    """See ``WebhookInbox``."""

    async def take(self, names: Sequence[LetterName]) -> list[Letter]:
        """Those of them that still wait."""
        ...


class FoldsLetters(Protocol):
    """See ``Letters``."""

    async def fold(self, letter: Letter, at: datetime) -> None:
        """Fold one."""
        ...


class HoldsLocks(Protocol):
    """See ``OperationLocks``."""

    def held(self, names: Sequence[str]) -> AbstractAsyncContextManager[frozenset[str]]:
        """Those of the names that nobody works on."""
        ...


class Carrying:
    """Does what it is told under a lock; being told twice, or of something that is over, does nothing."""

    def __init__(
        self,
        board: ShowsIntents,
        inbox: KeepsLetters,
        letters: FoldsLetters,
        errands: Mapping[IntentKind, Errand],
        locks: HoldsLocks,
    ) -> None:
        """Nothing is done yet."""
        self._board = board
        self._inbox = inbox
        self._letters = letters
        self._errands = errands
        self._locks = locks
        self._room = asyncio.Semaphore(AT_ONCE)

    @property
    def kinds(self) -> tuple[str, ...]:
        """What is carried out at all."""
        return tuple(kind.value for kind in self._errands)

    async def intent(self, operation: Operation, at: datetime) -> None:
        """Carry out one intent, unless somebody does or it has come out."""
        await self.safely(self._intent(operation, at))

    async def news(self, names: Sequence[LetterName], at: datetime) -> None:
        """Fold some letters, without those that somebody folds or that are over."""
        await self.safely(self._news(names, at))

    async def safely(self, work: Awaitable[None]) -> None:
        """Do it when there is room; whatever goes wrong is counted, and comes again by itself."""
        async with self._room:
            await _counted(work)

    async def _intent(self, operation: Operation, at: datetime) -> None:
        async with self._locks.held([str(operation.operation_id)]) as ours:
            # Only now: whoever had the lock before us may have brought it to an end.
            intent = await self._board.intent(operation) if ours else None
            if intent is None:
                return
            kind, stream_id = intent
            errand = self._errands.get(IntentKind(kind))
            if errand is None:
                watch.carried_out.labels(kind, "nobody").inc()
                return
            await errand(operation.tenant, stream_id, operation.operation_id, at)
            watch.carried_out.labels(kind, "done").inc()

    async def _news(self, names: Sequence[LetterName], at: datetime) -> None:
        by_lock = {"/".join(name): name for name in names}
        async with self._locks.held(list(by_lock)) as ours:
            letters = await self._inbox.take([by_lock[name] for name in ours]) if ours else []
            await asyncio.gather(*(_counted(self._letters.fold(letter, at)) for letter in letters))


async def _counted(work: Awaitable[None]) -> None:
    try:
        await work
    except (Refusal, Contended, LogUnavailable) as error:
        # The board says it again: it was behind the log, or the log is away.
        watch.put_off.labels(type(error).__name__).inc()
    except Exception:  # noqa: BLE001  (logged with its traceback)
        # One broken thing holds up no other.
        watch.put_off.labels("failed").inc()
        _log.exception("errand_failed")
