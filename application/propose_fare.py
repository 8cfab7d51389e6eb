"""What does a job cost when parts were needed, or less was done?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import request_told
from application.faring import bill, check_confirmed
from application.freeing import wrap_up
from application.guards import check_role, check_sees_request, check_version
from domain.actor import DESK, Role
from domain.price_terms import LineKind, PriceLine
from domain.refusal import BadInput
from domain.request_terms import TO_BE_PAID
from domain.service_request import ServiceRequest
from domain.trade_terms import NotPriced

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from application.trade import Trade
    from domain.actor import Actor

MOST_EXTRA_MINOR = 10_000_000
"""A hundred thousand rupees of parts beside the road: more is a slipped decimal point."""


@dataclass(frozen=True, slots=True)
class ProposeFare:
    """The fare as it was done: what was quoted, and what comes on top or off, before tax."""

    actor: Actor
    request_id: UUID
    parts_minor: int
    discount_minor: int
    at: datetime
    expected_version: int | None = None
    extras_minor: int = 0


async def propose_fare(command: ProposeFare, work: Work, trade: Trade) -> Answer:
    """Note that the work is done, if it was not noted, and propose the fare; within the tariff's tolerance it stands.

    Then it is paid in the same save. Parts and extras without a picture of their receipt wait for the customer.
    Where nobody agreed to the price, only the desk makes the bill.
    Raises NotAllowed, NotFound, StaleVersion, NotPriced, NotConfirmed, NotDelivered, EvidenceMissing, BadInput,
    RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, Role.PROVIDER, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    await check_sees_request(command.actor, request, work)
    check_version(request, command.expected_version)

    if not request.is_priced:
        raise NotPriced
    if request.state not in TO_BE_PAID:
        request.complete_work(command.at)
        await wrap_up(work, request.assignment, command.at)
    if not command.actor.is_desk:
        check_confirmed(request)
    await bill(work, request, trade, _extras(command), command.at)
    return request_told(request)


def _extras(command: ProposeFare) -> tuple[PriceLine, ...]:
    told = (command.parts_minor, command.extras_minor, command.discount_minor)
    if not all(0 <= amount <= MOST_EXTRA_MINOR for amount in told):
        raise BadInput(f"parts, extras and discount are 0 to {MOST_EXTRA_MINOR} minor units")
    parts = PriceLine(LineKind.PARTS, command.parts_minor)
    extras = PriceLine(LineKind.EXTRA, command.extras_minor)
    discount = PriceLine(LineKind.DISCOUNT, -command.discount_minor)
    return tuple(line for line in (parts, extras, discount) if line.amount_minor)
