"""How does a customer pay what is still owed for a job?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import payment_told
from application.guards import check_role, check_version, hidden
from domain.actor import DESK, Role
from domain.payment import Payment
from domain.refusal import NotFound
from domain.wallet import Wallet
from domain.wallet_terms import InsufficientFunds, WhyDebited, wallet_id

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.money import Money


@dataclass(frozen=True, slots=True)
class RepayDebt:
    """From the wallet, all of it or a part."""

    actor: Actor
    payment_id: UUID
    money: Money
    at: datetime
    expected_version: int | None = None


async def repay_debt(command: RepayDebt, work: Work) -> Answer:
    """Take the money from the customer's wallet and lower the debt by it, in one save.

    For the customer and the desk. Raises NotAllowed, NotFound, StaleVersion, NothingDue, WrongAmount,
    CurrencyMismatch, BadAmount, WalletFrozen or InsufficientFunds.
    """
    check_role(work, command.actor, Role.CUSTOMER, *DESK)
    payment = await work.get(Payment, command.payment_id)
    if not (command.actor.is_desk or command.actor.is_customer(payment.customer_id)):
        raise hidden("Payment", payment.id)
    check_version(payment, command.expected_version)
    money = command.money
    payment.repay(money.amount_minor, money.currency, command.at)
    wallet = await _wallet(work, payment)
    debit_id = work.context.command_id
    wallet.debit(debit_id, payment.request_id, money.amount_minor, WhyDebited.DEBT, command.at)
    return payment_told(payment)


async def _wallet(work: Work, payment: Payment) -> Wallet:
    try:
        return await work.get(Wallet, wallet_id(work.context.tenant, payment.customer_id))
    except NotFound as error:
        raise InsufficientFunds("there is no wallet yet", available_minor=0, currency=payment.currency) from error
