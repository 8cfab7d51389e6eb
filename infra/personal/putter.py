"""How do many concurrent puts of one process leave in one statement and one commit?"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

import psycopg
from psycopg_pool import PoolTimeout, TooManyRequests

from application.personal import PersonalUnavailable, RecordDiffers, RecordTampered
from infra.personal.patience import within
from infra.personal.statement import Draft, put_round, touch

if TYPE_CHECKING:
    from psycopg_pool import AsyncConnectionPool

    from infra.personal.crypto import MasterKeys
    from infra.personal.keys import KeyCache

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class PutLimits:
    """How much may wait, and for how long."""

    lanes: int = 2
    """Connections that write: one prepares a statement while the other's commit is flushed."""
    most_puts: int = 256
    """Puts in one statement: beyond this it takes longer than the flush it saves."""
    most_waiting: int = 4096
    """Puts in the queue, as in the log's: beyond it the caller had better come back."""
    answer_within_s: float = 5.0
    """A statement that takes longer is given up and asked again, which its record ids make safe."""
    retry_for_s: float = 2.0
    """How long a lost connection is re-established before the callers hear 503."""
    retry_every_s: float = 0.05
    most_rounds: int = 5
    """A round more is needed when another process met the same person first: twice would be a wonder."""


class Observer(Protocol):
    """Told of every statement, for metrics."""

    def put(self, puts: int, seconds: float) -> None:
        """So many puts became durable together."""
        ...


class NoObserver:
    """Watches nothing."""

    def put(self, puts: int, seconds: float) -> None:
        """Ignore it."""


@dataclass(slots=True)
class Put:
    """One call's records and who waits for them."""

    drafts: list[Draft]
    future: asyncio.Future[None]
    error: Exception | None = field(default=None)


class Putter:
    """Group commit of personal records; every method belongs to the loop that made it."""

    def __init__(
        self,
        pool: AsyncConnectionPool[psycopg.AsyncConnection[Row]],
        masters: MasterKeys,
        cache: KeyCache,
        limits: PutLimits,
        observer: Observer,
    ) -> None:
        self._pool = pool
        self._masters = masters
        self._cache = cache
        self._limits = limits
        self._observer = observer
        self._waiting: deque[Put] = deque()
        self._idle = limits.lanes
        self._running: set[asyncio.Task[None]] = set()
        self._woken = False

    async def put(self, drafts: list[Draft]) -> None:
        """Make records durable; raises RecordDiffers, RecordTampered or PersonalUnavailable."""
        if len(self._waiting) >= self._limits.most_waiting:
            raise PersonalUnavailable("too many personal records are waiting")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        self._waiting.append(Put(drafts, future))
        if self._idle and not self._woken:
            # Not at once: whoever else is ready in this turn of the loop comes along.
            self._woken = True
            loop.call_soon(self._start)
        await future

    async def close(self) -> None:
        """Finish what is under way."""
        while self._running:
            await asyncio.gather(*self._running, return_exceptions=True)
            await asyncio.sleep(0)  # a turn for those that are done to leave: since 3.12 gather gives them none

    def _start(self) -> None:
        self._woken = False
        while self._idle and self._waiting:
            self._idle -= 1
            task = asyncio.get_running_loop().create_task(self._drain())
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _drain(self) -> None:
        try:
            while self._waiting:
                await self._write(self._take())
                await asyncio.sleep(0)
        finally:
            self._idle += 1
            if self._waiting:
                self._start()

    def _take(self) -> list[Put]:
        """What leaves together; a record id met twice waits for the next turn, to be compared with the first."""
        taken: list[Put] = []
        known: set[tuple[str, bytes]] = set()
        for _ in range(min(len(self._waiting), self._limits.most_puts)):
            ids = {(draft.tenant, draft.record_id.bytes) for draft in self._waiting[0].drafts}
            if not known.isdisjoint(ids):
                break
            known |= ids
            taken.append(self._waiting.popleft())
        return taken

    async def _write(self, puts: list[Put]) -> None:
        started = perf_counter()
        try:
            await self._until_written(puts)
        except Exception as error:  # noqa: BLE001  whatever it is, the callers have to hear of it
            for put in puts:
                put.error = put.error or error
        else:
            self._observer.put(len(puts), perf_counter() - started)
        for put in puts:
            if put.future.done():
                continue
            if put.error is None:
                put.future.set_result(None)
            elif isinstance(put.error, RecordDiffers | RecordTampered):
                put.future.set_exception(put.error)
            else:
                put.future.set_exception(PersonalUnavailable(f"not stored: {type(put.error).__name__}"))

    async def _until_written(self, puts: list[Put]) -> None:
        """Round after round until nothing is left; after a lost connection again, which the record ids make safe."""
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + self._limits.retry_for_s
        left = [(draft, put) for put in puts for draft in put.drafts]
        rounds = 0
        while left:
            try:
                left = await within(self._limits.answer_within_s, self._round(left))
                rounds += 1
            except psycopg.errors.ForeignKeyViolation:
                rounds += 1  # a person was erased in between: the next round sees it
            except (
                PoolTimeout,
                TooManyRequests,
                psycopg.OperationalError,
                psycopg.InterfaceError,
                OSError,
                TimeoutError,
            ):
                if loop.time() >= give_up_at:
                    raise
                await asyncio.sleep(self._limits.retry_every_s)
            if rounds >= self._limits.most_rounds and left:
                raise PersonalUnavailable("the person's key kept changing")

    async def _round(self, left: list[tuple[Draft, Put]]) -> list[tuple[Draft, Put]]:
        """One statement; answers what has to be tried again."""
        drafts = [draft for draft, _ in left]
        async with self._pool.connection(self._limits.answer_within_s) as connection:
            verdict = await put_round(connection, drafts, self._masters, self._cache)
            if verdict is None:
                return []
            for number, error in verdict.refused.items():
                left[number][1].error = left[number][1].error or error
            gone = await touch(connection, [drafts[number] for number in verdict.known])
        again = {*verdict.again, *(number for number in verdict.known if drafts[number].record_id in gone)}
        return [left[number] for number in sorted(again)]


__all__ = ["NoObserver", "Observer", "PutLimits", "Putter"]
