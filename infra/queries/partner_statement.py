"""What did a partner come to owe, what did it pay, and how did its account stand before and after?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, cast

from domain.ledger import partner_owes
from infra.queries.view import MOST_ROWS
from projections.ledger_postings import PostingRow, ledger_postings

if TYPE_CHECKING:
    from uuid import UUID

    from infra.queries.pool import Pool

Key = tuple[datetime, int]
"""Instant and position of an entry: instants are told, and may be told out of order."""

COLUMNS: Final = ", ".join(ledger_postings.fields)
# What the account came to before an instant.
STOOD: Final = (
    "SELECT coalesce(sum(amount_minor), 0)::bigint FROM ledger_postings"
    " WHERE tenant = %s AND account = %s AND booked_at < %s"
)
STOOD_AFTER: Final = (
    "SELECT coalesce(sum(amount_minor), 0)::bigint FROM ledger_postings"
    " WHERE tenant = %s AND account = %s AND (booked_at, position) <= (%s, %s)"
)
ENTRIES: Final = f"""
SELECT {COLUMNS} FROM ledger_postings
 WHERE tenant = %s AND account = %s AND booked_at >= %s AND booked_at < %s AND (booked_at, position) > (%s, %s)
 ORDER BY booked_at, position LIMIT %s"""  # noqa: S608  constant
FIRST: Final = -1
"""Before every position."""


@dataclass(frozen=True, slots=True)
class Period:
    """From an instant on, up to another that is no part of it."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One posting of the account, and what is owed behind it."""

    posting: PostingRow
    balance_minor: int


class PartnerStatement:
    """The postings of partners' accounts, over a pool of readers; never across tenants."""

    name = ledger_postings.name

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def stood(self, tenant: str, partner_id: UUID, before: datetime) -> int:
        """What the partner owed before an instant."""
        return await self._sum(STOOD, tenant, partner_owes(partner_id), before)

    async def page(self, tenant: str, partner_id: UUID, period: Period, after: Key | None, limit: int) -> list[Entry]:
        """Up to ``limit`` entries of a period behind one of them, oldest first."""
        account, behind = partner_owes(partner_id), after or (period.since, FIRST)
        balance = await self._sum(STOOD_AFTER, tenant, account, *behind)
        async with self._pool.connection() as connection:
            asked = (tenant, account, period.since, period.until, *behind, min(limit, MOST_ROWS))
            rows = await (await connection.execute(ENTRIES.encode(), asked)).fetchall()
        found = []
        for row in rows:
            posting = PostingRow(*row)  # type: ignore[arg-type]  # COLUMNS
            balance += posting.amount_minor
            found.append(Entry(posting, balance))
        return found

    async def _sum(self, statement: str, *asked: object) -> int:
        async with self._pool.connection() as connection:
            row = await (await connection.execute(statement.encode(), asked)).fetchone()
        return cast("int", row[0]) if row is not None else 0
