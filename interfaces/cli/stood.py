"""How does an operator's terminal find out how an account stood?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from infra.database_url import app_dsn
from infra.queries.books_then import EVER, BooksThen, Then
from infra.queries.pool import reader_pool

if TYPE_CHECKING:
    from infra.settings import Settings
    from projections.ledger_postings import PostingRow


class NotFoldedYet(Exception):
    """It cannot be told: the instant is none, or the read models have not come to that position."""


@dataclass(frozen=True, slots=True)
class Stood:
    """An account of another time: balances by currency, and its last postings."""

    account: str
    as_of: datetime | None
    known_at: int
    balances: dict[str, int]
    entries: tuple[PostingRow, ...]

    def as_json(self) -> dict[str, object]:
        """For machines."""
        return {
            "account": self.account,
            "as_of": None if self.as_of is None else _text(self.as_of),
            "known_at": self.known_at,
            "balances": [{"currency": name, "balance_minor": balance} for name, balance in self.balances.items()],
            "entries": [
                {
                    "position": row.position,
                    "transfer_id": row.transfer_id,
                    "amount_minor": row.amount_minor,
                    "currency": row.currency,
                    "booked_at": _text(row.booked_at),
                }
                for row in self.entries
            ],
        }


async def stood(settings: Settings, tenant: str, account: str, as_of: str, known_at: int | None, entries: int) -> Stood:
    """Ask the read models; raises NotFoldedYet."""
    instant = _instant(as_of) if as_of else None
    pool = reader_pool(app_dsn(settings, "vehicaid-ledger"))
    await pool.open()
    try:
        books = BooksThen(pool)
        newest = await books.newest()
        if known_at is not None and known_at > newest:
            raise NotFoldedYet(f"the read models have come to position {newest} only")
        then = Then(instant or EVER, newest if known_at is None else known_at)
        balances = await books.of_account(tenant, account, then)
        rows = await books.entries(tenant, account, then, entries) if entries else []
    finally:
        await pool.close()
    return Stood(account, instant, then.known_at, balances, tuple(rows))


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise NotFoldedYet("write the instant as 2026-11-22T14:00:00Z") from error
    if found.tzinfo is None:
        raise NotFoldedYet("an instant has an offset: 2026-11-22T14:00:00Z")
    return found.astimezone(UTC)


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
