"""How is it proved what the provider found and did?"""

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
    from domain.request_job import EvidenceKind


@dataclass(frozen=True, slots=True)
class CaptureEvidence:
    """A picture or recording was taken; only its hash is told."""

    actor: Actor
    request_id: UUID
    kind: EvidenceKind
    sha256: str
    cell: str | None
    taken_at: datetime
    at: datetime
    expected_version: int | None = None


async def capture_evidence(command: CaptureEvidence, work: Work) -> Answer:
    """Note a piece of evidence; the same twice changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, BadEvidence, BadCell, EvidenceFull, RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, Role.PROVIDER, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    await check_sees_request(command.actor, request, work)
    check_version(request, command.expected_version)
    request.capture_evidence(command.kind, command.sha256, command.cell, command.taken_at, command.at)
    return request_told(request)
