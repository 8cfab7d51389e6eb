"""What if something else is needed than was asked for?"""

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
    from domain.request_terms import Need


@dataclass(frozen=True, slots=True)
class ProposeNeedChange:
    """The provider sees at the vehicle that another service is needed."""

    actor: Actor
    request_id: UUID
    need: Need
    at: datetime
    expected_version: int | None = None


async def propose_need_change(command: ProposeNeedChange, work: Work) -> Answer:
    """Propose it; the customer or the desk answers; the same twice changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, ServiceDoesNotFit, BadCell, RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, Role.PROVIDER, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    await check_sees_request(command.actor, request, work)
    check_version(request, command.expected_version)
    request.propose_need_change(command.need, command.actor.role, command.at)
    return request_told(request)
