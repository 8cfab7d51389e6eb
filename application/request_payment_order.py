"""How does a customer begin to pay through the gateway: into the wallet, a debt, or for a job?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.give_tip import check_tippable
from application.guards import check_role, hidden
from application.order_answers import order_told
from domain.actor import DESK, Role
from domain.money import CurrencyMismatch
from domain.payment import Payment
from domain.payment_order import PaymentOrder
from domain.payment_order_terms import OrderPurpose
from domain.payment_terms import NothingDue, WrongAmount
from domain.refusal import NotFound
from domain.service_request import ServiceRequest
from domain.wallet import Wallet
from domain.wallet_terms import wallet_id

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.money import Money


@dataclass(frozen=True, slots=True)
class RequestPaymentOrder:
    """``subject_id`` is the payment that is owed, or the request; none for a top-up."""

    actor: Actor
    order_id: UUID
    customer_id: UUID
    purpose: OrderPurpose
    subject_id: UUID | None
    money: Money
    at: datetime


async def request_payment_order(command: RequestPaymentOrder, work: Work) -> Answer:
    """Record what is wanted; the gateway is asked behind the save.

    Raises NotAllowed, NotFound, NothingDue, WrongAmount, CurrencyMismatch, BadAmount, UnknownCurrency, TooLittle or,
    for a tip, OutOfTurn, TooLateToTip, BadTip or AlreadyTipped.
    """
    check_role(work, command.actor, Role.CUSTOMER, *DESK)
    if not (command.actor.is_desk or command.actor.is_customer(command.customer_id)):
        raise hidden("Customer", command.customer_id)
    await _check_subject(command, work)
    await _check_currency(command, work)
    order = PaymentOrder.request(
        command.order_id,
        customer_id=command.customer_id,
        purpose=command.purpose,
        subject_id=command.subject_id,
        amount_minor=command.money.amount_minor,
        currency=command.money.currency,
        at=command.at,
    )
    work.add(order)
    return order_told(order)


async def _check_subject(command: RequestPaymentOrder, work: Work) -> None:
    """What is paid for is there, and is this customer's."""
    wanted = command.subject_id
    if command.purpose is OrderPurpose.TOP_UP:
        if wanted is not None:
            raise hidden("Payment", wanted)
        return
    if wanted is None:
        raise NotFound("say what is paid for")
    if command.purpose in {OrderPurpose.JOB, OrderPurpose.TIP}:
        request = await work.get(ServiceRequest, wanted)
        if request.customer_id != command.customer_id:
            raise hidden("ServiceRequest", wanted)
        if command.purpose is OrderPurpose.TIP:
            await check_tippable(work, request, command.money, command.at)
        return
    payment = await work.get(Payment, wanted)
    if payment.customer_id != command.customer_id:
        raise hidden("Payment", wanted)
    if payment.owed_minor == 0:
        raise NothingDue(state=payment.state.value)
    if command.money.amount_minor > payment.owed_minor:
        raise WrongAmount(f"{payment.owed_minor} is owed", due_minor=payment.owed_minor)


async def _check_currency(command: RequestPaymentOrder, work: Work) -> None:
    """The money goes through the wallet, which has one currency."""
    try:
        wallet = await work.get(Wallet, wallet_id(work.context.tenant, command.customer_id))
    except NotFound:
        return
    if wallet.currency != command.money.currency:
        raise CurrencyMismatch(
            f"the wallet is in {wallet.currency}", currency=command.money.currency, wanted=wallet.currency
        )
