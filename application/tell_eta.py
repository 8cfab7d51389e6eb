"""How does a crew under way say when it will be there?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from application.answers import request_told
from application.guards import check_role, check_sees_request, check_version
from domain.actor import DESK, Role
from domain.offer_terms import checked_eta
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class TellEta:
    """It takes so many seconds from now."""

    actor: Actor
    request_id: UUID
    eta_s: int
    at: datetime
    expected_version: int | None = None


async def tell_eta(command: TellEta, work: Work) -> Answer:
    """Note it, which ends a doubt that stood.

    Raises NotAllowed, NotFound, StaleVersion, BadEta, RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, Role.PROVIDER, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    await check_sees_request(command.actor, request, work)
    check_version(request, command.expected_version)
    seconds = checked_eta(command.eta_s)
    request.tell_eta(seconds, command.at + timedelta(seconds=seconds), command.at)
    return request_told(request)
