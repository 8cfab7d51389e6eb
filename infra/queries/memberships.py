"""Through which views are plans, memberships and grants looked at?"""

from typing import Final
from uuid import UUID

from infra.queries.pool import Pool
from infra.queries.referrals import Referrals
from infra.queries.view import ReadModelView
from projections.plans import plans
from projections.promo_grants import promo_grants
from projections.subscriptions import subscriptions

# A tenant offers a handful; beyond a hundred nobody could choose.
MOST_PLANS: Final = 100
PLAN_IDS: Final = "SELECT DISTINCT plan_id FROM plans WHERE tenant = %s LIMIT %s"


class MembershipViews:
    """Plans, memberships, grants and who brought whom, over one pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.plans = ReadModelView(pool, plans, "offered_at")
        self.subscriptions = ReadModelView(pool, subscriptions, "created_at")
        self.grants = ReadModelView(pool, promo_grants, "granted_at")
        self.referrals = Referrals(pool)

    async def plan_ids(self, tenant: str) -> list[UUID]:
        """The plans that a tenant has ever offered."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(PLAN_IDS, (tenant, MOST_PLANS))
            return [UUID(str(row[0])) for row in await cursor.fetchall()]
