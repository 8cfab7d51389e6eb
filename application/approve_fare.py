"""How does a fare above the price come to stand?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import request_told
from application.faring import pay
from application.guards import check_role, check_sees_request, check_version
from domain.actor import DESK, Role
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class ApproveFare:
    """The customer agrees, or the desk decides."""

    actor: Actor
    request_id: UUID
    fare_version: int
    at: datetime
    expected_version: int | None = None


async def approve_fare(command: ApproveFare, work: Work) -> Answer:
    """Approve the fare and have it paid, in one save; twice changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, NotTheLatestFare, RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, Role.CUSTOMER, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    await check_sees_request(command.actor, request, work)
    check_version(request, command.expected_version)

    stood = request.fare_is_approved
    if not stood:
        request.approve_fare(command.fare_version, command.actor.role, command.at)
        await pay(work, request, command.at)
    return request_told(request)
