"""What is settled when a request ends before its work is done?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.partner_share import free_partner
from application.settlement import settle_fee

if TYPE_CHECKING:
    from datetime import datetime

    from application.engine import Work
    from domain.service_request import ServiceRequest


async def settle_end(work: Work, request: ServiceRequest, fee_minor: int, at: datetime) -> None:
    """Settle a request that has ended, in the same save and once (I4): its fee is paid, the rest is given free.

    One that was never confirmed owes nothing, so there is nothing to settle.
    """
    if request.settlement is not None:
        return
    if request.confirmed_quote is None:
        # Nobody agreed to pay; a partner's credit is kept from the call on.
        await free_partner(work, request, at)
        return
    request.settle(await settle_fee(work, request, fee_minor, at), at)
