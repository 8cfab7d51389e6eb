"""What does the first level of escalation give besides time? A greater share of the price, out of our commission."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.settlement_terms import usual_commission_bp

if TYPE_CHECKING:
    from datetime import datetime

    from application.engine import Work
    from domain.service_request import ServiceRequest


async def raise_share(work: Work, request: ServiceRequest, by_bp: int, at: datetime) -> None:
    """Raise what the next offers show to providers, at most by the tariff's commission; nothing without a price."""
    if request.is_priced and by_bp > 0:
        request.raise_share(by_bp, await usual_commission_bp(work, request), at)
