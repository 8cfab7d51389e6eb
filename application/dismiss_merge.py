"""How does the desk say that two calls are about two breakdowns?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import request_told
from application.guards import check_role, check_version
from domain.actor import DESK
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class DismissMerge:
    """Leave them apart; it is not suggested again."""

    actor: Actor
    request_id: UUID
    at: datetime
    expected_version: int | None = None


async def dismiss_merge(command: DismissMerge, work: Work) -> Answer:
    """Dismiss the suggestion. Raises NotAllowed, NotFound, StaleVersion or NoMergeSuggested."""
    check_role(work, command.actor, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    check_version(request, command.expected_version)
    request.dismiss_merge(command.actor.role, command.at)
    return request_told(request)
