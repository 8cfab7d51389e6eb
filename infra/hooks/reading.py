"""What of the log is told to whom? Read by position, and moved on in the transaction that keeps the messages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, cast
from uuid import UUID

from infra.event_store.log import borrowed
from infra.hooks.telling import COVER_TOPICS, PUBLIC_NAMES, Told, cloud_event

if TYPE_CHECKING:
    from datetime import datetime

    import psycopg

    from infra.queries.pool import Pool

    Connection = psycopg.AsyncConnection[tuple[object, ...]]
    EventTuple = tuple[int, str, UUID, str, bytes | None, datetime]
    ListenerTuple = tuple[str, UUID, UUID | None, list[str], int]

# So much is read in one transaction: some milliseconds, and nobody waits for it but the next.
MOST_READ: Final = 2_000
# Nothing is locked, and so nothing written, while there is nothing to read.
IS_BEHIND: Final = "SELECT 1 FROM events WHERE position = (SELECT position + 1 FROM hook_reading WHERE one)"
# Who holds the row reads; others find it held and do something else.
WHERE: Final = "SELECT position FROM hook_reading WHERE one FOR UPDATE SKIP LOCKED"
READ: Final = """
SELECT position, tenant, stream_id, topic, CASE WHEN topic = ANY(%s) THEN payload END, occurred_at FROM events
 WHERE position > %s AND position <= %s ORDER BY position
"""
LISTENERS: Final = "SELECT tenant, endpoint_id, partner_id, names, told_after FROM hook_endpoints"
COVERED: Final = (
    "INSERT INTO hook_partners (tenant, request_id, partner_id) VALUES (%s, %s, %s)"
    " ON CONFLICT (tenant, request_id) DO UPDATE SET partner_id = excluded.partner_id"
)
WHOSE: Final = "SELECT partner_id FROM hook_partners WHERE tenant = %s AND request_id = %s"
KEEP: Final = (
    "INSERT INTO hook_messages (tenant, endpoint_id, position, name, body, due_at, made_at)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
)
MOVE: Final = "UPDATE hook_reading SET position = %s WHERE one"
# What is told leaves this database: the log must be on the disk before, whatever this session was set to.
DURABLE: Final = "SET LOCAL synchronous_commit = on"


class Reading:
    """Turns facts into messages, each once. Raises LogUnavailable."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def go_on(self, at: datetime) -> int:
        """Read a piece of the log; how many events that were, 0 at its end or while somebody else reads."""
        async with borrowed(self._pool) as connection:
            if await (await connection.execute(IS_BEHIND)).fetchone() is None:
                return 0
            return await _read(connection, at)


async def _read(connection: Connection, at: datetime) -> int:
    async with connection.transaction():
        await connection.execute(DURABLE)
        row = await (await connection.execute(WHERE)).fetchone()
        if row is None:
            return 0
        position = cast("int", row[0])
        found = await connection.execute(READ, (list(COVER_TOPICS), position, position + MOST_READ))
        events = cast("list[EventTuple]", await found.fetchall())
        # Positions are dense: behind a gap there is something that cannot be seen yet.
        events = [one for place, one in enumerate(events, position + 1) if one[0] == place]
        if not events:
            return 0
        listeners = cast("list[ListenerTuple]", await (await connection.execute(LISTENERS)).fetchall())
        for event in events:
            if event[3] in PUBLIC_NAMES:
                await _tell(connection, event, listeners, at)
        await connection.execute(MOVE, (events[-1][0],))
        return len(events)


async def _tell(connection: Connection, event: EventTuple, listeners: list[ListenerTuple], at: datetime) -> None:
    position, tenant, stream_id, topic, payload, occurred_at = event
    request_id, partner_id = stream_id, None
    if payload is not None:
        said = json.loads(payload)
        request_id = UUID(said["request_id"])
        partner_id = UUID(said["partner_id"])
        await connection.execute(COVERED, (tenant, request_id, partner_id))
    heard = [one for one in listeners if one[0] == tenant and one[4] < position]
    if payload is None and heard:
        row = await (await connection.execute(WHOSE, (tenant, request_id))).fetchone()
        partner_id = None if row is None else cast("UUID", row[0])
    told = Told(position, tenant, topic, request_id, partner_id, occurred_at)
    for _, endpoint_id, theirs, names, _ in heard:
        if theirs not in {None, partner_id} or (names and told.name not in names):
            continue
        body = cloud_event(told, endpoint_id)
        await connection.execute(KEEP, (tenant, endpoint_id, position, told.name, body, at, at))
