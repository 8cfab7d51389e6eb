"""What happens when a promise will hardly be kept?"""

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


@dataclass(frozen=True, slots=True)
class PutPromiseAtRisk:
    """Eight in ten such drives would be over, or the likely arrival is too late: noted by our processes or the desk."""

    actor: Actor
    request_id: UUID
    at: datetime
    expected_version: int | None = None


async def put_promise_at_risk(command: PutPromiseAtRisk, work: Work) -> Answer:
    """Note it; without a promise that stands, or twice, that is no news.

    Raises NotAllowed, NotFound or StaleVersion.
    """
    check_role(work, command.actor, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    check_version(request, command.expected_version)
    request.put_promise_at_risk(command.at)
    return request_told(request)
