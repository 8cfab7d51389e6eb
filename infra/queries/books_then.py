"""How did accounts stand at an instant, as far as the log told of it up to a position?

What counts is when it happened (``occurred_at``), what is known is where it stands in the log. The postings that
satisfy both are four strips, each a short range of an index (see ``projections/ledger_history.py``):

    whole months   before the month of the instant, of whole stretches of the log before the position's
    whole hours    of that month before the instant's hour, of the same stretches
    the last hour  posting by posting, up to the instant and the position
    the stretch    in which the position lies, posting by posting, as far as it counted before that hour
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, cast

from infra.queries.view import MOST_ROWS
from projections.ledger_history import STRETCH, Span, hour_of, is_busy, ledger_history, month_of
from projections.ledger_postings import PostingRow, ledger_postings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.queries.pool import Pool

FOLDED: Final = (ledger_postings.name, ledger_history.name)
"""The read models that are looked at: both must have come as far as the position."""

EVER: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""Everything has counted by then."""

_NEWEST: Final = "SELECT coalesce(min(position), 0) FROM projection_positions WHERE active AND name = ANY (%s)"
_SUMS: Final = """
SELECT account, currency, sum(amount_minor)::bigint FROM (
    SELECT account, currency, amount_minor FROM ledger_history
     WHERE tenant = %(tenant)s AND account = ANY (%(busy)s) AND span = 'month'
       AND since < %(month)s AND stretch < %(stretch)s
    UNION ALL
    SELECT account, currency, amount_minor FROM ledger_history
     WHERE tenant = %(tenant)s AND account = ANY (%(busy)s) AND span = 'hour'
       AND since >= %(month)s AND since < %(hour)s AND stretch < %(stretch)s
    UNION ALL
    SELECT account, currency, amount_minor FROM ledger_postings
     WHERE tenant = %(tenant)s AND account = ANY (%(busy)s)
       AND booked_at >= %(hour)s AND booked_at <= %(as_of)s AND position <= %(known_at)s
    UNION ALL
    SELECT account, currency, amount_minor FROM ledger_postings
     WHERE tenant = %(tenant)s AND account = ANY (%(busy)s)
       AND position >= %(stretch_begins)s AND position <= %(known_at)s AND booked_at < %(hour)s
    UNION ALL
    SELECT account, currency, amount_minor FROM ledger_postings
     WHERE tenant = %(tenant)s AND account = ANY (%(quiet)s) AND booked_at <= %(as_of)s AND position <= %(known_at)s
) AS counted GROUP BY account, currency ORDER BY account, currency
"""
_NAMES: Final = (
    "SELECT account, currency FROM ledger_history WHERE tenant = %s AND span = 'whole' AND starts_with(account, %s)"
    " AND (account, currency) > (%s, %s) ORDER BY account, currency LIMIT %s"
)
_LAST_CELL: Final = (
    "SELECT since FROM ledger_history WHERE tenant = %s AND account = %s AND span = %s AND since >= %s"
    " AND stretch <= %s ORDER BY since DESC LIMIT 1"
)
_ENTRIES: Final = (
    f"SELECT {', '.join(ledger_postings.fields)} FROM ledger_postings"  # noqa: S608  (names of our own)
    " WHERE tenant = %s AND account = %s AND booked_at <= %s AND position <= %s"
    " ORDER BY booked_at DESC, position DESC LIMIT %s"
)


@dataclass(frozen=True, slots=True)
class Then:
    """When it counted (``as_of``, aware), and how much of the log was there (``known_at``)."""

    as_of: datetime
    known_at: int

    @property
    def strips(self) -> dict[str, object]:
        """Where the strips of whole hours, months and stretches end."""
        as_of, stretch = self.as_of.astimezone(UTC), self.known_at // STRETCH
        told = {"as_of": as_of, "hour": hour_of(as_of), "month": month_of(as_of), "known_at": self.known_at}
        return told | {"stretch": stretch, "stretch_begins": stretch * STRETCH}


class BooksThen:
    """Balances and entries of one tenant's accounts at any instant, as known at any position that is folded."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def newest(self, read_models: Sequence[str] = FOLDED) -> int:
        """How far all of these read models have come: what is known now."""
        async with self._pool.connection() as connection:
            found = await (await connection.execute(_NEWEST, ([*read_models],))).fetchone()
        return cast("int", found[0]) if found else 0

    async def balances(self, tenant: str, accounts: Sequence[str], then: Then) -> dict[tuple[str, str], int]:
        """How accounts stood, by account and currency; one on which nothing had counted is left out."""
        busy = [account for account in accounts if is_busy(account)]
        quiet = [account for account in accounts if not is_busy(account)]
        asked = {"tenant": tenant, "busy": busy, "quiet": quiet} | then.strips
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(_SUMS, asked)).fetchall()
        return {(str(account), str(currency)): cast("int", balance) for account, currency, balance in rows}

    async def of_account(self, tenant: str, account: str, then: Then) -> dict[str, int]:
        """How one account stood, by currency."""
        return {currency: total for (_, currency), total in (await self.balances(tenant, (account,), then)).items()}

    async def names(self, tenant: str, prefix: str, after: tuple[str, str], limit: int) -> list[tuple[str, str]]:
        """Up to ``limit`` accounts behind (account, currency), by name, that were ever booked on."""
        asked = (tenant, prefix, *after, min(limit, MOST_ROWS))
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(_NAMES, asked)).fetchall()
        return [(str(account), str(currency)) for account, currency in rows]

    async def entries(self, tenant: str, account: str, then: Then, limit: int) -> list[PostingRow]:
        """The last ``limit`` postings of an account that had counted, newest first by when they counted."""
        until = min(then.as_of, await self._last_known(tenant, account, then))
        asked = (tenant, account, until, then.known_at, min(limit, MOST_ROWS))
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(_ENTRIES, asked)).fetchall()
        return [PostingRow(*row) for row in rows]  # type: ignore[arg-type]  # the columns are the row's fields

    async def _last_known(self, tenant: str, account: str, then: Then) -> datetime:
        """An instant behind all that a busy account knew at the position: later postings need not be passed over."""
        if not is_busy(account):
            return EVER
        stretch, last = then.known_at // STRETCH, datetime.min.replace(tzinfo=UTC)
        async with self._pool.connection() as connection:
            for span in (Span.MONTH, Span.HOUR):
                asked = (tenant, account, span.value, last, stretch)
                found = await (await connection.execute(_LAST_CELL, asked)).fetchone()
                if found is None:
                    return EVER
                last = cast("datetime", found[0])
        return last + timedelta(hours=1)
