"""How is it known that the provider is on scene?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import request_told
from application.guards import check_role, check_sees_request, check_version
from domain.actor import DESK, Role
from domain.geography import distance_m
from domain.request_terms import ConfirmedBy
from domain.service_request import ServiceRequest
from domain.shift import Shift

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class ConfirmArrival:
    """The provider is there, by its own word, the customer's or the desk's; ``cell`` is where the truck says it is."""

    actor: Actor
    request_id: UUID
    cell: str | None
    at: datetime
    expected_version: int | None = None


async def confirm_arrival(command: ConfirmArrival, work: Work) -> Answer:
    """Note the arrival on request and shift, and how far off the truck was, in one save; twice changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, BadCell, RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, Role.PROVIDER, Role.CUSTOMER, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    await check_sees_request(command.actor, request, work)
    check_version(request, command.expected_version)
    off_m = None if command.cell is None else distance_m(command.cell, request.cell)
    confirmed_by = _WORD.get(command.actor.role, ConfirmedBy.DISPATCHER)
    request.confirm_arrival(confirmed_by, off_m, command.at)
    if request.assignment is not None:
        shift = await work.get(Shift, request.assignment.shift_id)
        shift.arrive_at_job(command.at)
    return request_told(request)


_WORD = {Role.PROVIDER: ConfirmedBy.PROVIDER, Role.CUSTOMER: ConfirmedBy.CUSTOMER}
