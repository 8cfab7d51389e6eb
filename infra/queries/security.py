"""What can an auditor ask of one tenant's security log?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from psycopg import sql

from infra.audit.root import root_of, sign
from infra.audit.sealed_log import SECURITY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from infra.audit.root import Root
    from infra.queries.pool import Pool

    Row = tuple[int, str, datetime, str, str, str, str, str, str, UUID | None, int, datetime]

# A page and one more, which tells whether there is another page.
MOST_ON_PAGE: Final = 201

_PAGE: Final = (
    "SELECT position, tenant, at, kind, actor, operation, object_id, detail, encode(address, 'hex'), correlation_id,"
    " times, recorded_at FROM security_log WHERE {} ORDER BY position DESC LIMIT %s"
)
_ROOT: Final = "SELECT segment, last_position, chain_hash, sealed_at FROM security_seals ORDER BY segment DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class SecurityWanted:
    """Which notes: of one kind, about one actor, about one thing, in a span of time."""

    kind: str | None = None
    actor: str | None = None
    object_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SecurityEntry:
    """One row of the security log."""

    position: int
    tenant: str
    at: datetime
    kind: str
    actor: str
    operation: str
    object_id: str
    detail: str
    address: str
    correlation_id: UUID | None
    times: int
    recorded_at: datetime


class SecurityQueries:
    """Answers about one tenant at a time, or about the whole cell to whoever runs it."""

    def __init__(self, pool: Pool, cell: str, seed: bytes | None = None) -> None:
        """``seed`` signs roots, where the deployment has a key for that."""
        self._pool = pool
        self._cell = SECURITY.cell_of(cell)
        self._seed = seed

    async def root(self) -> Root:
        """The newest root of the sealed security log; raises infra.audit.root.NothingSealed."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_ROOT)).fetchone()
        root = root_of(self._cell, row)
        return root if self._seed is None else sign(root, self._seed)

    async def entries(
        self, tenant: str | None, wanted: SecurityWanted, before: int | None, limit: int
    ) -> list[SecurityEntry]:
        """Up to `limit` entries before position `before`, newest first; None asks for every tenant's and nobody's."""
        given: Sequence[tuple[str, object]] = (
            ("tenant = %s", tenant),
            ("kind = %s", wanted.kind),
            ("actor = %s", wanted.actor),
            ("object_id = %s", wanted.object_id),
            ("at >= %s", wanted.since),
            ("at < %s", wanted.until),
            ("position < %s", before),
        )
        asked = [(text, value) for text, value in given if value is not None]
        conditions = sql.SQL(" AND ").join([sql.SQL(text) for text, _ in asked] or [sql.SQL("true")])
        values = [value for _, value in asked]
        async with self._pool.connection() as connection:
            cursor = await connection.execute(sql.SQL(_PAGE).format(conditions), [*values, min(limit, MOST_ON_PAGE)])
            rows = await cursor.fetchall()
        return [SecurityEntry(*cast("Row", row)) for row in rows]
