"""How do concurrent saves of one process leave together? Each lane takes what arrived while the others flushed."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

import psycopg

from application.log import KeyReused, LogUnavailable, Receipt, Save, VersionConflict
from infra.event_store.batch import AnonymousSave, Answer, Batch, batch_of
from infra.event_store.lane import Keeper, Lane, Refused, prepare, read_answer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    _Connection = psycopg.AsyncConnection[tuple[object, ...]]
    _Waiting = tuple[Save | AnonymousSave, asyncio.Future[Receipt]]

Outcome = Receipt | VersionConflict | KeyReused

PASSING = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.errors.ReadOnlySqlTransaction,
    OSError,
    TimeoutError,
)
"""Worth another try (read-only: it lost its place). ProgramLimitExceeded is not, though psycopg counts it in."""


@dataclass(frozen=True, slots=True)
class CommitLimits:
    """How much may wait, and for how long."""

    lanes: int = 2
    """Connections that append: while one flushes, the other inserts. More only split the batches."""
    fewest_saves: int = 16
    """Idle lanes share what waits, in calls of at least this: 64 in flight gain a tenth by it, 16 nothing."""
    most_saves: int = 256
    """Saves in one call: beyond this the call takes longer than the flush it saves."""
    most_waiting: int = 4096
    """Saves in the queue: at 10,000 saves/s this is 0.4 s; beyond it the caller had better come back."""
    answer_within_s: float = 5.0
    """A call that takes longer is given up; its outcome is asked for again with the same command ids."""
    retry_for_s: float = 2.0
    """How long a lost connection is re-established, and a save waits for its turn, before the callers hear 503."""
    retry_every_s: float = 0.05


class Observer(Protocol):
    """Told of every batch, for metrics."""

    def appended(self, saves: int, events: int, seconds: float) -> None:
        """A batch was answered."""
        ...

    def conflicted(self) -> None:
        """A save lost an optimistic race."""
        ...

    def replayed(self) -> None:
        """A command had been done before."""
        ...


class NoObserver:
    """Watches nothing."""

    def appended(self, saves: int, events: int, seconds: float) -> None:
        """Ignore it."""

    def conflicted(self) -> None:
        """Ignore it."""

    def replayed(self) -> None:
        """Ignore it."""


class Committer:
    """Group commit for asyncio; every method belongs to the loop that made it."""

    def __init__(
        self,
        connect: Callable[[], Awaitable[_Connection]],
        limits: CommitLimits | None = None,
        observer: Observer | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        self._limits = limits or CommitLimits()
        self._observer = observer or NoObserver()
        self._waiting: deque[tuple[Save | AnonymousSave, asyncio.Future[Receipt], float]] = deque()
        self._idle = [Lane(connect, keeper) for _ in range(self._limits.lanes)]
        self._running: set[asyncio.Task[None]] = set()
        self._woken = False

    async def append(self, save: Save | AnonymousSave) -> Receipt:
        """Write one save durably; raises VersionConflict, KeyReused or LogUnavailable."""
        if len(self._waiting) >= self._limits.most_waiting:
            raise LogUnavailable("too many saves are waiting")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Receipt] = loop.create_future()
        self._waiting.append((save, future, loop.time()))
        self._wake()
        return await future

    async def close(self) -> None:
        """Finish what is under way and give the connections back."""
        while self._running:
            await asyncio.gather(*self._running, return_exceptions=True)
            await asyncio.sleep(0)  # a turn for those that are done to leave: since 3.12 gather gives them none
        for lane in self._idle:
            await lane.drop()

    def _start(self) -> None:
        """Share what waits among the idle lanes: while one flushes, the server inserts what the other brought."""
        self._woken = False
        share = max(-(-len(self._waiting) // max(len(self._idle), 1)), self._limits.fewest_saves)
        while self._idle and self._waiting:
            task = asyncio.get_running_loop().create_task(self._drain(self._idle.pop(), self._take(share)))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _drain(self, lane: Lane, taken: list[_Waiting]) -> None:
        try:
            await self._send(lane, taken)
        finally:
            self._idle.append(lane)
            self._wake()

    def _wake(self) -> None:
        if self._idle and self._waiting and not self._woken:
            # Not at once: whoever else is ready in this turn of the loop comes along.
            self._woken = True
            asyncio.get_running_loop().call_soon(self._start)

    def _take(self, share: int) -> list[_Waiting]:
        """The next batch, without those who have waited as long as a lost log is waited for: they hear so now."""
        since = asyncio.get_running_loop().time() - self._limits.retry_for_s
        most = min(share, self._limits.most_saves)
        taken: list[_Waiting] = []
        while self._waiting and len(taken) < most:
            save, future, arrived = self._waiting.popleft()
            if arrived < since:
                _fail(future, LogUnavailable("the save waited too long"))
            else:
                taken.append((save, future))
        return taken

    async def _send(self, lane: Lane, taken: list[_Waiting]) -> None:
        batch, kept = _packed(taken)
        if not kept:
            return
        started = perf_counter()
        try:
            answer = await self._call(lane, batch, [save for save, _ in kept])
        except LogUnavailable as error:
            for _, future in kept:
                _fail(future, LogUnavailable(*error.args))
        except Refused as refusal:
            for number, reason in refusal.refused.items():
                _fail(kept[number][1], reason)
            await self._send(lane, [pair for number, pair in enumerate(kept) if number not in refusal.refused])
        except Exception as error:  # noqa: BLE001  whatever it is, everybody who waits must hear of it
            await self._isolate(lane, kept, error)
        else:
            self._observer.appended(len(kept), batch.size, perf_counter() - started)
            for (_, future), outcome in zip(kept, batch.outcomes(answer), strict=True):
                self._settle(future, outcome)

    def _settle(self, future: asyncio.Future[Receipt], outcome: Outcome) -> None:
        if isinstance(outcome, Receipt):
            if outcome.replayed:
                self._observer.replayed()
            if not future.done():
                future.set_result(outcome)
            return
        if isinstance(outcome, VersionConflict):
            self._observer.conflicted()
        _fail(future, outcome)

    async def _isolate(
        self,
        lane: Lane,
        kept: list[_Waiting],
        error: Exception,
    ) -> None:
        """One save of the batch cannot be stored: send each alone, so that only that one fails."""
        if len(kept) == 1:
            _fail(kept[0][1], error)
            return
        for pair in kept:
            await self._send(lane, [pair])

    async def _call(self, lane: Lane, batch: Batch, saves: list[Save | AnonymousSave]) -> Answer:
        """Call the routine; after a lost connection ask again, which the receipts make safe."""
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + self._limits.retry_for_s
        repeatable = all(isinstance(save, Save) for save in saves)
        while True:
            try:
                return await lane.call(batch, saves, self._limits.answer_within_s)
            except psycopg.errors.ProgramLimitExceeded:
                raise
            except PASSING as error:
                await lane.drop()
                if not repeatable or loop.time() >= give_up_at:
                    raise LogUnavailable(f"the log did not answer: {type(error).__name__}") from error
                await asyncio.sleep(self._limits.retry_every_s)


def _packed(taken: list[_Waiting]) -> tuple[Batch, list[_Waiting]]:
    """The batch of these saves, and those that are in it: the others' callers have heard why not."""
    batch = Batch()
    kept: list[_Waiting] = []
    for save, future in taken:
        try:
            batch.add(save)
        except Exception as error:  # noqa: BLE001  a conflict, or no save at all: its caller's affair, nobody else's
            _fail(future, error)
        else:
            kept.append((save, future))
    return batch, kept


def _fail(future: asyncio.Future[Receipt], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)


__all__ = ["CommitLimits", "Committer", "NoObserver", "Observer", "Outcome", "batch_of", "prepare", "read_answer"]
