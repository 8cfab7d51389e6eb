"""How does a job leave a provider that cannot, or does not, do it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.agreeing import start_search
from application.answers import request_told
from application.freeing import free_shift, truck_stands_at
from application.guards import check_role, check_sees_request, check_version
from domain.actor import DESK, Role
from domain.refusal import NotAllowed
from domain.request_terms import RevokeReason
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from application.trade import Trade
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class ReleaseJob:
    """Somebody else shall go: the provider gives the job back, or the desk takes it."""

    actor: Actor
    request_id: UUID
    reason: RevokeReason
    at: datetime
    expected_version: int | None = None


async def release_job(command: ReleaseJob, work: Work, trade: Trade) -> Answer:
    """Revoke the assignment, free the shift and begin the next search, in one save.

    A provider that gives a job back is not asked for it again (I7). Raises NotAllowed, NotFound, StaleVersion,
    RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, Role.PROVIDER, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    await check_sees_request(command.actor, request, work)
    check_version(request, command.expected_version)

    if not command.actor.is_desk and command.reason is not RevokeReason.PROVIDER_CANCELLED:
        raise NotAllowed("only the desk says that of a provider")
    held, stands_at = request.assignment, truck_stands_at(request)
    request.revoke_assignment(command.reason, command.at)
    start_search(request, trade, command.at)
    await free_shift(work, held, stands_at, command.at)
    return request_told(request)
