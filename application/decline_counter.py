"""How does the desk let an offer stand although the provider asked for other terms?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import offer_told
from application.guards import check_role, check_version
from domain.actor import DESK
from domain.offer import Offer
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class DeclineCounter:
    """Do not take the counter of so many seconds; ``expected_version`` is the offer's."""

    actor: Actor
    offer_id: UUID
    eta_s: int
    at: datetime
    expected_version: int | None = None


async def decline_counter(command: DeclineCounter, work: Work) -> Answer:
    """Let the offer stand as it was made: the provider may still take it, or not. Twice changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, NotCountered, OfferClosed or OfferLapsed.
    """
    check_role(work, command.actor, *DESK)
    offer = await work.get(Offer, command.offer_id)
    check_version(offer, command.expected_version)
    offer.decline_counter(command.eta_s, command.at)
    return offer_told(offer, await work.get(ServiceRequest, offer.request_id))
