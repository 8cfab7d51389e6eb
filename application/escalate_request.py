"""What if the ordinary search, or job, is not enough?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import request_told
from application.guards import check_role, check_version
from domain.actor import DESK
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.request_search import EscalationReason


@dataclass(frozen=True, slots=True)
class EscalateRequest:
    """More has to be done: by the desk, or by its own processes."""

    actor: Actor
    request_id: UUID
    level: int
    reason: EscalationReason
    at: datetime
    expected_version: int | None = None


async def escalate_request(command: EscalateRequest, work: Work) -> Answer:
    """Raise the level of this attempt; one that was reached is no news.

    Raises NotAllowed, NotFound, StaleVersion, BadInput, RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    check_version(request, command.expected_version)
    request.escalate(command.level, command.reason, command.at)
    return request_told(request)
