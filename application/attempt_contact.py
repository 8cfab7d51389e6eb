"""How often did the provider try to reach the customer?"""

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
    from domain.request_ending import ContactChannel


@dataclass(frozen=True, slots=True)
class AttemptContact:
    """Nobody answered."""

    actor: Actor
    request_id: UUID
    channel: ContactChannel
    at: datetime
    expected_version: int | None = None


async def attempt_contact(command: AttemptContact, work: Work) -> Answer:
    """Note the attempt. Raises NotAllowed, NotFound, StaleVersion, RequestClosed or OutOfTurn."""
    check_role(work, command.actor, Role.PROVIDER, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    await check_sees_request(command.actor, request, work)
    check_version(request, command.expected_version)
    request.attempt_contact(command.channel, command.at)
    return request_told(request)
