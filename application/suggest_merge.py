"""How is the desk told that two calls are probably about the same breakdown?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import request_told
from application.guards import check_role
from domain.actor import DESK
from domain.request_terms import CLOSED, RequestClosed
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class SuggestMerge:
    """The earlier call is so many metres away: noticed by the dispatcher."""

    actor: Actor
    request_id: UUID
    into: UUID
    apart_m: int
    at: datetime


async def suggest_merge(command: SuggestMerge, work: Work) -> Answer:
    """Suggest it; what was suggested or dismissed before is no news.

    Raises NotAllowed, NotFound, OutOfTurn, or RequestClosed when either of them has ended.
    """
    check_role(work, command.actor, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    other = await work.get(ServiceRequest, command.into)
    if other.state in CLOSED:
        raise RequestClosed(f"the other request is {other.state.value}", state=other.state.value, act="suggest_merge")
    request.suggest_merge(other.id, command.apart_m, command.at)
    return request_told(request)
