"""How is added up what a provider owes of the cash that it collected, and who is asked for no more of it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.decide_earning_rules import earning_rules_of
from application.guards import check_role
from domain.actor import MONEY_DESK
from domain.cash_in_hand import CashInHand, MoreThanInHand, cash_in_hand_id
from domain.earning import Earning
from domain.earning_rules import RIGHT_AWAY
from domain.price_terms import PaymentMethod
from domain.provider import Provider

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.money import Money
    from domain.payment import Payment
    from domain.service_request import ServiceRequest


@dataclass(frozen=True, slots=True)
class HandInCash:
    """A provider paid so much of what it owes in at the desk."""

    actor: Actor
    provider_id: UUID
    receipt_id: UUID
    amount: Money
    at: datetime


async def hand_in_cash(command: HandInCash, work: Work) -> Answer:
    """Book it, and set it off against what is owed, in one save; the same receipt again is no news.

    Raises NotAllowed, NotFound, BadAmount or MoreThanInHand.
    """
    check_role(work, command.actor, *MONEY_DESK)
    money = command.amount
    await work.get(Provider, command.provider_id)
    cash = await cash_in_hand_of(work, command.provider_id, money.currency)
    if cash is None:
        raise MoreThanInHand(owed_minor=0, currency=money.currency)
    if cash.hand_in(command.receipt_id, money.amount_minor, command.at):
        whose = command.provider_id, command.receipt_id
        work.add(Earning.accrue(*whose, money.amount_minor, money.currency, RIGHT_AWAY, command.at))
    return {
        "id": cash.id.hex,
        "version": cash.version,
        "provider_id": cash.provider_id.hex,
        "owed_minor": cash.owed_minor,
        "currency": cash.currency,
    }


async def check_cash_limit(work: Work, request: ServiceRequest, provider_id: UUID, at: datetime) -> None:
    """Refuse a job in cash to who owes us too much of what it collected; danger comes first.

    Raises CashLimitReached.
    """
    if request.payment_method is not PaymentMethod.CASH or request.quote is None or request.sos:
        return
    limit = (await earning_rules_of(work, at)).cash_limit_minor
    if limit is not None:
        cash = await cash_in_hand_of(work, provider_id, request.quote.currency)
        if cash is not None:
            cash.check(limit)


async def note_cash(work: Work, payment: Payment, earned_minor: int, at: datetime) -> None:
    """A job was divided; of one that was paid in cash the provider owes us what it earned less than nothing."""
    if payment.provider_id is None or not payment.collected_minor or earned_minor >= 0:
        return
    cash = await cash_in_hand_of(work, payment.provider_id, payment.currency)
    if cash is None:
        cash = CashInHand.begin(payment.provider_id, payment.currency, at)
        work.add(cash)
    cash.collect(payment.id, payment.collected_minor, -earned_minor, at)


async def set_cash_off(
    work: Work, provider_id: UUID, currency: str, payout_id: UUID, causes: Iterable[UUID], at: datetime
) -> None:
    """Earnings of these causes go with a payout, and with them what was owed."""
    cash = await cash_in_hand_of(work, provider_id, currency)
    if cash is not None:
        cash.set_off(payout_id, tuple(causes), at)


async def cash_in_hand_of(work: Work, provider_id: UUID, currency: str) -> CashInHand | None:
    """What a provider owes of cash in one currency, if it ever collected any."""
    return await work.find(CashInHand, cash_in_hand_id(provider_id, currency))
