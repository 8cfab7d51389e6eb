"""What if a tow that was kept ready is not needed, or needed elsewhere?"""

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
    from domain.request_standby import WhyReleased


@dataclass(frozen=True, slots=True)
class ReleaseTow:
    """Others may have it."""

    actor: Actor
    request_id: UUID
    why: WhyReleased
    at: datetime


async def release_tow(command: ReleaseTow, work: Work) -> Answer:
    """Keep it ready no longer; twice changes nothing. Raises NotAllowed or NotFound."""
    check_role(work, command.actor, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    request.release_tow(command.why, command.at)
    return request_told(request)
