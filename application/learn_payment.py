"""What follows when the gateway tells of a payment? It is booked, and the customer gets what it was for, at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid5

from application.advances import receive_advance
from application.gateway_share import use_for_job
from application.give_tip import tip_by_order
from application.guards import check_role
from application.order_answers import order_told
from application.upgrade_subscription import pay_upgrade
from application.whose_money import wallet_for
from domain import ledger
from domain.actor import Role
from domain.money import Money
from domain.payment import Payment
from domain.payment_order import PaymentOrder
from domain.payment_order_terms import Becomes, OrderPurpose, Told, TryStatus
from domain.refund import Refund
from domain.refund_terms import WhyRefunded, refund_of
from domain.refusal import Refusal
from domain.wallet import Wallet
from domain.wallet_terms import WhyCredited, WhyDebited

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from application.gateway import Payment as GatewayPayment
    from domain.actor import Actor
    from domain.payment_order_terms import Source


@dataclass(frozen=True, slots=True)
class LearnPayments:
    """What the gateway says of payments of one order, in whichever way we heard of it."""

    actor: Actor
    order_id: UUID
    told: Sequence[Told]
    source: Source
    at: datetime


async def learn_payments(command: LearnPayments, work: Work) -> Answer:
    """Take them to the books; what is no news changes nothing.

    The payment that pays goes to the wallet, and from there to the debt that it was meant for; every other one goes
    back. Raises NotAllowed, NotFound, CurrencyMismatch or BadAmount.
    """
    check_role(work, command.actor, Role.SYSTEM)
    order = await work.get(PaymentOrder, command.order_id)
    await learn_of(order, command.told, command.source, work, command.at)
    return order_told(order)


async def learn_of(order: PaymentOrder, told: Sequence[Told], source: Source, work: Work, at: datetime) -> None:
    """The same, within the save of whoever was told; raises CurrencyMismatch or BadAmount."""
    for each in told:
        becomes = order.learn(each, source, at)
        if becomes is Becomes.PAYS:
            await _use(order, each, work, at)
        elif becomes is not None:
            _give_back(order, each, becomes, work, at)


def told_of(payment: GatewayPayment) -> Told:
    """What the gateway says of a payment, in the words of an order."""
    if payment.is_captured:
        status = TryStatus.CAPTURED
    elif payment.status in {"captured", "refunded"}:
        # What went back without ever having been captured; ``captured`` alone is no state.
        status = TryStatus.GIVEN_BACK if payment.status == "refunded" else TryStatus.AUTHORIZED
    else:
        status = TryStatus(payment.status)
    return Told(
        payment.payment_id, status, payment.amount_minor, payment.currency, payment.fee_minor, payment.tax_minor
    )


async def _use(order: PaymentOrder, told: Told, work: Work, at: datetime) -> None:
    if order.purpose is OrderPurpose.UPGRADE and await pay_upgrade(work, order, told, at):
        return
    wallet = await wallet_for(work, order.customer_id, order.currency, at)
    wallet.credit(
        uuid5(order.id, told.payment), told.amount_minor, WhyCredited.TOP_UP, ledger.advance_for(order.id), at
    )
    if order.purpose is OrderPurpose.JOB and order.subject_id is not None:
        await receive_advance(work, order, order.subject_id, told.amount_minor, at)
        await use_for_job(work, order, wallet, told.amount_minor, at)
    if order.purpose is OrderPurpose.TIP and order.subject_id is not None:
        await tip_by_order(work, order.subject_id, wallet, Money(told.amount_minor, told.currency), at)
    if order.purpose is OrderPurpose.DEBT and order.subject_id is not None:
        await _repay(order.subject_id, wallet, told, work, at)


async def _repay(payment_id: UUID, wallet: Wallet, told: Told, work: Work, at: datetime) -> None:
    """Pay the debt from the wallet; what is not owed any more, or may not be taken, stays there."""
    payment = await work.get(Payment, payment_id)
    amount_minor = min(payment.owed_minor, told.amount_minor)
    if amount_minor == 0:
        return
    try:
        debit_id = uuid5(payment_id, told.payment)
        wallet.debit(debit_id, payment.request_id, amount_minor, WhyDebited.DEBT, at)
    except Refusal:
        return  # frozen: the money is the customer's, the debt stands
    payment.repay(amount_minor, payment.currency, at)


def _give_back(order: PaymentOrder, told: Told, becomes: Becomes, work: Work, at: datetime) -> None:
    work.add(
        Refund.request(
            refund_of(order.id, told.payment),
            order_id=order.id,
            customer_id=order.customer_id,
            payment=told.payment,
            amount_minor=told.amount_minor,
            currency=order.currency,
            why=WhyRefunded.DUPLICATE if becomes is Becomes.DUPLICATE else WhyRefunded.LATE,
            at=at,
        )
    )
