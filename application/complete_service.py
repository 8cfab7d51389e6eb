"""How does a job come to its end?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import request_told
from application.guards import check_role, check_sees_request, check_version
from domain.actor import DESK, Role
from domain.request_terms import RequestState
from domain.service_request import ServiceRequest
from domain.shift import Shift

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class CompleteService:
    """The work is done."""

    actor: Actor
    request_id: UUID
    at: datetime
    expected_version: int | None = None


async def complete_service(command: CompleteService, work: Work) -> Answer:
    """Complete the request and free the shift where the vehicle stands, in one save; twice changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, Role.PROVIDER, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    check_sees_request(command.actor, request)
    check_version(request, command.expected_version)
    held = request.assignment
    if request.state is not RequestState.COMPLETED:
        request.complete(command.at)
        if held is not None:
            shift = await work.get(Shift, held.shift_id)
            shift.release(held.offer_id, request.cell, command.at)
    return request_told(request)
