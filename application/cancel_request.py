"""How is a request called off?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import request_told
from application.guards import check_role, check_sees_request, check_version
from domain.actor import DESK, Role
from domain.offer import Offer
from domain.request_terms import RequestState
from domain.service_request import ServiceRequest
from domain.shift import Shift

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.request_terms import CancelReason


@dataclass(frozen=True, slots=True)
class CancelRequest:
    """Do not come, or come no further: ordered by the customer or the desk."""

    actor: Actor
    request_id: UUID
    reason: CancelReason
    at: datetime
    expected_version: int | None = None


async def cancel_request(command: CancelRequest, work: Work) -> Answer:
    """Cancel the request, take back an offer that is out and free the shift, in one save; twice changes nothing.

    Raises NotAllowed, NotFound, StaleVersion or RequestClosed.
    """
    check_role(work, command.actor, Role.CUSTOMER, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    check_sees_request(command.actor, request)
    check_version(request, command.expected_version)
    if request.state is RequestState.CANCELLED:
        return request_told(request)
    asked, held, was = request.live_offer, request.assignment, request.state
    request.cancel(command.actor.role, command.reason, command.at)
    if asked is not None:
        offer = await work.get(Offer, asked.offer_id)
        offer.withdraw(command.at)
    reserved = asked or held
    if reserved is not None:
        shift = await work.get(Shift, reserved.shift_id)
        free_at_cell = request.cell if was is RequestState.ON_SCENE else shift.cell
        shift.release(reserved.offer_id, free_at_cell, command.at)
    return request_told(request)
