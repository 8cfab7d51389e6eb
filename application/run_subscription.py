"""How does a subscription go on: by its own clock, by what the gateway tells, and by what its customer wants?

Units of a term are given and lost in the same save in which it begins and ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import uuid5

from application.entitling import give_units, lose_units
from application.grant_promo import granted_to
from application.guards import check_role, check_version, hidden
from application.subscribe import subscription_told
from application.whose_money import wallet_for
from domain import ledger
from domain.actor import DESK, Role
from domain.plan import Plan, plan_id
from domain.refusal import NotFound
from domain.subscription import Subscription
from domain.subscription_terms import OVER, WhyEnded
from domain.wallet_terms import WhyCredited

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


class Told(StrEnum):
    """What the gateway says of a mandate or a charge."""

    OPEN = "open"
    PAID = "paid"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Wish(StrEnum):
    """What a customer wants of a subscription."""

    PAUSE = "pause"
    RESUME = "resume"
    END_NOW = "end_now"
    END_WITH_TERM = "end_with_term"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class AdvanceSubscription:
    """Its clock says that something is due."""

    actor: Actor
    subscription_id: UUID
    at: datetime


async def advance_subscription(command: AdvanceSubscription, work: Work) -> Answer:
    """Do what is due; nothing due is no news. Raises NotAllowed or NotFound."""
    check_role(work, command.actor, *DESK)
    subscription = await work.get(Subscription, command.subscription_id)
    return await _moved(work, subscription, lambda: subscription.advance(command.at), command.at)


@dataclass(frozen=True, slots=True)
class RecordMandate:
    """The mandate can be allowed by an order, was allowed with the payment of the first term, or there will be none.

    ``mandate`` is the gateway's name of the order, or of the mandate; ``payment`` is of ``amount_minor``.
    """

    actor: Actor
    subscription_id: UUID
    operation_id: UUID
    told: Told
    mandate: str
    payment: str
    amount_minor: int
    state: str
    at: datetime
    fee_minor: int = 0
    tax_minor: int = 0


async def record_mandate(command: RecordMandate, work: Work) -> Answer:
    """Begin the first term, or end what never began; twice is no news.

    What came for nothing that is offered any more is in the wallet. Raises NotAllowed, NotFound, OutOfTurn, BadAmount.
    """
    check_role(work, command.actor, *DESK)
    subscription = await work.get(Subscription, command.subscription_id)
    back: list[int] = []

    def take() -> None:
        paid = (command.payment, command.amount_minor)
        if command.told is Told.PAID:
            is_new = command.payment not in subscription.payments
            told = command.operation_id, command.mandate, paid, command.state, command.at
            back.append(subscription.give_mandate(*told))
            if is_new:
                subscription.book_fee(command.payment, command.fee_minor, command.tax_minor, command.at)
        elif command.told is Told.OPEN:
            subscription.open_mandate(command.operation_id, command.mandate, command.at)
        elif command.told is Told.FAILED:
            subscription.refuse_mandate(command.operation_id, command.at)
        else:
            subscription.doubt_mandate(command.operation_id, command.at)

    answer = await _moved(work, subscription, take, command.at)
    await _give_back(work, subscription, command.payment, sum(back), command.at)
    return answer


@dataclass(frozen=True, slots=True)
class RecordCharge:
    """How a charge came out; ``detail`` is the gateway's payment of so much, or its code of why not."""

    actor: Actor
    subscription_id: UUID
    operation_id: UUID
    told: Told
    detail: str
    amount_minor: int
    state: str
    at: datetime
    fee_minor: int = 0
    tax_minor: int = 0


async def record_charge(command: RecordCharge, work: Work) -> Answer:
    """Book it and go on; the same again is no news. What nobody expects any more is in the wallet.

    Raises NotAllowed or NotFound.
    """
    check_role(work, command.actor, *DESK)
    subscription = await work.get(Subscription, command.subscription_id)
    back: list[int] = []

    def take() -> None:
        operation, detail, at = command.operation_id, command.detail, command.at
        if command.told is Told.PAID:
            is_new = detail not in subscription.payments
            back.append(subscription.confirm_charge(operation, detail, command.amount_minor, command.state, at))
            if is_new:
                subscription.book_fee(detail, command.fee_minor, command.tax_minor, at)
        elif command.told is Told.FAILED:
            subscription.charge_failed(operation, detail, at)
        else:
            subscription.charge_doubted(operation, at)

    answer = await _moved(work, subscription, take, command.at)
    await _give_back(work, subscription, command.detail, sum(back), command.at)
    return answer


@dataclass(frozen=True, slots=True)
class ChangeSubscription:
    """The customer wants something of it; ``code`` is the plan to change to."""

    actor: Actor
    subscription_id: UUID
    wish: Wish
    at: datetime
    code: str = ""
    expected_version: int | None = None


async def change_subscription(command: ChangeSubscription, work: Work) -> Answer:
    """Do what the customer wants. Who ends it now gets what is not earned, without its tax, in the wallet.

    For the customer and the desk. Raises NotAllowed, NotFound, StaleVersion, SubscriptionOver, ChargeOpen, OutOfTurn or
    PlanNotOffered.
    """
    check_role(work, command.actor, Role.CUSTOMER, *DESK)
    subscription = await work.get(Subscription, command.subscription_id)
    if not (command.actor.is_desk or command.actor.is_customer(subscription.customer_id)):
        raise hidden("Subscription", subscription.id)
    check_version(subscription, command.expected_version)
    at = command.at
    if command.wish is Wish.CHANGE:
        plan = await work.get(Plan, plan_id(work.context.tenant, command.code))
        offered = plan.at(at)
        if offered.value is None:
            raise NotFound
        subscription.plan_change(plan.id, offered.version, offered.value, at)
        subscription.set_clock(at)
        return subscription_told(subscription)
    if command.wish is Wish.END_NOW:
        return await _end_now(work, subscription, command)
    ways: dict[Wish, Callable[[datetime], None]] = {
        Wish.PAUSE: subscription.pause,
        Wish.RESUME: subscription.resume,
        Wish.END_WITH_TERM: subscription.end_with_term,
    }
    return await _moved(work, subscription, lambda: ways[command.wish](at), at)


async def _end_now(work: Work, subscription: Subscription, command: ChangeSubscription) -> Answer:
    why = WhyEnded.DESK if command.actor.is_desk else WhyEnded.CUSTOMER
    back: list[int] = []
    answer = await _moved(work, subscription, lambda: back.append(subscription.end_now(why, command.at)), command.at)
    if sum(back) > 0:
        wallet = await granted_to(work, subscription.customer_id, subscription.terms.currency, command.at)
        source = ledger.deferred_for(subscription.id)
        wallet.credit(uuid5(subscription.id, "unearned"), sum(back), WhyCredited.REFUND, source, command.at)
    return answer


async def _give_back(work: Work, subscription: Subscription, payment: str, amount_minor: int, at: datetime) -> None:
    """What came in vain is the customer's; in a wallet of another currency it would be a case for the desk."""
    if amount_minor == 0:
        return
    wallet = await wallet_for(work, subscription.customer_id, subscription.terms.currency, at)
    if wallet.currency == subscription.terms.currency:
        credit_id = uuid5(subscription.id, f"in_vain/{payment}")
        wallet.credit(credit_id, amount_minor, WhyCredited.REFUND, ledger.SUSPENSE, at)


async def _moved(work: Work, subscription: Subscription, act: Callable[[], None], at: datetime) -> Answer:
    """Do it, and let the units follow the terms."""
    before, terms = subscription.term, subscription.terms
    act()
    after = subscription.term
    is_over = subscription.state in OVER
    if before is not None and (is_over or (after is not None and after.number != before.number)):
        await lose_units(work, subscription.id, before, terms, at)
    if after is not None and not is_over and (before is None or after.number != before.number):
        await give_units(work, subscription, at)
    subscription.set_clock(at)
    return subscription_told(subscription)
