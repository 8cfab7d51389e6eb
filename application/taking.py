"""What does it take to give a job to whom it was offered? The provider may work, the shift can do it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.asking_no_longer import ask_no_longer
from domain.offer import WhyClosed
from domain.provider import Provider
from domain.shift import Shift

if TYPE_CHECKING:
    from datetime import datetime

    from application.engine import Work
    from domain.offer import Offer
    from domain.service_request import ServiceRequest


async def check_may_take(work: Work, offer: Offer, request: ServiceRequest, at: datetime) -> Shift:
    """The shift that was asked, when it may take the job as it stands now (I5).

    Raises ProviderNotActive, DocumentNotValid or NotCapable.
    """
    provider = await work.get(Provider, offer.provider_id)
    provider.check_active(at)
    shift = await work.get(Shift, offer.shift_id)
    provider.check_papers(shift.crew_id, shift.truck_id, at)
    shift.check_capable(request.service, request.vehicle_class, request.fuel)
    return shift


async def give_job(work: Work, offer: Offer, request: ServiceRequest, shift: Shift, at: datetime) -> None:
    """Assign the request and commit the shift: beside the offer in one save, so that nobody is double-booked.

    Whoever else was asked is asked no longer, in the same save: of several who accept at once the log lets one through,
    and the others find their offers closed when they look again.

    Raises RequestClosed, OutOfTurn, NotTheLiveOffer, NotReserved or ShiftEnded.
    """
    others = [one for one in request.live_offers if one.offer_id != offer.id]
    request.assign(offer.id, at)
    shift.commit(offer.id, at)
    await ask_no_longer(work, others, WhyClosed.SUPERSEDED, at)
