"""How does a process hold a small read model in memory, never much older than the table?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final, Generic, Protocol, TypeVar, cast

import psycopg
from psycopg import sql
from psycopg_pool import PoolTimeout, TooManyRequests

from infra.projections.columns import columns_of, row_maker
from infra.projections.waiting import ProjectionBehind
from infra.queries.pool import Pool
from infra.stopping import end
from infra.telemetry.logging import log
from projections.read_model import ReadModel, Row

R = TypeVar("R", bound=Row)

POSITION: Final = "SELECT position FROM projection_positions WHERE name = %s AND active"
# 1,000 rows at a time: the outlines of a few cities are some megabytes, which no connection should carry at once.
ROWS_AT_ONCE: Final = 1_000
# 50 ms between two looks of somebody who waits for a position: a projection moves every few hundred.
LOOK_AGAIN_S: Final = 0.05

LOST: Final = (psycopg.Error, PoolTimeout, TooManyRequests, OSError)


class Followed(Protocol):
    """Rows that are followed, whatever they are."""

    @property
    def reached(self) -> int | None:
        """The position up to which everything was taken; None before the first look that succeeded."""
        ...

    async def start(self) -> None:
        """Look once, then again and again."""
        ...

    async def stop(self) -> None:
        """Look no longer."""
        ...

    async def at_or_after(self, position: int, patience_s: float) -> None:
        """Return when everything up to that position was taken; raises ProjectionBehind."""
        ...


class FollowedRows(Generic[R]):
    """Reads the rows of one read model that changed since it last looked, and hands them over.

    For read models of which an event changes one row at most, whose rows have a ``position`` with an index and are
    never removed. ``take`` runs on a thread of
    its own, since what is made of rows may take a while; it gets each changed row, in the order of the log.
    """

    def __init__(self, pool: Pool, model: ReadModel[R], take: Callable[[Sequence[R]], None], poll_s: float) -> None:
        self.name = model.name
        self._pool = pool
        self._take = take
        self._poll_s = poll_s
        columns = columns_of(model.row)
        self._make = row_maker(model.row, columns)
        self._select = sql.SQL("SELECT {} FROM {} WHERE position > %s ORDER BY position LIMIT %s").format(
            sql.SQL(", ").join(
                sql.SQL("{}::text" if column.is_json else "{}").format(sql.Identifier(column.name))
                for column in columns
            ),
            sql.Identifier(model.name),
        )
        self._position_of = model.fields.index("position")
        self._last = 0
        self._reached: int | None = None
        self._looking = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    @property
    def reached(self) -> int | None:
        """The position up to which everything was taken; None before the first look that succeeded."""
        return self._reached

    async def start(self) -> None:
        """Look once, then again and again; a database that is away is waited for in the background."""
        await self._try()
        self._task = asyncio.create_task(self._follow(), name=f"follow-{self.name}")

    async def stop(self) -> None:
        """Look no longer."""
        await end(self._task)

    async def at_or_after(self, position: int, patience_s: float) -> None:
        """Return when everything up to that position was taken; raises ProjectionBehind."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + patience_s
        while self._reached is None or self._reached < position:
            await self._try()
            if self._reached is not None and self._reached >= position:
                return
            if clock() >= deadline:
                raise ProjectionBehind(self.name, position, self._reached or 0)
            await asyncio.sleep(LOOK_AGAIN_S)

    async def look(self) -> None:
        """Take what is new; raises what the database raises."""
        async with self._looking:
            async with self._pool.connection() as connection:
                # The position first: rows that are there by then are read below, later ones do no harm.
                cursor = await connection.execute(POSITION, (self.name,))
                found = await cursor.fetchone()
            if found is None:
                return
            while await self._take_some() == ROWS_AT_ONCE:
                pass
            self._reached = max(self._reached or 0, cast("int", found[0]))

    async def _take_some(self) -> int:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(self._select, (self._last, ROWS_AT_ONCE))
            rows = await cursor.fetchall()
        if rows:
            await asyncio.to_thread(self._made, rows)
            self._last = cast("int", rows[-1][self._position_of])
        return len(rows)

    def _made(self, rows: Sequence[Sequence[object]]) -> None:
        self._take([cast("R", self._make(row)) for row in rows])

    async def _try(self) -> None:
        try:
            await self.look()
        except LOST as error:
            log(__name__).warning("rows_not_followed", read_model=self.name, error=type(error).__name__)

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(self._poll_s)
            await self._try()
