"""Is there such a partner? Asked by commands that do something for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from infra.queries.pool import Pool


async def has_partner(pool: Pool, tenant: str, partner_id: UUID) -> bool:
    """Whether the tenant's log knows that partner; only who asks waits half a second for all aggregates."""
    from domain.partner_account import PartnerAccount
    from infra.event_store.aggregates import StoredAggregates

    return await StoredAggregates(pool).load(PartnerAccount, tenant, partner_id) is not None
