"""What happens when nobody answers an offer in time?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import offer_told
from application.guards import check_role, check_sees_offer, check_version
from domain.actor import DESK
from domain.offer import Offer, OfferState, WhyClosed
from domain.service_request import ServiceRequest
from domain.shift import Shift

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class LapseOffer:
    """Time is up; ``expected_version`` is the offer's."""

    actor: Actor
    offer_id: UUID
    at: datetime
    expected_version: int | None = None


async def lapse_offer(command: LapseOffer, work: Work) -> Answer:
    """Note the lapse on offer and request and free the shift, in one save; twice changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, OfferClosed, or OfferStillOpen before its time.
    """
    check_role(work, command.actor, *DESK)
    offer = await work.get(Offer, command.offer_id)
    await check_sees_offer(command.actor, offer, work)
    check_version(offer, command.expected_version)
    request = await work.get(ServiceRequest, offer.request_id)
    if offer.state is not OfferState.LAPSED:
        shift = await work.get(Shift, offer.shift_id)
        offer.lapse(command.at)
        request.close_offer(offer.id, WhyClosed.LAPSED, command.at)
        shift.release(offer.id, shift.cell, command.at)
    return offer_told(offer, request)
