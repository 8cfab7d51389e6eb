"""How does somebody wait no longer for an order to be paid?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.guards import check_role, check_version, hidden
from application.order_answers import order_told
from domain.actor import DESK, Role
from domain.payment_order import PaymentOrder

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class AbandonOrder:
    """The customer changed their mind, or the desk gave it up."""

    actor: Actor
    order_id: UUID
    at: datetime
    expected_version: int | None = None


async def abandon_order(command: AbandonOrder, work: Work) -> Answer:
    """Wait no longer; a payment that comes all the same is welcome, or goes back where it was for a job.

    Twice changes nothing. Raises NotAllowed, NotFound, StaleVersion or OutOfTurn.
    """
    check_role(work, command.actor, Role.CUSTOMER, *DESK)
    order = await work.get(PaymentOrder, command.order_id)
    if not (command.actor.is_desk or command.actor.is_customer(order.customer_id)):
        raise hidden("PaymentOrder", order.id)
    check_version(order, command.expected_version)
    order.abandon(command.at)
    return order_told(order)
