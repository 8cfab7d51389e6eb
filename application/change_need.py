"""What happens when a customer agrees to another service than was asked for?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.agreeing import keep_the_price, start_search
from application.answers import request_told
from application.faring import is_confirmed
from application.freeing import free_shift
from application.guards import check_role, check_sees_request, check_version
from application.partner_share import bearer_of
from application.second_stage import ask_who_is_ready
from application.trade import Job, quote_from
from domain.actor import DESK, Role
from domain.request_change import NoChangeProposed
from domain.request_terms import RevokeReason
from domain.service_request import ServiceRequest
from domain.shift import NotCapable, Shift
from domain.trade_terms import PriceNotAgreed

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from application.trade import Trade
    from domain.actor import Actor
    from domain.request_terms import Need


@dataclass(frozen=True, slots=True)
class ChangeNeed:
    """Do that instead: what the provider proposed (None), or what is told while somebody is sought.

    ``at_most_minor`` is the price up to which the customer agrees; what was agreed before needs no word.
    """

    actor: Actor
    request_id: UUID
    need: Need | None
    at_most_minor: int | None
    at: datetime
    expected_version: int | None = None


async def change_need(command: ChangeNeed, work: Work, trade: Trade) -> Answer:
    """Change the need, agree to its price, and search anew when the shift cannot do it, in one save.

    Raises NotAllowed, NotFound, StaleVersion, NoChangeProposed, PriceNotAgreed, InsufficientFunds, WalletFrozen,
    ServiceDoesNotFit, BadCell, OfferStillOut, RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, Role.CUSTOMER, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    await check_sees_request(command.actor, request, work)
    check_version(request, command.expected_version)
    need = command.need or request.proposed_need
    if need is None:
        raise NoChangeProposed
    before = request.version
    request.change_need(need, command.actor.role, command.at)
    if request.version != before:
        await _price_anew(command, work, request, trade)
        await _search_anew_unless_able(work, request, trade, command.at)
    return request_told(request)


async def _price_anew(command: ChangeNeed, work: Work, request: ServiceRequest, trade: Trade) -> None:
    agreed, had = is_confirmed(request), request.quote
    job = Job(request.cell, request.drop_cell, request.service, request.vehicle_class, request.sos)
    priced = trade.price_of(work.context.tenant, job, command.at, await bearer_of(work, request.id))
    if had is None or priced is None:
        return
    quote = quote_from(priced, had.quote_version + 1)
    if quote.total_minor > max(had.total_minor, command.at_most_minor or 0):
        raise PriceNotAgreed(total_minor=quote.total_minor, currency=quote.currency)
    request.issue_quote(quote, command.at)
    if agreed:
        request.confirm(quote.quote_version, request.payment_method, command.actor.role, command.at)
        await keep_the_price(work, request, request.payment_method, command.at)


async def _search_anew_unless_able(work: Work, request: ServiceRequest, trade: Trade, at: datetime) -> None:
    held = request.assignment
    if held is None:
        return
    shift = await work.get(Shift, held.shift_id)
    try:
        shift.check_capable(request.service, request.vehicle_class, request.fuel)
    except NotCapable:
        request.revoke_assignment(RevokeReason.NEED_CHANGED, at)
        start_search(request, trade, at)
        await free_shift(work, held, request.cell, at)
        await ask_who_is_ready(work, request, at)
