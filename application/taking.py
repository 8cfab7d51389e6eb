"""What does it take to give a job to whom it was offered? The provider may work, the shift can do it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.provider import Provider
from domain.shift import Shift

if TYPE_CHECKING:
    from datetime import datetime

    from application.engine import Work
    from domain.offer import Offer
    from domain.service_request import ServiceRequest


async def check_may_take(work: Work, offer: Offer, request: ServiceRequest, at: datetime) -> Shift:
    """The shift that was asked, when it may take the job as it stands now (I5).

    Raises ProviderNotActive or NotCapable.
    """
    provider = await work.get(Provider, offer.provider_id)
    provider.check_active(at)
    shift = await work.get(Shift, offer.shift_id)
    shift.check_capable(request.service, request.vehicle_class, request.fuel)
    return shift


def give_job(offer: Offer, request: ServiceRequest, shift: Shift, at: datetime) -> None:
    """Assign the request and commit the shift: beside the offer in one save, so that nobody is double-booked.

    Raises RequestClosed, OutOfTurn, NotTheLiveOffer, NotReserved or ShiftEnded.
    """
    request.assign(offer.id, at)
    shift.commit(offer.id, at)
