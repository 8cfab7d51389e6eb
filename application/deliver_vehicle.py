"""How is it known that the vehicle was handed over?"""

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
class DeliverVehicle:
    """Somebody took it in."""

    actor: Actor
    request_id: UUID
    at: datetime
    expected_version: int | None = None


async def deliver_vehicle(command: DeliverVehicle, work: Work) -> Answer:
    """Note the handover; twice changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, NewDropNeeded, RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, Role.PROVIDER, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    await check_sees_request(command.actor, request, work)
    check_version(request, command.expected_version)
    request.deliver(command.at)
    return request_told(request)
