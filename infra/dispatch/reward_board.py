"""How is read from the read models who has earned a reward, and who only looks as if?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from application.reward_run import Brought, Risen
from domain.loyalty import USUAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg

# A telephone belongs to one account of a tenant (the key of ``handles``), so two people without one telephone each are
# nobody that we know; a wallet is frozen while a bank asks its money back, or when the desk suspects something.
TELEPHONES: Final = """(SELECT count(DISTINCT h.account_id) FROM handles h
         WHERE h.tenant = l.tenant AND h.account_id IN (l.customer_id, l.referrer_id) AND h.kind = 'phone') = 2"""
FROZEN: Final = """EXISTS (SELECT 1 FROM wallets w
         WHERE w.tenant = l.tenant AND w.customer_id IN (l.customer_id, l.referrer_id) AND w.frozen IS NOT NULL)"""
# Who pays by the same as who brought them, or as another whom the same one brought, may be the same person. Of several
# that wait, the oldest account is rewarded (an id begins with when it was made). Strangers have cards of one bank with
# the same last digits, and nobody else's UPI id: that one is compared with everybody's whom anybody brought.
SHARED: Final = """EXISTS (SELECT 1 FROM payer_instruments own
          JOIN payer_instruments other ON other.tenant = own.tenant AND other.kind = own.kind
           AND other.blind_index = own.blind_index AND other.customer_id <> own.customer_id
          LEFT JOIN loyalty o ON o.tenant = other.tenant AND o.customer_id = other.customer_id
         WHERE own.tenant = l.tenant AND own.customer_id = l.customer_id
           AND (other.customer_id = l.referrer_id
             OR o.referrer_id IS NOT NULL AND (own.kind = 'upi' OR o.referrer_id = l.referrer_id)
                AND (o.rewarded_by IS NOT NULL OR o.qualified_by IS NOT NULL AND o.customer_id < l.customer_id)))"""
BROUGHT: Final = f"""
SELECT l.tenant, l.customer_id, l.qualified_by, l.currency FROM loyalty l
 WHERE l.referrer_id IS NOT NULL AND l.qualified_by IS NOT NULL AND l.rewarded_by IS NULL
   AND {TELEPHONES} AND NOT {FROZEN} AND NOT {SHARED}
 ORDER BY l.position LIMIT %s"""  # noqa: S608  constants
RISEN: Final = """
SELECT l.tenant, l.customer_id, l.position FROM loyalty l
 WHERE l.own_minor >= %(from_minor)s AND l.last_job_at >= %(year)s
   AND (l.gift_at IS NULL OR l.gift_at < %(year)s OR l.gift_minor < %(gift_minor)s)
   AND NOT EXISTS (SELECT 1 FROM wallets w
         WHERE w.tenant = l.tenant AND w.customer_id = l.customer_id AND w.frozen IS NOT NULL)
 ORDER BY l.position LIMIT %(limit)s"""


class PostgresRewardBoard:
    """Who is due, over one connection; implements ``application.reward_run.RewardBoard``."""

    def __init__(self, connection: psycopg.AsyncConnection[tuple[Any, ...]]) -> None:
        self._connection = connection

    async def brought(self, limit: int) -> Sequence[Brought]:
        """Customers whose bringer waits for the reward, who have waited longest first."""
        cursor = await self._connection.execute(BROUGHT, (limit,), prepare=True)
        return [Brought(*row) for row in await cursor.fetchall()]

    async def risen(self, at: datetime, limit: int) -> Sequence[Risen]:
        """Customers who reached a tier that they got nothing for in this year."""
        year = datetime(at.year, 1, 1, tzinfo=UTC)
        found: dict[tuple[Any, ...], Risen] = {}
        for terms in USUAL:
            if terms.gift_minor:
                told = {"from_minor": terms.from_minor, "gift_minor": terms.gift_minor, "year": year, "limit": limit}
                cursor = await self._connection.execute(RISEN, told, prepare=True)
                found |= {row[:2]: Risen(*row) for row in await cursor.fetchall()}
        return list(found.values())[:limit]
