"""How is a job offered to one provider's shift?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from application.answers import offer_told
from application.asking_no_longer import ask_no_longer
from application.cash_in_hand import check_cash_limit
from application.guards import check_role, check_version
from application.guiding import AS_USUAL, Guidance, tell_crew
from application.shown_price import shown_price
from domain.actor import DESK, Role
from domain.decision import Candidate, Chosen, DecidedBy, Decision, Grounds
from domain.decision_terms import MILLI
from domain.geography import distance_m
from domain.offer import Offer, Terms, WhyClosed
from domain.offer_terms import approach_s
from domain.provider import Provider
from domain.service_request import ServiceRequest
from domain.shift import Shift

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from application.shown_price import ShownPrice
    from domain.actor import Actor


DIRECTED: Final = "directed"
"""The policy of a rule that has one shift in mind: nobody else was compared."""


@dataclass(frozen=True, slots=True)
class MakeOffer:
    """Offer a searching request to a shift until an instant; the offer's id is the caller's.

    ``eta_s`` is how long the approach should take, when somebody knows better than the distance; ``instead_of`` is the
    live offer that this one takes the place of; ``beside`` makes it one of several that are out at once: the first to
    accept has the job. ``grounds`` say why this shift and no other; without them nobody looked at others.
    """

    actor: Actor
    request_id: UUID
    offer_id: UUID
    shift_id: UUID
    lapses_at: datetime
    at: datetime
    expected_version: int | None = None
    eta_s: int | None = None
    instead_of: UUID | None = None
    beside: bool = False
    grounds: Grounds | None = None


async def make_offer(command: MakeOffer, work: Work, guidance: Guidance = AS_USUAL) -> Answer:
    """Make the offer, note it on the request, hold the shift and tell why, in one save.

    A guided crew has the job in the same save, and is asked to acknowledge it.

    ``expected_version`` is the request's. Raises NotAllowed, NotFound, StaleVersion, ProviderNotActive, NotCapable,
    RequestClosed, OutOfTurn, OfferStillOut, AskedEnough, NotTheLiveOffer, OfferLapsed, DeclinedBefore, ShiftReserved,
    ShiftOnBreak, ShiftStale, ShiftOverTime, ShiftEnded, CashLimitReached, DocumentNotValid, BadLapse, BadEta or
    BadDecision.
    """
    check_role(work, command.actor, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    check_version(request, command.expected_version)
    shift = await work.get(Shift, command.shift_id)
    provider = await work.get(Provider, shift.provider_id)
    provider.check_active(command.at)
    provider.check_papers(shift.crew_id, shift.truck_id, command.at)
    shift.check_capable(request.service, request.vehicle_class, request.fuel)
    await check_cash_limit(work, request, provider.id, command.at)
    if command.instead_of is not None:
        await _supersede(command.instead_of, request, work, command.at)
    request.make_offer(command.offer_id, provider.id, shift.id, command.at, beside=command.beside)
    shift.hold(command.offer_id, request.id, command.at)
    price = await shown_price(work, request, command.at)
    terms = _terms(command, request, shift, price)
    offer = Offer.make(command.offer_id, terms, command.at)
    work.add(offer)
    if provider.engaged.is_guided(command.at):
        await tell_crew(work, offer, request, shift, guidance, command.at)
    work.add(_decision(command, offer, shift))
    return offer_told(offer, request)


def _terms(command: MakeOffer, request: ServiceRequest, shift: Shift, price: ShownPrice) -> Terms:
    away_m = distance_m(shift.cell, request.cell)
    return Terms(
        request_id=request.id,
        provider_id=shift.provider_id,
        shift_id=shift.id,
        attempt=request.attempt,
        lapses_at=command.lapses_at,
        cell=request.cell,
        service=request.service,
        vehicle_class=request.vehicle_class,
        distance_m=away_m,
        price_minor=price.price_minor,
        currency=price.currency,
        provider_share_minor=price.provider_share_minor,
        drop_cell=request.drop_cell,
        sos=request.sos,
        eta_s=approach_s(away_m) if command.eta_s is None else command.eta_s,
    )


def _decision(command: MakeOffer, offer: Offer, shift: Shift) -> Decision:
    chosen = Chosen(offer.id, offer.request_id, offer.attempt, shift.id, offer.provider_id)
    return Decision.make(chosen, command.grounds or _directed(command, shift, offer.eta_s), command.at)


def _directed(command: MakeOffer, shift: Shift, eta_s: int | None) -> Grounds:
    """Of an offer without a look at others: a person's, or that of a rule which had this one shift in mind."""
    if command.actor.role is not Role.SYSTEM:
        return Grounds(DecidedBy.PERSON)
    drive_s = eta_s or 0
    cost = drive_s * MILLI // 60
    only = Candidate(shift.id, shift.provider_id, shift.cell, command.at, drive_s, cost, {"drive": cost})
    return Grounds(DecidedBy.POLICY, policy=DIRECTED, considered=1, candidates=(only,))


async def _supersede(offer_id: UUID, request: ServiceRequest, work: Work, at: datetime) -> None:
    asked = [one for one in request.live_offers if one.offer_id == offer_id]
    request.close_offer(offer_id, WhyClosed.SUPERSEDED, at)
    await ask_no_longer(work, asked, WhyClosed.SUPERSEDED, at)
