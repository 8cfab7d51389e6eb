"""What if nobody takes the vehicle in?"""

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
    from domain.request_transit import WhyRefused


@dataclass(frozen=True, slots=True)
class RefuseDrop:
    """The destination is closed, or says no."""

    actor: Actor
    request_id: UUID
    why: WhyRefused
    at: datetime
    expected_version: int | None = None


async def refuse_drop(command: RefuseDrop, work: Work) -> Answer:
    """Note it: the vehicle needs another destination; twice changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, AlreadyDelivered, RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, Role.PROVIDER, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    await check_sees_request(command.actor, request, work)
    check_version(request, command.expected_version)
    request.refuse_drop(command.why, command.at)
    return request_told(request)
