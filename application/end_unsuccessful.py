"""What if the provider was there and could not help?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import request_told
from application.ending import settle_end
from application.freeing import free_shift
from application.guards import check_role, check_sees_request, check_version
from domain.actor import DESK, Role
from domain.fees import unsuccessful_fee
from domain.price_terms import Fault
from domain.request_ending import WhyUnsuccessful
from domain.request_terms import RequestState
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class EndUnsuccessful:
    """It could not be done."""

    actor: Actor
    request_id: UUID
    reason: WhyUnsuccessful
    at: datetime
    expected_version: int | None = None


async def end_unsuccessful(command: EndUnsuccessful, work: Work) -> Answer:
    """End the request, settle its part of the price and free the shift, in one save; twice changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, Role.PROVIDER, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    await check_sees_request(command.actor, request, work)
    check_version(request, command.expected_version)

    if request.state is not RequestState.UNSUCCESSFUL:
        request.end_unsuccessful(command.reason, command.at)
        quote = request.quote
        fee = unsuccessful_fee(quote.fees, quote.total_minor, fault_of(command.reason)) if quote else 0
        await settle_end(work, request, fee, command.at)
        await free_shift(work, request.assignment, request.cell, command.at)
    return request_told(request)


_FAULTS = {
    WhyUnsuccessful.NO_PARTS: Fault.PROVIDER,
    WhyUnsuccessful.NO_ACCESS: Fault.CUSTOMER,
    WhyUnsuccessful.CUSTOMER_REFUSED: Fault.CUSTOMER,
}
"""Whose fault it is; what is not here is nobody's."""


def fault_of(reason: WhyUnsuccessful) -> Fault:
    """Who is to blame that a visit could not help."""
    return _FAULTS.get(reason, Fault.NOBODY)
