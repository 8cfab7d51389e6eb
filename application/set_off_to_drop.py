"""How does a provider say that it takes the vehicle away?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import request_told
from application.guards import check_role, check_sees_request, check_version
from domain.actor import DESK, Role
from domain.service_request import ServiceRequest
from domain.shift import Shift

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class SetOffToDrop:
    """The wheels turn, with the vehicle."""

    actor: Actor
    request_id: UUID
    at: datetime
    expected_version: int | None = None


async def set_off_to_drop(command: SetOffToDrop, work: Work) -> Answer:
    """Note it on request and shift, in one save; twice changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, NewDropNeeded, AlreadyDelivered, RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, Role.PROVIDER, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    await check_sees_request(command.actor, request, work)
    check_version(request, command.expected_version)

    request.set_off_to_drop(command.at)
    if request.assignment is not None:
        shift = await work.get(Shift, request.assignment.shift_id)
        shift.set_off_with_vehicle(command.at)
    return request_told(request)
