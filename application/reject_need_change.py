"""How does a customer stay with what was asked for?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import request_told
from application.guards import check_role, check_sees_request, check_version
from domain.actor import DESK, Role
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class RejectNeedChange:
    """No, thank you."""

    actor: Actor
    request_id: UUID
    at: datetime
    expected_version: int | None = None


async def reject_need_change(command: RejectNeedChange, work: Work) -> Answer:
    """Note the answer. Raises NotAllowed, NotFound, StaleVersion, NoChangeProposed, RequestClosed or OutOfTurn."""
    check_role(work, command.actor, Role.CUSTOMER, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    await check_sees_request(command.actor, request, work)
    check_version(request, command.expected_version)
    request.reject_need_change(command.actor.role, command.at)
    return request_told(request)
