"""How does a job come to its end?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import request_told
from application.faring import bill, is_confirmed
from application.freeing import free_shift, truck_stands_at, wrap_up
from application.guards import check_role, check_sees_request, check_version
from application.onward import open_onward
from application.trade import FREE_EVERYWHERE
from domain.actor import DESK, Role
from domain.request_terms import TO_BE_PAID, RequestState
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from application.trade import Trade
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class CompleteService:
    """The work is done."""

    actor: Actor
    request_id: UUID
    at: datetime
    expected_version: int | None = None


async def complete_service(command: CompleteService, work: Work, trade: Trade = FREE_EVERYWHERE) -> Answer:
    """Complete the request and free the shift where the vehicle stands, in one save; twice changes nothing.

    A job that is charged for gets its fare, which is approved by itself when it is what was agreed, and is paid from
    the wallet in the same save; cash is waited for, and so is a price that nobody agreed to yet. A second leg that was
    planned begins, as a request of its own. Raises NotAllowed,
    NotFound, StaleVersion, NotDelivered, EvidenceMissing, RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, Role.PROVIDER, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    await check_sees_request(command.actor, request, work)
    check_version(request, command.expected_version)
    if request.state is RequestState.COMPLETED or request.state in TO_BE_PAID:
        return request_told(request)
    if request.is_priced:
        request.complete_work(command.at)
        await wrap_up(work, request.assignment, command.at)
        if is_confirmed(request):
            await bill(work, request, trade, (), command.at)
        await open_onward(work, request, trade, command.at)
    else:
        stands_at = truck_stands_at(request)
        request.complete(command.at)
        await free_shift(work, request.assignment, stands_at, command.at)
        await open_onward(work, request, trade, command.at)
    return request_told(request)
