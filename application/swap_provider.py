"""How is a crew under way sent back for one that is there much sooner? In one save, so that nobody is left between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.accruing import accrue
from application.agreeing import start_search
from application.answers import request_told
from application.freeing import free_shift
from application.guards import check_role
from application.make_offer import MakeOffer, make_offer
from application.settlement_terms import terms_of
from domain.actor import DESK
from domain.fees import cancellation_fee
from domain.price_terms import Fault
from domain.provider import Provider
from domain.request_drive import NotForAMaybe, Owed
from domain.service_request import ServiceRequest
from domain.shift import Shift
from domain.split import bill_of_fee, shares_of

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from application.trade import Trade
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class SwapProvider:
    """Take the job from the crew that holds it by ``held_offer_id``, and give it to a shift that is there sooner.

    ``gain_s`` is how much sooner, ``eta_s`` how long it takes, ``cell`` where the present crew is. ``may_ask`` allows
    a shift that may refuse: then a crew that comes is given up for one that perhaps does.
    """

    actor: Actor
    request_id: UUID
    held_offer_id: UUID
    shift_id: UUID
    offer_id: UUID
    gain_s: int
    eta_s: int
    cell: str
    lapses_at: datetime
    at: datetime
    may_ask: bool = False


async def swap_provider(command: SwapProvider, work: Work, trade: Trade) -> Answer:
    """Revoke, compensate who is sent back, and offer the job to the better one.

    Where a price was agreed, who is sent back gets its share of what the customer would owe for calling off now.
    Raises NotAllowed, NotFound, NotForAMaybe, AlreadySwapped, RequestClosed, OutOfTurn, and what ``make_offer`` raises.
    """
    check_role(work, command.actor, *DESK)
    request, at = await work.get(ServiceRequest, command.request_id), command.at
    better = await work.get(Shift, command.shift_id)
    provider = await work.get(Provider, better.provider_id)
    if not (command.may_ask or provider.engaged.is_guided(at)):
        raise NotForAMaybe
    held = request.assignment
    owed = await _compensation(work, request, at)
    request.swap_provider(command.held_offer_id, better.id, command.gain_s, owed, at)
    if held is not None and owed is not None:
        await accrue(work, held.provider_id, command.held_offer_id, owed.amount_minor, owed.currency, at)
    start_search(request, trade, at)
    await free_shift(work, held, command.cell, at)
    offer = MakeOffer(
        command.actor, request.id, command.offer_id, better.id, command.lapses_at, at, eta_s=command.eta_s
    )
    await make_offer(offer, work)
    return request_told(request)


async def _compensation(work: Work, request: ServiceRequest, at: datetime) -> Owed | None:
    """What a crew that is sent back now gets, as the tariff's fees for calling off say; nothing without a price."""
    quote = request.quote
    if quote is None or request.confirmed_quote is None:
        return None
    fee_minor = cancellation_fee(quote.fees, request.state, request.assigned_at, at, Fault.CUSTOMER)
    terms = await terms_of(work, request, at)
    bill = bill_of_fee(fee_minor, terms.split.tax_bp, interstate=terms.interstate)
    # Nothing is withheld of a compensation: nobody was supplied with anything.
    return Owed(shares_of(bill, terms.split, by_a_provider=True).earned_minor, quote.currency)
