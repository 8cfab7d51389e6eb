"""How are aggregates loaded from the log, and long ones snapshotted?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, TypeVar, cast

from application.log import LogUnavailable, NewEvent
from domain.aggregate import Aggregate
from infra.event_store import codec
from infra.event_store.log import borrowed

if TYPE_CHECKING:
    from uuid import UUID

    import psycopg
    from psycopg_pool import AsyncConnectionPool

A = TypeVar("A", bound=Aggregate)

SNAPSHOT_EVERY: Final = 50
"""Events between snapshots: 50 replay in about 0.2 ms, as long as reading a snapshot takes."""
MOST_SNAPSHOTS_WAITING: Final = 100
"""A snapshot is a cache: under load it may be skipped, it will be taken at the next save."""

STREAM: Final = (
    "SELECT version, topic, payload, occurred_at FROM events WHERE tenant = %s AND stream_id = %s ORDER BY version"
)
SNAPSHOT_AND_TAIL: Final = (
    "WITH taken AS (SELECT version, topic, payload, taken_at FROM snapshots"
    " WHERE tenant = %(tenant)s AND stream_id = %(stream)s AND topic = %(topic)s)"
    " SELECT true, version, topic, payload, taken_at FROM taken"
    " UNION ALL (SELECT false, version, topic, payload, occurred_at FROM events"
    " WHERE tenant = %(tenant)s AND stream_id = %(stream)s AND version > coalesce((SELECT version FROM taken), -1)"
    " ORDER BY version)"
)


class StoredAggregates:
    """Loads through a pool of connections; implements ``application.engine.Aggregates``."""

    def __init__(self, readers: AsyncConnectionPool[psycopg.AsyncConnection[tuple[object, ...]]]) -> None:
        self._readers = readers
        self._snapshots: set[asyncio.Task[None]] = set()

    async def load(self, kind: type[A], tenant: str, stream_id: UUID) -> A | None:
        """The aggregate as its last event left it, or None; raises LogUnavailable."""
        if kind.SNAPSHOT:
            return await self._load_from_snapshot(kind, tenant, stream_id)
        async with borrowed(self._readers) as connection:
            cursor = await connection.execute(STREAM, (tenant, stream_id), prepare=True, binary=True)
            rows = cast("list[codec.StreamRow]", await cursor.fetchall())
        return cast("A | None", codec.replay(stream_id, rows))

    async def _load_from_snapshot(self, kind: type[A], tenant: str, stream_id: UUID) -> A | None:
        parameters = {"tenant": tenant, "stream": stream_id, "topic": kind.TOPIC}
        async with borrowed(self._readers) as connection:
            cursor = await connection.execute(SNAPSHOT_AND_TAIL, parameters, prepare=True, binary=True)
            found = await cursor.fetchall()
            taken: A | None = None
            if found and found[0][0]:
                _, version, _, payload, _ = found.pop(0)
                taken = codec.thaw(kind, stream_id, cast("int", version), cast("bytes", payload))
                if taken is None:
                    cursor = await connection.execute(STREAM, (tenant, stream_id), binary=True)
                    found = [(False, *row) for row in await cursor.fetchall()]
        rows = cast("list[codec.StreamRow]", [row[1:] for row in found])
        return cast("A | None", codec.replay(stream_id, rows, taken))

    def encode(self, fact: object) -> NewEvent:
        """A pending fact as the log takes it."""
        return codec.encode(fact)

    def saved(self, tenant: str, aggregate: Aggregate, events: int) -> None:
        """Snapshot a long stream every so many versions, beside the command and not in its way."""
        if not aggregate.SNAPSHOT or aggregate.version % SNAPSHOT_EVERY >= events:
            return
        if len(self._snapshots) >= MOST_SNAPSHOTS_WAITING:
            return
        task = asyncio.get_running_loop().create_task(self._snapshot(tenant, aggregate, codec.freeze(aggregate)))
        self._snapshots.add(task)
        task.add_done_callback(self._snapshots.discard)

    async def _snapshot(self, tenant: str, aggregate: Aggregate, frozen: bytes) -> None:
        try:
            async with borrowed(self._readers) as connection:
                await connection.execute(
                    "SELECT put_snapshot(%s, %s, %s, %s, %s)",
                    (tenant, aggregate.id, aggregate.version, aggregate.TOPIC, frozen),
                )
        except LogUnavailable:
            return  # a cache that was not written: the next one will be

    async def settle(self) -> None:
        """Wait for the snapshots under way."""
        while self._snapshots:
            await asyncio.gather(*self._snapshots)
            await asyncio.sleep(0)  # a turn for those that are done to leave: since 3.12 gather gives them none
