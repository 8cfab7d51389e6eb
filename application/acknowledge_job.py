"""How does a crew say that it knows of the job it was given?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import request_told
from application.guards import check_role, check_sees_request, check_version
from application.promises import promise_arrival
from domain.actor import DESK, Role
from domain.offer import Offer
from domain.service_request import ServiceRequest
from domain.shift import Shift

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from application.promises import PromiseBook
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class AcknowledgeJob:
    """The crew knows."""

    actor: Actor
    request_id: UUID
    at: datetime
    expected_version: int | None = None


async def acknowledge_job(command: AcknowledgeJob, work: Work, promises: PromiseBook | None = None) -> Answer:
    """Acknowledge the job; no news when nobody asked, when it was said, or once the wheels turn.

    Only now the customer is promised when somebody is there, where there is a book of promises: a crew that was told
    may not know yet.

    Raises NotAllowed, NotFound, StaleVersion, RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, Role.PROVIDER, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    await check_sees_request(command.actor, request, work)
    check_version(request, command.expected_version)
    waited_for = request.acknowledge_by is not None
    request.acknowledge(command.at)
    held = request.assignment
    if waited_for and request.acknowledge_by is None and held is not None and promises is not None:
        offer, shift = await work.get(Offer, held.offer_id), await work.get(Shift, held.shift_id)
        promise_arrival(request, shift, offer.eta_s, promises.law(work.context.tenant), command.at)
    return request_told(request)
