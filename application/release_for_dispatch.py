"""When does the search for a scheduled job begin?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.agreeing import start_search
from application.answers import request_told
from application.guards import check_role, check_version
from domain.actor import DESK
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from application.trade import Trade
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class ReleaseForDispatch:
    """Look for somebody now: ordered by the desk, or by its dispatcher when the time has come."""

    actor: Actor
    request_id: UUID
    at: datetime
    expected_version: int | None = None


async def release_for_dispatch(command: ReleaseForDispatch, work: Work, trade: Trade) -> Answer:
    """Begin the search; twice changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    check_version(request, command.expected_version)
    start_search(request, trade, command.at)
    return request_told(request)
