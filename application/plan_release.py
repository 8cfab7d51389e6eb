"""When shall the search for a booked hour begin, as the city looks now?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import request_told
from application.guards import check_role
from domain.actor import DESK
from domain.refusal import OutOfTurn
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class PlanRelease:
    """Begin at another instant than was planned: worked out by the dispatcher."""

    actor: Actor
    request_id: UUID
    release_at: datetime
    at: datetime


async def plan_release(command: PlanRelease, work: Work) -> Answer:
    """Plan it; the same instant is no news. Raises NotAllowed, NotFound, BadSchedule, RequestClosed or OutOfTurn."""
    check_role(work, command.actor, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    if request.scheduled_for is None:
        raise OutOfTurn("no hour was booked", state=request.state.value, act="plan_release")
    request.schedule(request.scheduled_for, command.release_at, command.at)
    return request_told(request)
