"""What follows when a customer agrees to a price? The money is kept, and the search begins or waits for its hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.covering import keep_cover
from application.faring import bill
from application.gateway_share import order_for, want_no_order
from application.partner_share import promised_by_partner
from application.settlement import HELD_FOR, hold_for, release_wallet
from domain.price_terms import PaymentMethod
from domain.request_terms import RequestState

if TYPE_CHECKING:
    from datetime import datetime

    from application.engine import Work
    from application.trade import Trade
    from domain.actor import Role
    from domain.service_request import ServiceRequest


async def agree(
    work: Work, request: ServiceRequest, quote_version: int, method: PaymentMethod, by: Role, trade: Trade, at: datetime
) -> None:
    """Confirm a quote and do what waited for it, in the same save.

    Raises what ``ServiceRequest.confirm`` and ``settlement.hold_for`` raise.
    """
    request.confirm(quote_version, method, by, at)
    if request.state is RequestState.WORK_DONE:
        # What is done is not held up by its payment: what the wallet does not have is owed.
        await bill(work, request, trade, (), at)
        return
    await keep_the_price(work, request, method, at)
    if request.state is RequestState.CONFIRMED:
        begin_search(request, trade, at)


async def keep_the_price(work: Work, request: ServiceRequest, method: PaymentMethod, at: datetime) -> None:
    """Have the quoted price kept: what a membership bears of it, what a partner does, the rest in the wallet.

    Who pays the rest otherwise gets back what was kept.
    """
    quote = request.quote
    if quote is None or quote.total_minor == 0:
        return
    keep_until = (request.scheduled_for or at) + HELD_FOR
    rest = quote.total_minor - await keep_cover(work, request, keep_until, at)
    rest -= await promised_by_partner(work, request)
    if method is PaymentMethod.WALLET and rest > 0:
        await hold_for(work, request.customer_id, request.id, rest, quote.currency, at, keep_until)
    elif method is PaymentMethod.GATEWAY:
        await order_for(work, request, rest, quote.currency, at)
    else:
        await release_wallet(work, request, at)
    if method is not PaymentMethod.GATEWAY:
        await want_no_order(work, request, at)


def begin_search(request: ServiceRequest, trade: Trade, at: datetime) -> None:
    """Look for somebody now, or later when an hour was asked for; raises BadSchedule for one that is past."""
    wanted = request.scheduled_for
    if wanted is not None and not request.sos and wanted - trade.search_begins_before > at:
        request.schedule(wanted, wanted - trade.search_begins_before, at)
        return
    start_search(request, trade, at)


def start_search(request: ServiceRequest, trade: Trade, at: datetime) -> None:
    """Look for somebody now; raises RequestClosed or OutOfTurn."""
    ring = trade.search.first(at)
    request.start_dispatch(ring.radius_m, ring.widens_at, at)
