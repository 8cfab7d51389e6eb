"""How does a customer ask for help?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from application.agreeing import agree, keep_the_price
from application.answers import request_told
from application.guards import check_role
from application.hazards import hazards_there
from application.trade import FREE_EVERYWHERE, SOS_QUOTE_HOLDS, Job, quote_from
from domain.actor import DESK, Role
from domain.refusal import NotAllowed, Refusal
from domain.request_asking import BadSchedule
from domain.request_terms import Dispatch
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from application.trade import Trade
    from domain.actor import Actor
    from domain.price_terms import PaymentMethod
    from domain.request_terms import Call

FURTHEST_AHEAD = timedelta(days=30)
"""A breakdown is not planned longer ahead; a vehicle that is to be moved later is asked for later."""


@dataclass(frozen=True, slots=True)
class RequestService:
    """Send somebody: the desk may ask for any customer, a customer only for themselves.

    The call names no zone and no search: those follow from its place. ``pays_by`` agrees to whatever it costs.
    """

    actor: Actor
    request_id: UUID
    call: Call
    at: datetime
    pays_by: PaymentMethod | None = None


async def request_service(command: RequestService, work: Work, trade: Trade = FREE_EVERYWHERE) -> Answer:
    """Begin a request and tell its price, in one save.

    Where nothing is charged, and for an SOS (I8), the search starts at once; otherwise when the price is confirmed.
    Raises NotAllowed, OutsideServedArea, BadCell, ServiceDoesNotFit, BadSchedule, and, when the price is confirmed in
    the same breath, InsufficientFunds or WalletFrozen.
    """
    check_role(work, command.actor, Role.CUSTOMER, *DESK)
    if not (command.actor.is_desk or command.actor.is_customer(command.call.customer_id)):
        raise NotAllowed("a customer asks for help for themselves only")
    request = begin_request(command.request_id, command.call, command.at, work, trade)
    await agree_at_once(work, request, command.pays_by, command.actor.role, trade, command.at)
    return request_told(request)


def begin_request(
    request_id: UUID, told: Call, at: datetime, work: Work, trade: Trade, partner_id: UUID | None = None
) -> ServiceRequest:
    """Begin a request, with its price where there is one; nobody has agreed to it yet.

    What a partner bears costs what its own tariff says, where it has one.
    Raises OutsideServedArea, BadCell, ServiceDoesNotFit or BadSchedule.
    """
    zone = trade.served_zone(work.context.tenant, told.cell, at)
    job = Job(told.cell, told.drop_cell, told.service, told.vehicle_class, told.sos)
    priced = trade.price_of(work.context.tenant, job, at, partner_id)
    check_hour(told.scheduled_for, at, is_priced=priced is not None)
    ring = trade.search.first(at)
    waits = priced is not None and not told.sos
    call = replace(
        told,
        hazards=hazards_there(told.hazards, trade.conditions_of(work.context.tenant, told.cell, at)),
        zone_id=zone.zone_id if zone else None,
        dispatch=Dispatch.ON_CONFIRMATION if waits else Dispatch.AT_ONCE,
        radius_m=None if waits else ring.radius_m,
        widens_at=None if waits else ring.widens_at,
    )
    request = ServiceRequest.request(request_id, call, at)
    work.add(request)
    if priced is not None:
        request.issue_quote(quote_from(priced, 1, holds_until=at + SOS_QUOTE_HOLDS if request.sos else None), at)
    return request


def check_hour(wanted: datetime | None, at: datetime, *, is_priced: bool) -> None:
    """Refuse an hour where no price is agreed before, or one too far ahead; raises BadSchedule."""
    if wanted is None:
        return
    if not is_priced:
        raise BadSchedule("an hour can be chosen only where a price is agreed before")
    if wanted > at + FURTHEST_AHEAD:
        raise BadSchedule(f"an hour can be chosen at most {FURTHEST_AHEAD.days} days ahead")


async def agree_at_once(
    work: Work, request: ServiceRequest, method: PaymentMethod | None, by: Role, trade: Trade, at: datetime
) -> None:
    """Agree to the price that was just told, where there is one, and whoever asks pays that way.

    Raises what ``agreeing.agree`` raises, but for an SOS, whose money is asked about later.
    """
    if method is None or request.quote is None:
        return
    if not request.sos or await _can_keep(work, request, method, at):
        await agree(work, request, request.quote.quote_version, method, by, trade, at)


async def _can_keep(work: Work, request: ServiceRequest, method: PaymentMethod, at: datetime) -> bool:
    """Whether the wallet has the money. Who is in danger is helped either way, and asked again later (I8)."""
    try:
        await keep_the_price(work, request, method, at)
    except Refusal:
        return False
    return True
