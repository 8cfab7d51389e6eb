"""How does asyncio code append to the log and read a stream back?"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, cast

import psycopg
from psycopg_pool import PoolTimeout, TooManyRequests

from application.log import KeyReused, LoggedEvent, LogUnavailable, Receipt, Save
from infra.event_store.committer import CommitLimits, Committer, Observer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from uuid import UUID

    from psycopg_pool import AsyncConnectionPool

    from application.log import CommandContext
    from infra.event_store.lane import Keeper

COLUMNS: Final = (
    "position, tenant, stream_id, version, topic, payload, command_id, correlation_id, causation_id, actor, "
    "occurred_at, recorded_at"
)
MAKE_DURABLE: Final = (
    "SELECT pg_catalog.set_config('synchronous_commit', 'on', true),"
    " pg_catalog.pg_logical_emit_message(true, 'vehicaid', '')"
)
"""A commit that waits for the flush of itself and of everything before it, whatever the server's default is."""
NO_END: Final = 9_223_372_036_854_775_807

Pool = "AsyncConnectionPool[psycopg.AsyncConnection[tuple[object, ...]]]"


@asynccontextmanager
async def borrowed(
    pool: AsyncConnectionPool[psycopg.AsyncConnection[tuple[object, ...]]],
) -> AsyncIterator[psycopg.AsyncConnection[tuple[object, ...]]]:
    """A connection for one query; whatever the network does becomes LogUnavailable."""
    try:
        async with pool.connection() as connection:
            yield connection
    except (PoolTimeout, TooManyRequests, psycopg.OperationalError, psycopg.InterfaceError, OSError) as error:
        message = f"the database did not answer: {type(error).__name__}"
        raise LogUnavailable(message) from error


class PostgresEventLog:
    """The log of one cell: appends leave in groups, reads take a connection from a pool."""

    def __init__(
        self,
        dsn: str,
        readers: AsyncConnectionPool[psycopg.AsyncConnection[tuple[object, ...]]],
        limits: CommitLimits | None = None,
        observer: Observer | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        self._dsn = dsn
        self._readers = readers
        self._committer = Committer(self._connect, limits, observer, keeper)

    async def _connect(self) -> psycopg.AsyncConnection[tuple[object, ...]]:
        return await psycopg.AsyncConnection.connect(self._dsn, autocommit=True)

    async def append(self, save: Save) -> Receipt:
        """Write a save durably; see ``EventLog.append``."""
        return await self._committer.append(save)

    async def read_stream(
        self, tenant: str, stream_id: UUID, after_version: int = -1, upto_position: int | None = None
    ) -> Sequence[LoggedEvent]:
        """One stream's events in order of version; raises LogUnavailable."""
        async with borrowed(self._readers) as connection:
            cursor = await connection.execute(
                f"SELECT {COLUMNS} FROM events WHERE tenant = %s AND stream_id = %s AND version > %s"  # noqa: S608  constant
                " AND position <= %s ORDER BY version",
                (tenant, stream_id, after_version, NO_END if upto_position is None else upto_position),
                binary=True,
            )
            return [LoggedEvent(*row) for row in await cursor.fetchall()]  # type: ignore[arg-type]  # columns match

    async def recall(self, context: CommandContext) -> Receipt | None:
        """What this command was answered before, made durable, or None; raises KeyReused or LogUnavailable."""
        async with borrowed(self._readers) as connection:
            cursor = await connection.execute(
                "SELECT fingerprint, answer, position FROM receipts WHERE tenant = %s AND command_id = %s",
                (context.tenant, context.command_id),
                binary=True,
            )
            row = cast("tuple[bytes, bytes, int] | None", await cursor.fetchone())
            if row is None:
                return None
            await connection.execute(MAKE_DURABLE)
        fingerprint, answer, position = row
        if fingerprint != context.fingerprint:
            message = f"idempotency key {context.key!r} was used for another command"
            raise KeyReused(message)
        return Receipt(position, position, (), answer, replayed=True)

    async def head(self) -> int:
        """The last position; 0 for an empty log."""
        async with borrowed(self._readers) as connection:
            cursor = await connection.execute("SELECT coalesce(max(position), 0) FROM events")
            row = await cursor.fetchone()
            return int(str(row[0])) if row else 0

    async def close(self) -> None:
        """Finish the appends under way."""
        await self._committer.close()
