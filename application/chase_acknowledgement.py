"""What happens when a crew that was given a job says nothing? It is told again; then somebody else goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.agreeing import start_search
from application.answers import request_told
from application.freeing import free_shift, truck_stands_at
from application.guards import check_role
from domain.actor import DESK
from domain.request_search import EscalationReason
from domain.request_terms import RevokeReason
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from application.guiding import Guidance
    from application.trade import Trade
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class ChaseAcknowledgement:
    """The time to acknowledge is over: noticed by the dispatcher."""

    actor: Actor
    request_id: UUID
    at: datetime


async def chase_acknowledgement(command: ChaseAcknowledgement, work: Work, trade: Trade, guidance: Guidance) -> Answer:
    """Remind the crew and let the desk know, or take the job from it and search again, in one save.

    Nothing happens when it has acknowledged, or has more time. Raises NotAllowed or NotFound.
    """
    check_role(work, command.actor, *DESK)
    request, at = await work.get(ServiceRequest, command.request_id), command.at
    if request.acknowledge_by is None or request.acknowledge_by > at:
        return request_told(request)
    if request.acknowledgements_asked < guidance.times:
        request.ask_acknowledgement(at + guidance.acknowledges_within, at)
        request.escalate(1, EscalationReason.NOT_ACKNOWLEDGED, at)
        return request_told(request)
    held, stands_at = request.assignment, truck_stands_at(request)
    request.revoke_assignment(RevokeReason.NOT_ACKNOWLEDGED, at)
    start_search(request, trade, at)
    await free_shift(work, held, stands_at, at)
    return request_told(request)
