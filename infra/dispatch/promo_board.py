"""How is read from the read models whose grants have expired?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from application.promo_run import Expired

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import psycopg

EXPIRED: Final = """
SELECT tenant, customer_id, count(*), max(position) FROM promo_grants
 WHERE left_minor > 0 AND expires_at IS NOT NULL AND expires_at <= %s
 GROUP BY tenant, customer_id ORDER BY min(expires_at), tenant, customer_id LIMIT %s"""


class PostgresPromoBoard:
    """Expired grants, over one connection; implements ``application.promo_run.PromoBoard``."""

    def __init__(self, connection: psycopg.AsyncConnection[tuple[Any, ...]]) -> None:
        self._connection = connection

    async def expired(self, at: datetime, limit: int) -> Sequence[Expired]:
        """Customers with expired grants, who have had them longest first."""
        cursor = await self._connection.execute(EXPIRED, (at, limit), prepare=True)
        return [Expired(*row) for row in await cursor.fetchall()]
