"""How is noted that a customer's checkout handed over a payment which the gateway had signed?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.guards import check_role, hidden
from application.order_answers import order_told
from domain.actor import DESK, Role
from domain.payment_order import PaymentOrder
from domain.payment_order_terms import ForgedCheckout
from domain.refusal import OutOfTurn

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class VerifyCheckout:
    """What the checkout told, as it told it."""

    actor: Actor
    order_id: UUID
    payment: str
    signature: str
    at: datetime


async def verify_checkout(command: VerifyCheckout, work: Work, is_genuine: Callable[[str, str, str], bool]) -> Answer:
    """Note it: the customer may go on, while only what the gateway itself tells is booked.

    ``is_genuine`` takes the order that we stored, the payment and the signature. The same again is no news. Raises
    NotAllowed, NotFound, OutOfTurn or ForgedCheckout.
    """
    check_role(work, command.actor, Role.CUSTOMER, *DESK)
    order = await work.get(PaymentOrder, command.order_id)
    if not (command.actor.is_desk or command.actor.is_customer(order.customer_id)):
        raise hidden("PaymentOrder", order.id)
    if order.gateway_order is None:
        raise OutOfTurn(f"the order is {order.state.value}", state=order.state.value, act="verify_checkout")
    if not is_genuine(order.gateway_order, command.payment, command.signature):
        raise ForgedCheckout
    order.verify_callback(command.payment, command.at)
    return order_told(order)
