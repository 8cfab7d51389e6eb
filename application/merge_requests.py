"""What if the same breakdown was asked for twice?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import request_told
from application.ending import settle_end
from application.guards import check_role, check_version
from domain.actor import DESK
from domain.request_terms import CLOSED, RequestClosed
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class MergeRequests:
    """This request ends as a part of another one, which goes on."""

    actor: Actor
    request_id: UUID
    into: UUID
    at: datetime
    expected_version: int | None = None


async def merge_requests(command: MergeRequests, work: Work) -> Answer:
    """End the request and give free what was kept for it; twice changes nothing. The other one must still be open.

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
    return request_told(request)
