"""What follows when a patrol could not mend it and a tow was kept ready? That tow is asked first, in the same save."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid5

from application.make_offer import MakeOffer, make_offer
from domain.actor import Actor
from domain.provider import Provider
from domain.refusal import Refusal
from domain.request_standby import WhyReleased
from domain.request_terms import RequestState
from domain.shift import Shift
from domain.shift_terms import ShiftState

if TYPE_CHECKING:
    from datetime import datetime

    from application.engine import Work
    from domain.service_request import ServiceRequest

ANSWERS_WITHIN = timedelta(seconds=30)
"""As any offer: whoever is kept ready looks at the phone."""


async def ask_who_is_ready(work: Work, request: ServiceRequest, at: datetime) -> None:
    """Offer the job to the shift that was kept ready for it, if it still may and can; nobody ready is no news."""
    shift_id = request.kept_ready(at)
    if shift_id is None or request.state is not RequestState.SEARCHING:
        return
    request.release_tow(WhyReleased.TAKEN, at)
    shift = await work.get(Shift, shift_id)
    provider = await work.get(Provider, shift.provider_id)
    try:
        provider.check_active(at)
        provider.check_papers(shift.crew_id, shift.truck_id, at)
        shift.check_capable(request.service, request.vehicle_class, request.fuel)
    except Refusal:
        return
    if shift.state is not ShiftState.AVAILABLE or shift.is_over_time(at) or provider.id in request.declined_by:
        return
    offer_id = uuid5(request.id, f"second stage/{request.attempt}")
    actor = Actor.system("second-stage", work.context.tenant)
    await make_offer(MakeOffer(actor, request.id, offer_id, shift.id, at + ANSWERS_WITHIN, at), work)
