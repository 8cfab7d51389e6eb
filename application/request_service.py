"""How does a customer ask for help?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import request_told
from application.guards import check_role
from domain.actor import DESK, Role
from domain.refusal import NotAllowed
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.request_terms import Call


@dataclass(frozen=True, slots=True)
class RequestService:
    """Send somebody: the desk may ask for any customer, a customer only for themselves."""

    actor: Actor
    request_id: UUID
    call: Call
    at: datetime


async def request_service(command: RequestService, work: Work) -> Answer:
    """Begin a request; the search starts at once. Raises NotAllowed, BadCell or ServiceDoesNotFit."""
    check_role(work, command.actor, Role.CUSTOMER, *DESK)
    if not (command.actor.is_desk or command.actor.is_customer(command.call.customer_id)):
        raise NotAllowed("a customer asks for help for themselves only")
    request = ServiceRequest.request(command.request_id, command.call, command.at)
    work.add(request)
    return request_told(request)
