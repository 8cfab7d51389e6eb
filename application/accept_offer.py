"""How does a provider take a job?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import offer_told
from application.guards import check_role, check_sees_offer, check_version
from domain.actor import DESK, Role
from domain.offer import Offer, OfferState
from domain.provider import Provider
from domain.service_request import ServiceRequest
from domain.shift import Shift

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class AcceptOffer:
    """Take the job; ``expected_version`` is the offer's."""

    actor: Actor
    offer_id: UUID
    at: datetime
    expected_version: int | None = None


async def accept_offer(command: AcceptOffer, work: Work) -> Answer:
    """Accept the offer, assign the request and commit the shift, in one save: nobody is double-booked.

    Accepting twice changes nothing. Raises NotAllowed, NotFound, StaleVersion, ProviderNotActive, OfferClosed
    or OfferLapsed.
    """
    check_role(work, command.actor, Role.PROVIDER, *DESK)
    offer = await work.get(Offer, command.offer_id)
    check_sees_offer(command.actor, offer)
    check_version(offer, command.expected_version)
    request = await work.get(ServiceRequest, offer.request_id)
    if offer.state is not OfferState.ACCEPTED:
        provider = await work.get(Provider, offer.provider_id)
        provider.check_active()
        shift = await work.get(Shift, offer.shift_id)
        offer.accept(command.at)
        request.assign(offer.id, command.at)
        shift.commit(offer.id, command.at)
    return offer_told(offer, request)
