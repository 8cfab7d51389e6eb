"""How does somebody say that they are in danger?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.agreeing import start_search
from application.answers import request_told
from application.guards import check_role, check_sees_request, check_version
from domain.actor import DESK, Role
from domain.request_terms import BEFORE_SEARCH
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from application.trade import Trade
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class RaiseSos:
    """By the customer, the provider at the vehicle, or the desk."""

    actor: Actor
    request_id: UUID
    at: datetime
    expected_version: int | None = None


async def raise_sos(command: RaiseSos, work: Work, trade: Trade) -> Answer:
    """Note it; a request that nobody was sought for yet is searched at once (I8); twice changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, Role.CUSTOMER, Role.PROVIDER, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    await check_sees_request(command.actor, request, work)
    check_version(request, command.expected_version)

    request.raise_sos(command.actor.role, command.at)
    if request.state in BEFORE_SEARCH:
        start_search(request, trade, command.at)
    return request_told(request)
