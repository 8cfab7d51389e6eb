"""About which payouts is the gateway to be asked, whose is one that it tells of, and whose is what it settled?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from domain.ledger import CLEARING
from infra.event_store.log import borrowed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime
    from uuid import UUID

    from infra.queries.pool import Pool

# On its way: asked about as often as somebody looks. Done: it may come back for three working days, a weekend and a
# holiday in between; news tells of that, and asking once an hour finds what news missed.
TO_ASK: Final = """
SELECT tenant, payout_id FROM payouts
 WHERE gateway_payout IS NOT NULL
   AND (state IN ('requested', 'scheduled', 'pending', 'queued', 'processing')
        OR state = 'processed' AND processed_at > %(at)s - interval '7 days'
           AND extract(minute FROM %(at)s)::int = abs(hashtext(payout_id::text)) %% 60)
 ORDER BY state = 'processed', updated_at LIMIT %(limit)s"""
PAYOUT_OF: Final = "SELECT tenant, payout_id FROM payouts WHERE operation_id = %s"
# The gateway knows no tenants: whose a payment or refund is, our books say.
TENANTS: Final = """
SELECT DISTINCT split_part(transfer_id, ':', 2), tenant FROM ledger_postings
 WHERE account = %s AND split_part(transfer_id, ':', 2) = ANY (%s)"""


class PayoutsToAsk:
    """The board, over a pool; also ``application.settling.Owners``. Raises LogUnavailable."""

    def __init__(self, pool: Pool) -> None:
        """Nothing is asked yet."""
        self._pool = pool

    async def to_ask(self, at: datetime, limit: int) -> list[tuple[str, UUID]]:
        """Payouts that something may be heard of: tenant and id."""
        async with borrowed(self._pool) as connection:
            cursor = await connection.execute(TO_ASK, {"at": at, "limit": limit})
            return cast("list[tuple[str, UUID]]", await cursor.fetchall())

    async def payout_of(self, operation_id: UUID) -> tuple[str, UUID] | None:
        """Tenant and id of the payout that was asked for under that operation."""
        async with borrowed(self._pool) as connection:
            found = await (await connection.execute(PAYOUT_OF, (operation_id,))).fetchone()
            return cast("tuple[str, UUID] | None", found)

    async def tenants_of(self, entities: Collection[str]) -> Mapping[str, str]:
        """The tenant of each of the gateway's things that some books have."""
        if not entities:
            return {}
        async with borrowed(self._pool) as connection:
            cursor = await connection.execute(TENANTS, (CLEARING, list(entities)))
            return dict(cast("list[tuple[str, str]]", await cursor.fetchall()))
