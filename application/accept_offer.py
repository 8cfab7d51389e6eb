"""How does a provider take a job?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from application.answers import offer_told
from application.guards import check_role, check_sees_offer, check_version
from application.promises import promise_arrival
from application.taking import check_may_take, give_job
from domain.actor import DESK, Role
from domain.offer import Offer, OfferState
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from application.promises import PromiseBook
    from domain.actor import Actor

MOST_LOOKS: Final = 3
"""Turns of others that are waited for: then whoever saves first decides, as between processes."""


@dataclass(frozen=True, slots=True)
class AcceptOffer:
    """Take the job; ``expected_version`` is the offer's."""

    actor: Actor
    offer_id: UUID
    at: datetime
    expected_version: int | None = None


async def accept_offer(command: AcceptOffer, work: Work, promises: PromiseBook | None = None) -> Answer:
    """Accept the offer, assign the request and commit the shift, in one save: nobody is double-booked.

    The customer is promised when somebody is there, where there is a book of promises.

    Others who were asked for the same request are asked no longer. Accepting twice changes nothing. Raises NotAllowed,
    NotFound, StaleVersion, ProviderNotActive, NotCapable, OfferClosed or OfferLapsed.
    """
    check_role(work, command.actor, Role.PROVIDER, *DESK)
    offer = await _closed_or_in_turn(command, work)
    request = await work.get(ServiceRequest, offer.request_id)
    if offer.state is not OfferState.ACCEPTED:
        offer.accept(command.at)
        shift = await check_may_take(work, offer, request, command.at)
        await give_job(work, offer, request, shift, command.at)
        law = promises.law(work.context.tenant) if promises else None
        promise_arrival(request, shift, offer.eta_s, law, command.at)
    return offer_told(offer, request)


async def _closed_or_in_turn(command: AcceptOffer, work: Work) -> Offer:
    """The offer, when it is this one's turn to answer the request; whoever comes too late is told so from it alone."""
    for _ in range(MOST_LOOKS):
        offer = await work.get(Offer, command.offer_id)
        await check_sees_offer(command.actor, offer, work)
        check_version(offer, command.expected_version)
        offer.check_acceptable(command.at)
        if offer.state is OfferState.ACCEPTED or await work.take_turn(offer.request_id):
            return offer
    return await work.get(Offer, command.offer_id)
