"""Who brought a customer, was it rewarded, and if not, what keeps the dispatcher from it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from infra.dispatch.reward_board import FROZEN, SHARED, TELEPHONES
from infra.event_store.log import borrowed
from projections.loyalty import loyalty

if TYPE_CHECKING:
    from uuid import UUID

    from infra.queries.pool import Pool

# By the same conditions as those by which rewards are given.
OF_CUSTOMER: Final = f"""
SELECT l.referrer_id, l.qualified_by, l.rewarded_by,
       CASE WHEN NOT {TELEPHONES} THEN 'no_telephone'
            WHEN {FROZEN} THEN 'wallet_frozen'
            WHEN {SHARED} THEN 'same_payer' END
  FROM loyalty l WHERE l.tenant = %s AND l.customer_id = %s AND l.referrer_id IS NOT NULL"""  # noqa: S608  constants


@dataclass(frozen=True, slots=True)
class Brought:
    """``withheld`` is why a reward that would be due is not given by itself; None: nothing speaks against it."""

    referrer_id: UUID
    qualified_by: UUID | None
    rewarded_by: UUID | None
    withheld: str | None

    @property
    def state(self) -> str:
        """Whether a job is waited for, the reward is, or neither."""
        if self.rewarded_by is not None:
            return "rewarded"
        return "waits_for_job" if self.qualified_by is None else "waits_for_reward"


class Referrals:
    """Looks into the read models, over a pool of readers; never across tenants."""

    name = loyalty.name

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def of(self, tenant: str, customer_id: UUID) -> Brought | None:
        """How it stands; None for who was brought by nobody. Raises LogUnavailable."""
        async with borrowed(self._pool) as connection:
            row = await (await connection.execute(OF_CUSTOMER, (tenant, customer_id))).fetchone()
            return None if row is None else Brought(*cast("tuple[UUID, UUID | None, UUID | None, str | None]", row))
