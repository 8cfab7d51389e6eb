"""When does a job end because nobody was there?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import request_told
from application.ending import settle_end
from application.freeing import free_shift
from application.guards import check_role, check_sees_request, check_version
from domain.actor import DESK, Role
from domain.fees import gone_fee
from domain.price_terms import Fault
from domain.request_terms import RequestState
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class ConfirmGone:
    """By the customer, the desk, or our own processes when nobody objected in time."""

    actor: Actor
    request_id: UUID
    at: datetime
    expected_version: int | None = None


async def confirm_gone(command: ConfirmGone, work: Work) -> Answer:
    """End the request, settle its fee and free the shift, in one save; twice changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, NotReportedGone, NotGoneYet, RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, Role.CUSTOMER, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    await check_sees_request(command.actor, request, work)
    check_version(request, command.expected_version)

    if request.state is not RequestState.GONE_ON_ARRIVAL:
        request.confirm_gone(command.actor.role, command.at)
        fee = gone_fee(request.quote.fees, Fault.CUSTOMER) if request.quote else 0
        await settle_end(work, request, fee, command.at)
        await free_shift(work, request.assignment, request.cell, command.at)
    return request_told(request)
