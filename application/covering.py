"""What does a membership bear of a job? Shown with the price, kept with its confirmation, used when it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.entitling import free_units, keep_units, units_left, use_units
from application.guards import check_role, check_sees_request, hidden
from domain.actor import DESK, Role
from domain.coverage import Coverage, CoverState
from domain.coverage_terms import CoverGone, cover_of, coverage_id
from domain.refusal import OutOfTurn
from domain.service_request import ServiceRequest
from domain.subscription import Subscription

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.payment import Payment


@dataclass(frozen=True, slots=True)
class ShowCover:
    """What would my membership bear of this?"""

    actor: Actor
    request_id: UUID
    subscription_id: UUID
    vehicle_id: UUID
    at: datetime


async def show_cover(command: ShowCover, work: Work) -> Answer:
    """Note what the membership bears of the newest quote; the confirmation of that quote keeps exactly this.

    For the customer and the desk. Raises NotAllowed, NotFound, OutOfTurn without a quote, NotSubscribed or NotCovered.
    """
    check_role(work, command.actor, Role.CUSTOMER, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    await check_sees_request(command.actor, request, work)
    subscription = await work.get(Subscription, command.subscription_id)
    if subscription.customer_id != request.customer_id:
        raise hidden("Subscription", subscription.id)
    quote = request.quote
    if quote is None:
        raise OutOfTurn("there is no quote yet", state=request.state.value, act="show_cover")
    cover = await _of(work, request.id)
    if cover is None:
        cover = Coverage.open(request.id, request.customer_id, command.at)
        work.add(cover)
    if cover.state not in {CoverState.KEPT, CoverState.USED}:
        term = subscription.covered_term(command.vehicle_id, request.service, command.at)
        in_all = await units_left(work, subscription, term, command.at)
        terms, left = subscription.covered_by(in_all, command.at)
        borne = cover_of(terms, request.service, quote.lines, quote.tow_distance_m, left)
        of = (subscription.id, command.vehicle_id, term.number)
        cover.show(of, quote.quote_version, borne, quote.currency, command.at)
    return cover_told(cover)


def cover_told(cover: Coverage) -> Answer:
    """What is borne of which quote."""
    return {
        "id": cover.id.hex,
        "version": cover.version,
        "request_id": cover.request_id.hex,
        "subscription_id": cover.subscription_id.hex,
        "state": cover.state.value,
        "quote_version": cover.quote_version,
        "covered_minor": cover.covered_minor,
        "currency": cover.currency,
        "uses": [{"benefit": use.benefit.value, "units": use.units} for use in cover.uses],
    }


async def keep_cover(work: Work, request: ServiceRequest, expires_at: datetime, at: datetime) -> int:
    """Keep what was shown with the quote that is confirmed; gives what is borne of it. Raises CoverGone.

    What was kept for another quote is given free.
    """
    cover = await _of(work, request.id)
    if cover is None or request.quote is None:
        return 0
    if cover.quote_version != request.quote.quote_version:
        await _free(work, cover, at)
        return 0
    if cover.state is CoverState.SHOWN:
        subscription = await work.get(Subscription, cover.subscription_id)
        if subscription.term is None or subscription.term.number != cover.term:
            raise CoverGone(request_id=str(request.id))
        subscription.covered_term(cover.vehicle_id, request.service, at)
        await keep_units(work, cover, expires_at, at)
        cover.keep(at)
    return cover.covered_minor if cover.state is CoverState.KEPT else 0


async def use_cover(work: Work, request: ServiceRequest, payment: Payment, at: datetime) -> None:
    """The job is done: the membership pays what was shown, before anybody else pays."""
    cover = await _of(work, request.id)
    if cover is None or cover.state is not CoverState.KEPT or payment.open_minor == 0:
        return
    await use_units(work, cover, at)
    payment.cover(cover.use(payment.open_minor, at), at)
    subscription = await work.get(Subscription, cover.subscription_id)
    subscription.help_with(request.id, cover.vehicle_id, request.service, at)


async def free_cover(work: Work, request: ServiceRequest, at: datetime) -> None:
    """Nothing is borne after all; what was used stays used."""
    cover = await _of(work, request.id)
    if cover is not None:
        await _free(work, cover, at)


async def _free(work: Work, cover: Coverage, at: datetime) -> None:
    if cover.state is CoverState.KEPT:
        await free_units(work, cover, at)
    cover.free(at)


async def _of(work: Work, request_id: UUID) -> Coverage | None:
    return await work.find(Coverage, coverage_id(request_id))
