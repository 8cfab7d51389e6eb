"""What makes waiting dangerous?"""

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
    from domain.request_terms import Hazard, TriageSource


@dataclass(frozen=True, slots=True)
class RecordTriage:
    """What somebody, or something, worked out about the danger."""

    actor: Actor
    request_id: UUID
    source: TriageSource
    hazards: tuple[Hazard, ...]
    confidence_percent: int
    at: datetime
    expected_version: int | None = None


async def record_triage(command: RecordTriage, work: Work) -> Answer:
    """Add hazards to what the customer told; nothing new is no news.

    Raises NotAllowed, NotFound, StaleVersion, BadInput, RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    check_version(request, command.expected_version)
    request.record_triage(command.source, command.hazards, command.confidence_percent, command.at)
    return request_told(request)
