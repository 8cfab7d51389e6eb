"""What if a crew that was asked does not react? Somebody rings it up; where there is danger, a person looks at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import request_told
from application.guards import check_role
from domain.actor import DESK
from domain.request_search import HIGHEST_LEVEL, EscalationReason
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class CallAboutDrive:
    """Ring up the crew that holds the job by that offer."""

    actor: Actor
    request_id: UUID
    offer_id: UUID
    at: datetime


async def call_about_drive(command: CallAboutDrive, work: Work) -> Answer:
    """Note that it is rung up, and put an SOS or a dangerous place into the desk's queue; twice changes nothing.

    Raises NotAllowed, NotFound, NotNudged, RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    request.call_about_drive(command.offer_id, command.at)
    if request.sos or request.hazards:
        reason = EscalationReason.SOS if request.sos else EscalationReason.PROMISE_AT_RISK
        request.escalate(HIGHEST_LEVEL, reason, command.at)
    return request_told(request)
