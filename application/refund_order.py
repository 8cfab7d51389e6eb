"""How does money that a customer paid in go back to where it came from?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.advances import give_advances_back
from application.guards import check_role, check_version
from application.order_answers import refund_told
from domain.actor import MONEY_DESK
from domain.payment_order import PaymentOrder
from domain.payment_order_terms import Becomes, OrderPurpose
from domain.refund import Refund
from domain.refund_terms import WhyRefunded
from domain.wallet import Wallet
from domain.wallet_terms import wallet_id

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """The desk sends back a part of what an order brought into the wallet, or all of it."""

    actor: Actor
    refund_id: UUID
    order_id: UUID
    amount_minor: int
    at: datetime
    expected_version: int | None = None


async def refund_order(command: RefundOrder, work: Work) -> Answer:
    """Take it out of the wallet, and ask the gateway, in one save: what is spent or kept for a job cannot go back.

    Raises NotAllowed, NotFound, StaleVersion, NothingToRefund, PaymentDisputed, RefundTooLarge, BadAmount,
    WalletFrozen or InsufficientFunds.
    """
    check_role(work, command.actor, *MONEY_DESK)
    order = await work.get(PaymentOrder, command.order_id)
    check_version(order, command.expected_version)
    payment = order.ask_for_refund(command.refund_id, command.amount_minor, command.at)
    wallet = await work.get(Wallet, wallet_id(work.context.tenant, order.customer_id))
    wallet.send_back(command.refund_id, order.id, command.amount_minor, command.at)
    if (
        order.purpose is OrderPurpose.JOB
        and order.subject_id is not None
        and order.refunded_minor == _paid_minor(order)
    ):
        # All of it goes back before anything was supplied. A part of it lessens no voucher: the rest is billed.
        await give_advances_back(work, order.subject_id, command.at, order.id)
    refund = Refund.request(
        command.refund_id,
        order_id=order.id,
        customer_id=order.customer_id,
        payment=payment,
        amount_minor=command.amount_minor,
        currency=order.currency,
        why=WhyRefunded.ASKED,
        at=command.at,
    )
    work.add(refund)
    return refund_told(refund)


def _paid_minor(order: PaymentOrder) -> int:
    return sum(each.amount_minor for each in order.tries if each.becomes is Becomes.PAYS)
