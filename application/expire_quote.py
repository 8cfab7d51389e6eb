"""What happens when nobody confirms a price in time?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import request_told
from application.ending import settle_end
from application.guards import check_role, check_version
from domain.actor import DESK
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class ExpireQuote:
    """Time is up: noted by our own processes or the desk."""

    actor: Actor
    request_id: UUID
    at: datetime
    expected_version: int | None = None


async def expire_quote(command: ExpireQuote, work: Work) -> Answer:
    """End a request whose quote expired, and give free what a partner kept for it; twice changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, QuoteStillValid, RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    check_version(request, command.expected_version)
    request.expire(command.at)
    await settle_end(work, request, 0, command.at)
    return request_told(request)
