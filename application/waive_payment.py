"""How is a job closed whose cash never came?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import payment_told
from application.freeing import free_shift, truck_stands_at
from application.guards import check_role, check_version
from domain.actor import BOOKKEEPERS
from domain.payment import Payment
from domain.payment_terms import PaymentState
from domain.request_fare import Outcome, Settlement
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.payment_terms import WhyWaived


@dataclass(frozen=True, slots=True)
class WaivePayment:
    """Ask for it no more."""

    actor: Actor
    payment_id: UUID
    why: WhyWaived
    at: datetime
    expected_version: int | None = None


async def waive_payment(command: WaivePayment, work: Work) -> Answer:
    """Give up what is due, settle the job with nothing, close it and free the shift, in one save; twice is no news.

    Raises NotAllowed, NotFound, StaleVersion, OutOfTurn or RequestClosed.
    """
    check_role(work, command.actor, *BOOKKEEPERS)
    payment = await work.get(Payment, command.payment_id)
    check_version(payment, command.expected_version)
    if payment.state is not PaymentState.WAIVED:
        payment.waive(command.why, command.at)
        request = await work.get(ServiceRequest, payment.request_id)
        stands_at = truck_stands_at(request)
        request.settle(Settlement(Outcome.ZERO, 0, payment.currency, payment.id), command.at)
        request.close(command.at)
        await free_shift(work, request.assignment, stands_at, command.at)
    return payment_told(payment)
