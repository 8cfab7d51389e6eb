"""How does a customer pay a job through the gateway? An order at the confirmation, and too much goes back at the end.

Nobody waits for it: the search begins with the confirmation, and the worker captures what was authorised once help is
on its way. What was captured is kept for this job only; what the job does not cost goes back to where it came from, and
what the order did not bring is owed, like everything else that a wallet does not have.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid5

from application import wallet_share
from application.advances import give_advances_back
from application.whose_money import payment_of, wallet_of
from domain.money import CurrencyMismatch
from domain.payment import Payment
from domain.payment_order import PaymentOrder
from domain.payment_order_terms import LEAST_MINOR, Becomes, NotAuthorised, OrderPurpose, OrderState, job_order_id
from domain.price_terms import PaymentMethod
from domain.refund import Refund
from domain.refund_terms import WhyRefunded
from domain.refusal import Refusal
from domain.request_fare import Outcome
from domain.service_request import ServiceRequest
from domain.wallet import Wallet
from domain.wallet_terms import Hold, InsufficientFunds, WalletFrozen, WhyDebited

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Work

WAITED_FOR = frozenset({OrderState.OPENING, OrderState.OPEN})

KEPT_FOR = timedelta(days=7)
"""Help is on its way when it is captured: no job takes longer from there to its bill."""


async def order_for(work: Work, request: ServiceRequest, amount_minor: int, currency: str, at: datetime) -> None:
    """Have exactly so much paid through the gateway: what came by earlier orders counts, and nobody waits for others.

    The same amount again is the same order. Less than the gateway takes is owed in the end. What the wallet kept is
    free. Raises CurrencyMismatch.
    """
    wallet = await wallet_of(work, request.customer_id)
    if wallet is not None and wallet.currency != currency:
        raise CurrencyMismatch(f"the wallet is in {wallet.currency}", currency=currency, wanted=wallet.currency)
    orders = await _orders(work, request.id)
    paid_minor = sum(_left_minor(each) for each in orders)
    if wallet is not None and paid_minor == 0:
        wallet_share.free(wallet, request.id, at)
    missing = amount_minor - paid_minor
    for order in orders:
        if order.state in WAITED_FOR and order.amount_minor == missing:
            return
        _wait_no_longer(order, at)
    if missing >= LEAST_MINOR:
        order = PaymentOrder.request(
            job_order_id(request.id, len(orders)),
            customer_id=request.customer_id,
            purpose=OrderPurpose.JOB,
            subject_id=request.id,
            amount_minor=missing,
            currency=currency,
            at=at,
        )
        work.add(order)


async def use_for_job(work: Work, order: PaymentOrder, wallet: Wallet, amount_minor: int, at: datetime) -> None:
    """What was captured for a job is kept for it; of one that has ended the debt is paid, and the rest goes back.

    The customer of a job that is paid in another way has it in the wallet.
    """
    if order.subject_id is None:
        return
    request = await work.get(ServiceRequest, order.subject_id)
    if request.payment_method is not PaymentMethod.GATEWAY:
        return
    if request.settlement is None:
        _keep(wallet, request, amount_minor, at)
        return
    payment = await payment_of(work, request.id)
    owed = 0 if payment is None else min(payment.owed_minor, amount_minor)
    if payment is not None and owed:
        try:
            wallet.debit(uuid5(payment.id, order.id.hex), request.id, owed, WhyDebited.DEBT, at)
        except Refusal:
            return  # frozen: the money is the customer's, the debt stands
        payment.repay(owed, payment.currency, at)
    elif payment is None:
        await give_advances_back(work, request.id, at, order.id)
    _send_back(work, order, wallet, amount_minor - owed, at)


async def end_orders(work: Work, request: ServiceRequest, payment: Payment | None, at: datetime) -> None:
    """The job has its price, or costs nothing: send back what was captured beyond it, and wait for nothing more.

    What is authorised is captured for what is owed. Only the customer of a job that was done may still pay later.
    """
    if request.payment_method is not PaymentMethod.GATEWAY:
        return
    orders = await _orders(work, request.id)
    owed, was_done = (payment.owed_minor, payment.outcome is Outcome.CHARGE) if payment else (0, False)
    for order in orders:
        if not (owed and (_asked_for_capture(order, at) or was_done)):
            _wait_no_longer(order, at)
    wallet = await wallet_of(work, request.customer_id)
    taken = 0 if payment is None else payment.paid_minor - payment.covered_minor - payment.partner_minor
    surplus = sum(_left_minor(each) for each in orders) - taken
    for order in reversed(orders):
        back = min(_left_minor(order), surplus)
        if wallet is not None and back > 0 and _send_back(work, order, wallet, back, at):
            surplus -= back


async def want_no_order(work: Work, request: ServiceRequest, at: datetime) -> None:
    """The job is paid in another way after all: nobody waits for its orders."""
    for order in await _orders(work, request.id):
        _wait_no_longer(order, at)


def _keep(wallet: Wallet, request: ServiceRequest, amount_minor: int, at: datetime) -> None:
    """Keep it beside what was kept before; where it cannot be kept it is in the wallet all the same."""
    before = wallet.hold_for(request.id)
    whole = amount_minor + (before.amount_minor if before else 0)
    hold = Hold(uuid5(request.id, f"paid/{wallet.version}"), request.id, whole, at + KEPT_FOR)
    try:
        wallet.hold(hold, wallet.currency, at)
    except Refusal:
        return  # frozen, say: what the job costs will be owed, and can be paid from there


def _send_back(work: Work, order: PaymentOrder, wallet: Wallet, amount_minor: int, at: datetime) -> bool:
    """To where it came from; what the gateway does not take, or cannot leave the wallet, or a bank asks back, stays."""
    if amount_minor < LEAST_MINOR or amount_minor > order.refundable_minor:
        return False
    refund_id = uuid5(order.id, f"surplus/{order.refunded_minor}")
    try:
        wallet.send_back(refund_id, order.id, amount_minor, at)
    except (WalletFrozen, InsufficientFunds):
        return False
    paid_by = order.ask_for_refund(refund_id, amount_minor, at)
    refund = Refund.request(
        refund_id,
        order_id=order.id,
        customer_id=order.customer_id,
        payment=paid_by,
        amount_minor=amount_minor,
        currency=order.currency,
        why=WhyRefunded.SURPLUS,
        at=at,
    )
    work.add(refund)
    return True


def _asked_for_capture(order: PaymentOrder, at: datetime) -> bool:
    """Whether the gateway is asked for what was authorised; there may be nothing to ask for."""
    if order.state is not OrderState.OPEN:
        return False
    try:
        order.ask_for_capture(at)
    except NotAuthorised:
        return False
    return True


def _wait_no_longer(order: PaymentOrder, at: datetime) -> None:
    if order.state in WAITED_FOR:
        order.abandon(at)


def _left_minor(order: PaymentOrder) -> int:
    """What an order brought and did not send back."""
    return sum(each.amount_minor for each in order.tries if each.becomes is Becomes.PAYS) - order.refunded_minor


async def _orders(work: Work, request_id: UUID) -> list[PaymentOrder]:
    """Those of one job, in their order: the first that is not there is behind the last."""
    found: list[PaymentOrder] = []
    while (one := await work.find(PaymentOrder, job_order_id(request_id, len(found)))) is not None:
        found.append(one)
    return found
