"""What if a crew that was doubted comes after all?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import request_told
from application.guards import check_role
from domain.actor import DESK
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class ResumeDrive:
    """It comes nearer, or is heard of again: noticed by the watch over drives."""

    actor: Actor
    request_id: UUID
    offer_id: UUID
    at: datetime


async def resume_drive(command: ResumeDrive, work: Work) -> Answer:
    """End the doubt; without one this changes nothing. Raises NotAllowed, NotFound, RequestClosed or OutOfTurn."""
    check_role(work, command.actor, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    request.resume_drive(command.offer_id, command.at)
    return request_told(request)
