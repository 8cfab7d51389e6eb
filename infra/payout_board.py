"""How is what is to be paid read from the read models?"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from application.payout_run import ToEnd, ToPay, ToRequest
from domain import ledger
from domain.earnings_terms import MOST_IN_A_PAYOUT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import psycopg

TO_PAY: Final = """
SELECT tenant, provider_id, currency, (array_agg(earning_id ORDER BY amount_minor >= 0, payable_from))[:%(most)s]
  FROM earnings JOIN payout_accounts USING (tenant, provider_id)
 WHERE payout_id IS NULL AND held IS NULL AND payable_from <= %(at)s
   AND is_verified AND coalesce(held_until <= %(at)s, true)
 GROUP BY tenant, provider_id, currency HAVING sum(amount_minor) > 0
 ORDER BY min(payable_from), tenant, provider_id LIMIT %(limit)s"""
TO_REQUEST: Final = """
SELECT tenant, payout_id, amount_minor, currency FROM payouts
 WHERE state = 'batched' ORDER BY created_at, payout_id LIMIT %s"""
IN_BANK: Final = """
SELECT coalesce((SELECT balance_minor FROM ledger_balances
                  WHERE tenant = %(tenant)s AND account = %(bank)s AND currency = %(currency)s), 0)
     - coalesce((SELECT sum(amount_minor) FROM payouts
                  WHERE tenant = %(tenant)s AND currency = %(currency)s
                    AND state IN ('requested', 'scheduled', 'pending', 'queued', 'processing')), 0)::bigint"""

TO_END: Final = """
SELECT * FROM (
  SELECT tenant, currency, day, closed_at IS NOT NULL AS is_closed,
         (SELECT count(*) FROM payouts
           WHERE tenant = batch.tenant AND batch_id = batch.batch_id
             AND state IN ('batched', 'requested', 'scheduled', 'pending', 'queued', 'processing')) AS under_way
    FROM payout_batches AS batch WHERE finished_at IS NULL AND day < %(today)s) AS over
 WHERE NOT is_closed OR under_way = 0 ORDER BY day, tenant, currency LIMIT %(limit)s"""


class PostgresPayoutBoard:
    """What is to be paid, over one connection; implements ``application.payout_run.PayoutBoard``."""

    def __init__(self, connection: psycopg.AsyncConnection[tuple[Any, ...]]) -> None:
        self._connection = connection

    async def to_pay(self, at: datetime, limit: int) -> Sequence[ToPay]:
        """Providers whose due earnings come to more than nothing, who have waited longest first."""
        asked = {"at": at, "limit": limit, "most": MOST_IN_A_PAYOUT}
        cursor = await self._connection.execute(TO_PAY, asked, prepare=True)
        found = await cursor.fetchall()
        return [ToPay(tenant, whose, currency, tuple(earned)) for tenant, whose, currency, earned in found]

    async def to_request(self, limit: int) -> Sequence[ToRequest]:
        """Payouts that are batched, the oldest first."""
        cursor = await self._connection.execute(TO_REQUEST, (limit,), prepare=True)
        return [ToRequest(*row) for row in await cursor.fetchall()]

    async def in_bank(self, tenant: str, currency: str) -> int:
        """What is in the bank, less the payouts that are on their way."""
        told = {"tenant": tenant, "bank": ledger.BANK, "currency": currency}
        cursor = await self._connection.execute(IN_BANK, told, prepare=True)
        row = await cursor.fetchone()
        return int(row[0]) if row else 0

    async def to_end(self, today: date, limit: int) -> Sequence[ToEnd]:
        """Batches of days before today that can be closed or finished, the oldest first."""
        asked = {"today": today.isoformat(), "limit": limit}
        cursor = await self._connection.execute(TO_END, asked, prepare=True)
        found = await cursor.fetchall()
        return [ToEnd(whose, currency, date.fromisoformat(day), *how) for whose, currency, day, *how in found]
