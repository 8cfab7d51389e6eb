"""How does the work begin?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import request_told
from application.guards import check_role, check_sees_request, check_version
from domain.actor import DESK, Role
from domain.request_job import MOST_CODE_TRIES, StartedBy
from domain.request_terms import RequestState
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from application.start_codes import StartCodes
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class StartService:
    """The provider was told the code by the customer; the desk needs none, which is recorded."""

    actor: Actor
    request_id: UUID
    code: str | None
    at: datetime
    expected_version: int | None = None


async def start_service(command: StartService, work: Work, codes: StartCodes) -> Answer:
    """Begin the work with the right code, or note a wrong one; twice changes nothing.

    The answer to a wrong one has ``tries_left``. Raises NotAllowed, NotFound, StaleVersion, StartCodeLocked,
    RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, Role.PROVIDER, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    await check_sees_request(command.actor, request, work)
    check_version(request, command.expected_version)

    if command.actor.is_desk and command.code is None:
        request.start_service(StartedBy.DESK, command.at)
        return request_told(request)
    if request.state is RequestState.IN_SERVICE:
        return request_told(request)
    tenant = work.context.tenant
    if codes.is_right(tenant, request.id, request.attempt, command.code or ""):
        request.start_service(StartedBy.CODE, command.at)
        return request_told(request)
    request.note_wrong_start_code(command.at)
    return {**request_told(request), "tries_left": MOST_CODE_TRIES - request.start_code_tries}
