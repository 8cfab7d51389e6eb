"""How does one connection carry one batch at a time, with what has to stand before it, and how is it given up?"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Protocol

import psycopg

from application.log import LogUnavailable, Save
from infra.event_store import wire
from infra.event_store.batch import CALL, CALL_SINGLE, CALL_TELLING, AnonymousSave, Answer, Batch, Verdicts

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    Connection = psycopg.AsyncConnection[tuple[object, ...]]


class Refused(Exception):
    """Some saves of a batch must not be appended, by their number in it; nothing of the batch was."""

    def __init__(self, refused: Mapping[int, Exception]) -> None:
        super().__init__(f"{len(refused)} saves refused")
        self.refused = refused


class Together(Protocol):
    """What saves tell, ready to be kept in the transaction that appends them."""

    columns: tuple[object, ...]

    def stood(self) -> None:
        """Called when it was kept."""
        ...


class Keeper(Protocol):
    """Keeps what saves tell of persons, over the connection that appends their events."""

    def together(self, saves: Sequence[tuple[int, Save]]) -> Together | None:
        """What CALL_TELLING takes first; None when some of it can only be refused."""
        ...

    async def ahead(self, connection: Connection, saves: Sequence[tuple[int, Save]]) -> dict[int, Exception]:
        """Make it durable by itself, record by record: what repeats and what differs is told apart.

        ``saves`` come with their number in the batch; answers which must not be appended, and why.
        """
        ...


class Lane:
    """One connection, used by one batch at a time."""

    def __init__(self, connect: Callable[[], Awaitable[Connection]], keeper: Keeper | None = None) -> None:
        self._connect = connect
        self._keeper = keeper
        self._connection: Connection | None = None
        self._funerals: set[asyncio.Task[None]] = set()

    async def call(self, batch: Batch, saves: Sequence[Save | AnonymousSave], within_s: float) -> Answer:
        """The answer, or TimeoutError after ``within_s`` even when the network swallows everything.

        Raises Refused when what some saves tell cannot be kept.
        """
        task = asyncio.get_running_loop().create_task(self._execute(batch, saves))
        try:
            done, _ = await asyncio.wait({task}, timeout=within_s)
        except asyncio.CancelledError:
            task.cancel()
            raise
        if not done:
            self._abandon(task)
            raise TimeoutError
        return task.result()

    async def _execute(self, batch: Batch, saves: Sequence[Save | AnonymousSave]) -> Answer:
        if self._connection is None or self._connection.closed:
            self._connection = await self._connect()
            prepare(self._connection)
        telling = [(n, save) for n, save in enumerate(saves) if isinstance(save, Save) and save.told is not None]
        if telling and (answer := await self._tell(self._connection, batch, telling)) is not None:
            return answer
        single = batch.single()
        if single is not None:
            cursor = await self._connection.execute(CALL_SINGLE, single, prepare=True, binary=True)
            answer = batch.single_answer(await cursor.fetchone())
            if answer is not None:
                return answer
        cursor = await self._connection.execute(CALL, batch.parameters(), prepare=True, binary=True)
        return read_answer(await cursor.fetchone())

    async def _tell(self, connection: Connection, batch: Batch, telling: Sequence[tuple[int, Save]]) -> Answer | None:
        """Keep and append in one transaction; None when it was kept, and is still to be appended. Raises Refused."""
        if self._keeper is None:
            raise RuntimeError("a save tells of a person, and this log was given nobody to keep it")
        together = self._keeper.together(telling)
        if together is not None:
            with contextlib.suppress(psycopg.errors.ForeignKeyViolation):  # a person was erased in between
                parameters = (*together.columns, *batch.parameters())
                cursor = await connection.execute(CALL_TELLING, parameters, prepare=True, binary=True)
                row = await cursor.fetchone()
                if row is not None and row[0] is not None:
                    together.stood()
                    return read_answer(row)
        refused = await self._keeper.ahead(connection, telling)
        if refused:
            raise Refused(refused)
        return None

    def _abandon(self, task: asyncio.Task[Answer]) -> None:
        """Let the driver cancel the call and close the connection in its own time, which can be 10 s more."""
        connection, self._connection = self._connection, None
        task.cancel()
        funeral = asyncio.get_running_loop().create_task(_bury(task, connection))
        self._funerals.add(funeral)
        funeral.add_done_callback(self._funerals.discard)

    async def drop(self) -> None:
        """Give the connection back; the next call makes a new one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await _close(connection)


def read_answer(row: tuple[object, ...] | None) -> Answer:
    """The routine's one row as an Answer; raises LogUnavailable when there is none."""
    if row is None:
        raise LogUnavailable("the append routine gave no answer")
    head, bases, statuses, *rest = row
    verdicts = None if statuses is None else Verdicts(statuses, *rest)  # type: ignore[arg-type]  # the routine's OUT types
    return Answer(head, bases or [], verdicts)  # type: ignore[arg-type]  # likewise


def prepare(connection: psycopg.Connection[tuple[object, ...]] | psycopg.AsyncConnection[tuple[object, ...]]) -> None:
    """Teach a connection our array format."""
    for kind, dumper in wire.DUMPERS:
        connection.adapters.register_dumper(kind, dumper)


async def _bury(task: asyncio.Task[Answer], connection: Connection | None) -> None:
    await asyncio.wait({task})
    if not task.cancelled():
        task.exception()
    if connection is not None:
        await _close(connection)


async def _close(connection: Connection) -> None:
    with contextlib.suppress(psycopg.Error, OSError):
        await connection.close()
