"""What follows when the first leg of a tow is done? The second begins, as a request of its own, in the same save."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.request_service import RequestService, request_service
from application.trade import Job
from domain.actor import Actor
from domain.price_terms import PaymentMethod
from domain.refusal import Refusal
from domain.request_terms import Call

if TYPE_CHECKING:
    from datetime import datetime

    from application.engine import Work
    from application.trade import Trade
    from domain.request_legs import OnwardLeg
    from domain.service_request import ServiceRequest


async def open_onward(work: Work, request: ServiceRequest, trade: Trade, at: datetime) -> None:
    """Ask for the second leg on the customer's behalf; without one this changes nothing.

    Its price is agreed to where the customer did beforehand, and can pay; otherwise they are asked. Where the leg
    cannot be had at all any more, the first one ends all the same, and the plan stays for the desk to see.
    """
    leg, yard = request.onward, request.drop_cell
    if leg is None or yard is None or request.onward_opened:
        return
    command = RequestService(
        Actor.system("onward", work.context.tenant), leg.request_id, _call(request, leg, yard, at), at
    )
    method = _agreed(work, request, leg, yard, trade, at)
    for pays_by in (method, None) if method else (None,):
        asked = RequestService(command.actor, command.request_id, command.call, at, pays_by)
        try:
            await request_service(asked, work, trade)
        except Refusal:
            continue
        request.open_leg(at)
        return


def _call(request: ServiceRequest, leg: OnwardLeg, yard: str, at: datetime) -> Call:
    later = leg.scheduled_for if leg.scheduled_for is not None and leg.scheduled_for > at else None
    return Call(
        request.customer_id,
        request.service,
        request.vehicle_class,
        request.fuel,
        yard,
        place_id=request.place_id,
        contact_id=request.contact_id,
        drop_cell=leg.to_cell,
        scheduled_for=later,
    )


def _agreed(
    work: Work, request: ServiceRequest, leg: OnwardLeg, yard: str, trade: Trade, at: datetime
) -> PaymentMethod | None:
    """How it is paid, when the customer agreed to such a price beforehand."""
    if leg.at_most_minor is None or request.payment_method is PaymentMethod.NONE:
        return None
    job = Job(yard, leg.to_cell, request.service, request.vehicle_class)
    try:
        priced = trade.price_of(work.context.tenant, job, at)
    except Refusal:
        return None
    return request.payment_method if priced is not None and priced.total_minor <= leg.at_most_minor else None
