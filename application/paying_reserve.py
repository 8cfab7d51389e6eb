"""Which stream says what is kept back of a provider's payouts, and what they are to be less by?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.earnings_terms import reserve_id
from domain.reserve import Reserve

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Work


async def reserve_for(work: Work, provider_id: UUID, currency: str, at: datetime) -> Reserve:
    """The provider's reserve, begun where there is none: of two saves that need it, one sees what the other did."""
    reserve = await work.find(Reserve, reserve_id(provider_id, currency))
    if reserve is None:
        reserve = Reserve.open(provider_id, currency, at)
        work.add(reserve)
    return reserve
