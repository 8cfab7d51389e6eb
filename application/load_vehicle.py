"""How is it known that the vehicle is on the truck?"""

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
class LoadVehicle:
    """The vehicle is loaded."""

    actor: Actor
    request_id: UUID
    at: datetime
    expected_version: int | None = None


async def load_vehicle(command: LoadVehicle, work: Work) -> Answer:
    """Note that the vehicle is on the truck; twice changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, NothingToTow, EvidenceMissing, RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, Role.PROVIDER, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    await check_sees_request(command.actor, request, work)
    check_version(request, command.expected_version)
    request.load_vehicle(command.at)
    return request_told(request)
