"""How does a member take a dearer plan at once? What it costs more is paid by an order; then it applies.

Who has a free plan pays a whole first term instead, which allows the mandate for those that follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.decide_registration import registrations_of
from application.entitling import change_units
from application.guards import check_role, check_version, hidden
from application.membership_errands import NOWHERE
from application.subscribe import subscription_told
from domain.actor import DESK, Role
from domain.ids import Prefix, show
from domain.payment_order import PaymentOrder
from domain.payment_order_terms import OrderPurpose, OrderState
from domain.plan import Plan, plan_id
from domain.refusal import NotFound
from domain.subscription import Subscription

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.payment_order_terms import Told
    from domain.subscription_terms import UpgradeWanted


@dataclass(frozen=True, slots=True)
class UpgradeSubscription:
    """``order_id`` is the order by which the difference is paid, where there is one, or the mandate's operation."""

    actor: Actor
    subscription_id: UUID
    code: str
    order_id: UUID
    at: datetime
    expected_version: int | None = None


async def upgrade_subscription(command: UpgradeSubscription, work: Work) -> Answer:
    """Let the plan apply now where it costs nothing more, or open an order over what it does; the same is no news.

    From a free plan the gateway is asked for a mandate instead, which the customer allows by paying the first term.
    For the customer and the desk. Raises NotAllowed, NotFound, StaleVersion, SubscriptionOver, ChargeOpen,
    NotSubscribed, OutOfTurn or PlanNotOffered.
    """
    check_role(work, command.actor, Role.CUSTOMER, *DESK)
    subscription = await work.get(Subscription, command.subscription_id)
    if not (command.actor.is_desk or command.actor.is_customer(subscription.customer_id)):
        raise hidden("Subscription", subscription.id)
    check_version(subscription, command.expected_version)
    plan = await work.get(Plan, plan_id(work.context.tenant, command.code))
    offered = plan.at(command.at)
    if offered.value is None:
        raise NotFound
    named = (plan.id, offered.version, offered.value)
    if subscription.needs_mandate_for(offered.value):
        subscription.want_paid_plan(named, command.order_id, command.at)
        due = offered.value.price_minor
        return {**subscription_told(subscription), "order_id": None, "due_minor": due}
    former, terms = subscription.upgrade_wanted, subscription.terms
    wanted = subscription.ask_upgrade(named, command.order_id, command.at)
    if wanted is None:
        await change_units(work, subscription, terms, command.at)
    elif wanted != former:
        await _wait_no_longer(work, former, command.at)
        work.add(_order_over(subscription, wanted, command.at))
    subscription.set_clock(command.at)
    order = None if wanted is None else show(Prefix.ORDER, wanted.order_id)
    due = 0 if wanted is None else wanted.amount_minor
    return {**subscription_told(subscription), "order_id": order, "due_minor": due}


async def pay_upgrade(work: Work, order: PaymentOrder, told: Told, at: datetime) -> bool:
    """What was captured for an upgrade makes it apply; False where it cannot any more: the money is the customer's."""
    if order.subject_id is None:
        return False
    subscription = await work.get(Subscription, order.subject_id)
    terms, book = subscription.terms, await registrations_of(work)
    state = NOWHERE if book is None else min(book.in_effect(at), default=NOWHERE)
    if not subscription.upgrade(order.id, (told.payment, told.amount_minor), state, at):
        return False
    await change_units(work, subscription, terms, at)
    subscription.set_clock(at)
    return True


def _order_over(subscription: Subscription, wanted: UpgradeWanted, at: datetime) -> PaymentOrder:
    return PaymentOrder.request(
        wanted.order_id,
        customer_id=subscription.customer_id,
        purpose=OrderPurpose.UPGRADE,
        subject_id=subscription.id,
        amount_minor=wanted.amount_minor,
        currency=subscription.terms.currency,
        at=at,
    )


async def _wait_no_longer(work: Work, former: UpgradeWanted | None, at: datetime) -> None:
    order = None if former is None else await work.find(PaymentOrder, former.order_id)
    if order is not None and order.state in {OrderState.OPENING, OrderState.OPEN}:
        order.abandon(at)
