"""How does a provider ask for more time than an offer showed?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import offer_told
from application.guards import check_role, check_sees_offer, check_version
from domain.actor import DESK, Role
from domain.offer import Offer
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class CounterOffer:
    """Would come, but needs so many seconds to be there; ``expected_version`` is the offer's."""

    actor: Actor
    offer_id: UUID
    eta_s: int
    at: datetime
    expected_version: int | None = None


async def counter_offer(command: CounterOffer, work: Work) -> Answer:
    """Counter; the offer stands as it was made until the desk takes the counter. The same twice changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, OfferClosed, OfferLapsed or BadEta.
    """
    check_role(work, command.actor, Role.PROVIDER, *DESK)
    offer = await work.get(Offer, command.offer_id)
    await check_sees_offer(command.actor, offer, work)
    check_version(offer, command.expected_version)
    offer.counter(command.eta_s, command.at)
    return offer_told(offer, await work.get(ServiceRequest, offer.request_id))
