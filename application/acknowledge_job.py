"""How does a crew say that it knows of the job it was given?"""

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
class AcknowledgeJob:
    """The crew knows."""

    actor: Actor
    request_id: UUID
    at: datetime
    expected_version: int | None = None


async def acknowledge_job(command: AcknowledgeJob, work: Work) -> Answer:
    """Acknowledge the job; no news when nobody asked, when it was said, or once the wheels turn.

    Raises NotAllowed, NotFound, StaleVersion, RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, Role.PROVIDER, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    check_sees_request(command.actor, request)
    check_version(request, command.expected_version)
    request.acknowledge(command.at)
    return request_told(request)
