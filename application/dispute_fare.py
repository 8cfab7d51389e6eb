"""How does a customer object to a fare?"""

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
    from domain.request_fare import WhyDisputed


@dataclass(frozen=True, slots=True)
class DisputeFare:
    """Not like this."""

    actor: Actor
    request_id: UUID
    fare_version: int
    reason: WhyDisputed
    at: datetime
    expected_version: int | None = None


async def dispute_fare(command: DisputeFare, work: Work) -> Answer:
    """Note the objection: the provider proposes another fare, or the desk decides; twice changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, NotTheLatestFare, RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, Role.CUSTOMER, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    await check_sees_request(command.actor, request, work)
    check_version(request, command.expected_version)
    request.dispute_fare(command.fare_version, command.reason, command.actor.role, command.at)
    return request_told(request)
