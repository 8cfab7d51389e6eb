"""How is it known that a job was paid in cash?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import request_told
from application.freeing import free_shift, truck_stands_at
from application.guards import check_role, check_sees_request, check_version
from application.settlement import collect_cash as book_cash
from domain.actor import DESK, Role
from domain.request_terms import RequestState
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class CollectCash:
    """The provider was handed the money."""

    actor: Actor
    request_id: UUID
    amount_minor: int
    currency: str
    at: datetime
    expected_version: int | None = None


async def collect_cash(command: CollectCash, work: Work) -> Answer:
    """Book the cash, settle and close the job and free the shift, in one save; twice changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, NothingDue, WrongAmount, CurrencyMismatch, RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, Role.PROVIDER, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    await check_sees_request(command.actor, request, work)
    check_version(request, command.expected_version)

    if request.state is RequestState.COMPLETED:
        return request_told(request)
    stands_at = truck_stands_at(request)
    settlement = await book_cash(work, request, command.amount_minor, command.currency, command.at)
    request.settle(settlement, command.at)
    request.close(command.at)
    await free_shift(work, request.assignment, stands_at, command.at)
    return request_told(request)
