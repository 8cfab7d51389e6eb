"""How is every believed position kept in PostgreSQL, and where was each shift last?"""

from __future__ import annotations

from datetime import timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, Final, cast
from uuid import UUID

import psycopg
from psycopg_pool import AsyncConnectionPool

from application.positions import Seen
from domain.positions import Ping
from infra.queries.pool import MOST_WAITING, RECONNECT_FOR_S, WAIT_FOR_READER_S, Pool

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

# Two connections take some ten thousand pings a second; queries and commands keep theirs.
MOST_CONNECTIONS: Final = 2
# A batch of 500 takes some ten milliseconds; one that takes this long is stuck.
STATEMENT_TIMEOUT_MS: Final = 5_000
# A position of yesterday tells nobody where a crew is.
LOOKS_BACK: Final = timedelta(days=1)
# What a process makes by itself when the service that makes days ahead was away for a week.
DAYS_IN_NEED: Final = 1

KEEP: Final = """
INSERT INTO position_track (tenant, shift_id, taken_at, received_at, lat, lng, accuracy_m, speed_mps, heading_deg)
SELECT %s, u.* FROM unnest(%s::uuid[], %s::timestamptz[], %s::timestamptz[], %s::float8[], %s::float8[], %s::float8[],
                           %s::float8[], %s::float8[]) AS u
    ON CONFLICT DO NOTHING RETURNING shift_id, taken_at"""
# One probe of an index per shift and day, the newest day first.
LAST: Final = """
SELECT s.shift_id, p.taken_at, p.lat, p.lng, p.accuracy_m, p.speed_mps, p.heading_deg, p.received_at
  FROM unnest(%s::uuid[]) AS s (shift_id)
 CROSS JOIN LATERAL (SELECT t.* FROM position_track t
                      WHERE t.tenant = %s AND t.shift_id = s.shift_id AND t.taken_at > %s
                      ORDER BY t.taken_at DESC LIMIT 1) AS p"""
FORGET: Final = "DELETE FROM position_track WHERE tenant = %s AND shift_id = ANY(%s)"
SHIFTS_OF: Final = """
SELECT DISTINCT stream_id FROM log WHERE tenant = %s AND topic = 'shift.started'
   AND %s IN (data ->> 'provider_id', data ->> 'crew_id')"""


def track_pool(dsn: str) -> Pool:
    """Connections for positions alone; open it in the loop that uses it.

    They do not wait for the disk: a power cut may cost the pings of the last moments, which the next ones replace,
    and no ping stands in the way of a command.
    """
    return AsyncConnectionPool(
        dsn,
        connection_class=psycopg.AsyncConnection[tuple[object, ...]],
        kwargs={"autocommit": True},
        configure=_configured,
        min_size=1,
        max_size=MOST_CONNECTIONS,
        max_waiting=MOST_WAITING,
        timeout=WAIT_FOR_READER_S,
        reconnect_timeout=RECONNECT_FOR_S,
        open=False,
        name="positions",
    )


async def _configured(connection: psycopg.AsyncConnection[tuple[object, ...]]) -> None:
    await connection.execute(f"SET statement_timeout = {STATEMENT_TIMEOUT_MS}")
    await connection.execute("SET synchronous_commit = off")


class PositionTrack:
    """The partitioned table. Raises what psycopg raises when the database is away."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def keep(self, tenant: str, seen: Sequence[Seen]) -> frozenset[tuple[UUID, datetime]]:
        """Keep them; those that were new."""
        # In one order everywhere, so that two batches with the same pings never wait for each other in a circle.
        rows = sorted(seen, key=lambda each: (each.shift_id, each.ping.taken_at))
        pings = [each.ping for each in rows]
        columns = [
            [each.shift_id for each in rows],
            [ping.taken_at for ping in pings],
            [each.received_at for each in rows],
            *[list(map(attrgetter(name), pings)) for name in ("lat", "lng", "accuracy_m", "speed_mps", "heading_deg")],
        ]
        async with self._pool.connection() as connection:
            try:
                cursor = await connection.execute(KEEP, [tenant, *columns])
            except psycopg.errors.CheckViolation:
                # Nobody has made this day's partition yet.
                await connection.execute("SELECT position_track_make_days(%s)", (DAYS_IN_NEED,))
                cursor = await connection.execute(KEEP, [tenant, *columns])
            return frozenset(cast("list[tuple[UUID, datetime]]", await cursor.fetchall()))

    async def last(self, tenant: str, shift_ids: Sequence[UUID], at: datetime) -> Mapping[UUID, Seen]:
        """The newest position of each shift within the last day."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(LAST, (list(shift_ids), tenant, at - LOOKS_BACK))
            return {seen.shift_id: seen for seen in map(_seen, await cursor.fetchall())}

    async def forget(self, tenant: str, shift_ids: Sequence[UUID]) -> int:
        """Erase every position of these shifts; how many there were."""
        async with self._pool.connection() as connection:
            return (await connection.execute(FORGET, (tenant, list(shift_ids)))).rowcount

    async def shifts_of(self, tenant: str, person_id: UUID) -> Sequence[UUID]:
        """Every shift that a provider or a crew member ever began, from the log: an erasure may take long."""
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute("SET LOCAL statement_timeout = 0")
            cursor = await connection.execute(SHIFTS_OF, (tenant, str(person_id)))
            return [cast("UUID", row[0]) for row in await cursor.fetchall()]


def _seen(row: tuple[object, ...]) -> Seen:
    shift_id, *ping, received_at = row
    return Seen(cast("UUID", shift_id), Ping(*cast("list[datetime]", ping)), cast("datetime", received_at))  # type: ignore[arg-type]  # columns of Ping in order
