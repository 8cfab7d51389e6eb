"""How does the desk give a job to a provider on its own terms?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import offer_told
from application.guards import check_role, check_version
from application.promises import promise_arrival
from application.taking import check_may_take, give_job
from domain.actor import DESK
from domain.offer import Offer, OfferState
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from application.promises import PromiseBook
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class AcceptCounter:
    """Take the counter of so many seconds; ``expected_version`` is the offer's."""

    actor: Actor
    offer_id: UUID
    eta_s: int
    at: datetime
    expected_version: int | None = None


async def accept_counter(command: AcceptCounter, work: Work, promises: PromiseBook | None = None) -> Answer:
    """Take the counter, assign the request and commit the shift, in one save; twice changes nothing.

    The customer is promised what the provider asked for, where there is a book of promises.

    Raises NotAllowed, NotFound, StaleVersion, ProviderNotActive, NotCapable, NotCountered, OfferClosed or OfferLapsed.
    """
    check_role(work, command.actor, *DESK)
    offer = await work.get(Offer, command.offer_id)
    check_version(offer, command.expected_version)
    request = await work.get(ServiceRequest, offer.request_id)
    was_taken = offer.state is OfferState.ACCEPTED
    offer.accept_counter(command.eta_s, command.at)
    if not was_taken:
        shift = await check_may_take(work, offer, request, command.at)
        await give_job(work, offer, request, shift, command.at)
        law = promises.law(work.context.tenant) if promises else None
        promise_arrival(request, shift, command.eta_s, law, command.at)
    return offer_told(offer, request)
