"""What if the same breakdown was asked for twice?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.agreeing import start_search
from application.answers import request_told
from application.ending import settle_end
from application.guards import check_role, check_version
from application.trade import FREE_EVERYWHERE
from domain.actor import DESK
from domain.request_terms import BEFORE_SEARCH, CLOSED, TO_BE_PAID, RequestClosed, TriageSource
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from application.trade import Trade
    from domain.actor import Actor

CERTAIN_PERCENT = 100
"""The customer told of these dangers; nobody guessed."""


@dataclass(frozen=True, slots=True)
class MergeRequests:
    """This request ends as a part of another one, which goes on."""

    actor: Actor
    request_id: UUID
    into: UUID
    at: datetime
    expected_version: int | None = None


async def merge_requests(command: MergeRequests, work: Work, trade: Trade = FREE_EVERYWHERE) -> Answer:
    """End the request and give free what was kept for it; twice changes nothing. The other one must still be open.

    It takes over whatever danger was told: nobody who called for help at once is put at the end of a queue.

    Raises NotAllowed, NotFound, StaleVersion, MergesIntoItself, OfferStillOut, RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    check_version(request, command.expected_version)

    if request.merged_into == command.into:
        return request_told(request)
    other = await work.get(ServiceRequest, command.into)
    if other.state in CLOSED and other.id != request.id:
        raise RequestClosed(f"the other request is {other.state.value}", state=other.state.value, act="merge")
    request.merge_into(other.id, command.at)
    await settle_end(work, request, 0, command.at)
    _take_over_the_danger(request, other, command, trade)
    return request_told(request)


def _take_over_the_danger(request: ServiceRequest, other: ServiceRequest, command: MergeRequests, trade: Trade) -> None:
    if request.hazards and other.state not in TO_BE_PAID:
        other.record_triage(TriageSource.DESK, request.hazards, CERTAIN_PERCENT, command.at)
    if request.sos:
        other.raise_sos(command.actor.role, command.at)
        if other.state in BEFORE_SEARCH:
            start_search(other, trade, command.at)
