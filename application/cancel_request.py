"""How is a request called off?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import request_told
from application.asking_no_longer import ask_no_longer
from application.ending import settle_end
from application.freeing import free_shift, truck_stands_at
from application.guards import check_role, check_sees_request, check_version, on_behalf_of
from domain.actor import DESK, Role
from domain.fees import cancellation_fee
from domain.offer import WhyClosed
from domain.price_terms import Fault
from domain.refusal import NotAllowed
from domain.request_terms import RequestState
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.request_terms import CancelReason


@dataclass(frozen=True, slots=True)
class CancelRequest:
    """Do not come, or come no further: ordered by the customer, the partner that bears the job, or the desk.

    ``fault`` is for the desk to say; a customer who calls off is at fault, the desk's word is nobody's unless told.
    """

    actor: Actor
    request_id: UUID
    reason: CancelReason
    at: datetime
    expected_version: int | None = None
    fault: Fault | None = None


async def cancel_request(command: CancelRequest, work: Work) -> Answer:
    """Cancel the request, settle its fee, take back offers that are out and free the shifts, in one save.

    Twice changes nothing. Raises NotAllowed, NotFound, StaleVersion, RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, Role.CUSTOMER, Role.PARTNER, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    await check_sees_request(command.actor, request, work)
    check_version(request, command.expected_version)
    if request.state is RequestState.CANCELLED:
        return request_told(request)
    fault = _fault(command)
    fee_minor, currency = _fee(request, fault, command.at)
    asked, held, stands_at = request.live_offers, request.assignment, truck_stands_at(request)
    request.cancel(on_behalf_of(command.actor), command.reason, command.at, fee_minor, currency, fault)
    await settle_end(work, request, fee_minor, command.at)
    await ask_no_longer(work, asked, WhyClosed.WITHDRAWN, command.at)
    await free_shift(work, held, stands_at, command.at)
    return request_told(request)


def _fault(command: CancelRequest) -> Fault:
    if command.actor.is_desk:
        return command.fault or Fault.NOBODY
    if command.fault is not None:
        raise NotAllowed("only the desk says whose fault it is")
    return Fault.CUSTOMER


def _fee(request: ServiceRequest, fault: Fault, at: datetime) -> tuple[int, str | None]:
    """What calling off costs now (I6); nothing where no price was agreed to."""
    quote = request.quote
    if quote is None or request.confirmed_quote is None:
        return 0, None
    return cancellation_fee(quote.fees, request.state, request.assigned_at, at, fault), quote.currency
