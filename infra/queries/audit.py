"""What can an auditor ask of one tenant's log: which events, what caused what, what a thing looked like at a time?"""

import asyncio
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast
from uuid import UUID

import psycopg
from psycopg import sql

from application.log import LoggedEvent
from domain.aggregate import Aggregate
from infra.audit.bundle import BundleAsked, write_bundle
from infra.audit.prove import Unprovable, prove
from infra.audit.root import NothingSealed, Root, root_of, sign
from infra.database_url import app_dsn
from infra.event_store.codec import replay
from infra.event_store.log import COLUMNS
from infra.identity.key_ring import SigningKey
from infra.queries.pool import Pool
from infra.settings import Settings

# A causation tree beyond this is a day of work under one correlation id, not one command's consequences.
MOST_IN_TREE: Final = 1_000
# A page and one more, which tells whether there is another page.
MOST_ON_PAGE: Final = 201
# Proofs read a whole segment over a connection of their own: two at a time leave the server to its work.
PROOFS_AT_ONCE: Final = 2
# 100,000 rows of the cell, some seconds and 10 MB; a longer time is taken away at a terminal.
MOST_IN_BUNDLE: Final = 100_000

_EVENTS: Final = sql.SQL(f"SELECT {COLUMNS} FROM events JOIN page USING (position) WHERE tenant = %s")  # noqa: S608
_TREE: Final = (
    f"SELECT {COLUMNS} FROM events WHERE tenant = %(tenant)s AND position IN (SELECT position FROM audit_trail"  # noqa: S608
    " WHERE tenant = %(tenant)s AND correlation_id = ANY(SELECT correlation_id FROM audit_trail"
    " WHERE tenant = %(tenant)s AND command_id = %(command)s)) ORDER BY position LIMIT %(limit)s"
)
_RECEIPT: Final = "SELECT actor, answer, position, recorded_at FROM receipts WHERE tenant = %s AND command_id = %s"
_STREAM: Final = (
    "SELECT version, topic, payload, occurred_at, position, recorded_at FROM events"
    " WHERE tenant = %(tenant)s AND stream_id = %(stream)s AND position <= coalesce(%(position)s, 9223372036854775807)"
    " AND (%(at)s::timestamptz IS NULL OR position <= (SELECT max(position) FROM events"
    " WHERE tenant = %(tenant)s AND stream_id = %(stream)s AND recorded_at <= %(at)s)) ORDER BY version"
)
_TENANT: Final = "SELECT tenant FROM events WHERE position = %s"
_ROOT: Final = (
    "SELECT segment, last_position, chain_hash, sealed_at FROM seals WHERE %(segment)s::bigint IS NULL"
    " OR segment = %(segment)s ORDER BY segment DESC LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events: of one stream, of one topic or of a kind of thing (`offer`), by one actor, in a span of time."""

    stream_id: UUID | None = None
    topic: str | None = None
    actor: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReceiptSeen:
    """What a command was answered; `answer` is the UTF-8 JSON that was kept."""

    actor: str
    answer: bytes
    position: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class AsOf:
    """A thing as it was after the event at `position`."""

    aggregate: Aggregate
    position: int
    topic: str
    occurred_at: datetime
    recorded_at: datetime


class AuditQueries:
    """Answers about one tenant at a time; raises psycopg's errors when the database is away."""

    name = "audit_trail"

    def __init__(self, pool: Pool, settings: Settings) -> None:
        self._pool = pool
        self._settings = settings
        self._proofs = asyncio.Semaphore(PROOFS_AT_ONCE)

    async def events(self, tenant: str, wanted: Wanted, before: int | None, limit: int) -> list[LoggedEvent]:
        """Up to `limit` events before position `before`, newest first."""
        conditions, values = _conditions(tenant, wanted, before)
        page = sql.SQL(
            "WITH page AS MATERIALIZED (SELECT position FROM audit_trail WHERE {} ORDER BY position DESC LIMIT %s) "
        ).format(conditions)
        statement = page + _EVENTS + sql.SQL(" ORDER BY position DESC")
        async with self._pool.connection() as connection:
            cursor = await connection.execute(statement, [*values, min(limit, MOST_ON_PAGE), tenant])
            return _logged(await cursor.fetchall())

    async def around(self, tenant: str, command_id: UUID) -> tuple[list[LoggedEvent], ReceiptSeen | None]:
        """Every event with the correlation id of that command, oldest first, and the command's own receipt."""
        asked = {"tenant": tenant, "command": command_id, "limit": MOST_IN_TREE}
        async with self._pool.connection() as connection:
            events = _logged(await (await connection.execute(_TREE, asked)).fetchall())
            row = await (await connection.execute(_RECEIPT, (tenant, command_id))).fetchone()
        return events, None if row is None else ReceiptSeen(*cast("tuple[str, bytes, int, datetime]", row))

    async def state(
        self, tenant: str, stream_id: UUID, position: int | None = None, at: datetime | None = None
    ) -> AsOf | None:
        """The thing as of a position, as of what was recorded by an instant, or as it is; None when it was not yet.

        Raises infra.event_store.codec.BrokenStream for a stream that cannot be replayed.
        """
        asked = {"tenant": tenant, "stream": stream_id, "position": position, "at": at}
        async with self._pool.connection() as connection:
            found = await (await connection.execute(_STREAM, asked)).fetchall()
        rows = cast("list[tuple[int, str, bytes, datetime, int, datetime]]", found)
        aggregate = replay(stream_id, [row[:4] for row in rows])
        if aggregate is None:
            return None
        _, topic, _, occurred_at, last, recorded_at = rows[-1]
        return AsOf(aggregate, last, topic, occurred_at, recorded_at)

    async def root(self, segment: int | None = None) -> Root:
        """The newest root, or that of a segment; raises infra.audit.root.NothingSealed."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_ROOT, {"segment": segment})).fetchone()
        root, seed = root_of(self._settings.cell, row), self._settings.audit_seed
        return root if seed is None else sign(root, seed)

    async def sealed_to(self) -> tuple[int, int] | None:
        """The newest segment, and the position that it reaches to; None before anything was sealed."""
        try:
            root = await self.root()
        except NothingSealed:
            return None
        return root.segment, root.last_position

    async def root_told(self, segment: int) -> dict[str, object]:
        """The root of a segment as plain JSON; raises infra.audit.root.NothingSealed."""
        return (await self.root(segment)).as_json()

    async def proof(self, tenant: str, position: int, segment: int | None = None) -> dict[str, object]:
        """The proof of an event of this tenant, against the newest root or that of a segment.

        Raises infra.audit.prove.Unprovable, or NothingSealed.
        """
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_TENANT, (position,))).fetchone()
        if row != (tenant,):
            raise Unprovable(f"there is no event at position {position}")
        root = await self.root(segment)
        async with self._proofs:
            return await asyncio.to_thread(self._prove, position, root)

    async def bundle(self, tenant: str, since: datetime, until: datetime, key: SigningKey, at: datetime) -> bytes:
        """Both logs of a tenant and a time in one signed archive; raises infra.audit.bundle.TooLong."""
        async with self._proofs:
            return await asyncio.to_thread(self._bundle, tenant, since, until, key, at)

    def _bundle(self, tenant: str, since: datetime, until: datetime, key: SigningKey, at: datetime) -> bytes:
        archive = io.BytesIO()
        with psycopg.connect(app_dsn(self._settings, "vehicaid-bundle"), autocommit=True) as connection:
            cell = self._settings.cell
            write_bundle(connection, archive, cell, key, BundleAsked(since, until, tenant, at, MOST_IN_BUNDLE))
        return archive.getvalue()

    def _prove(self, position: int, root: Root) -> dict[str, object]:
        with psycopg.connect(app_dsn(self._settings, "vehicaid-proof"), autocommit=True) as connection:
            return prove(connection, position, root)


def _conditions(tenant: str, wanted: Wanted, before: int | None) -> tuple[sql.Composed, list[object]]:
    kind = None if wanted.topic is None or "." in wanted.topic else wanted.topic
    given: Sequence[tuple[str, object]] = (
        ("tenant = %s", tenant),
        ("stream_id = %s", wanted.stream_id),
        ("kind = %s", kind),
        ("topic = %s", None if kind else wanted.topic),
        ("actor = %s", wanted.actor),
        ("occurred_at >= %s", wanted.since),
        ("occurred_at < %s", wanted.until),
        ("position < %s", before),
    )
    asked = [(text, value) for text, value in given if value is not None]
    return sql.SQL(" AND ").join([sql.SQL(text) for text, _ in asked]), [value for _, value in asked]


def _logged(rows: Sequence[tuple[object, ...]]) -> list[LoggedEvent]:
    return [LoggedEvent(*row) for row in rows]  # type: ignore[arg-type]  # the columns are those of LoggedEvent
