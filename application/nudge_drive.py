"""How is a crew asked whether it comes? Noticed by the watch over drives; what an app shows is folded from the fact."""

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
    from domain.drive_watch import Doubt


@dataclass(frozen=True, slots=True)
class NudgeDrive:
    """The crew that holds the job by that offer stands, drives away or is not heard of, so far off the vehicle."""

    actor: Actor
    request_id: UUID
    offer_id: UUID
    doubt: Doubt
    away_m: int
    at: datetime


async def nudge_drive(command: NudgeDrive, work: Work) -> Answer:
    """Ask it; while it is being asked already, or was asked too often, this changes nothing.

    Raises NotAllowed, NotFound, RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    request.nudge_drive(command.offer_id, command.doubt, command.away_m, command.at)
    return request_told(request)
