"""How does a customer become a member: which plans are offered, and what follows when the mandate is given?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid5

from application.entitling import give_units
from application.guards import check_role
from domain.actor import DESK, Role
from domain.plan import Plan, plan_id
from domain.refusal import NotFound
from domain.subscription import Subscription

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.plan_terms import PlanTerms


@dataclass(frozen=True, slots=True)
class OfferPlan:
    """These terms apply to who begins or renews from an instant on; without terms: nobody can begin it any more."""

    actor: Actor
    code: str
    terms: PlanTerms | None
    effective_from: datetime
    at: datetime


async def offer_plan(command: OfferPlan, work: Work) -> Answer:
    """Offer a plan, change or withdraw it. Raises NotAllowed, NotFound, BadPlan, BadEffect or TooManyVersions."""
    check_role(work, command.actor, Role.ADMIN, Role.SYSTEM)
    plan = await _plan(work, command)
    if command.terms is None:
        plan.withdraw(command.effective_from, command.at)
    else:
        plan.offer(command.terms, command.effective_from, command.at)
    return {"id": plan.id.hex, "version": plan.version, "code": plan.code, "plan_version": len(plan.dated)}


async def _plan(work: Work, command: OfferPlan) -> Plan:
    try:
        return await work.get(Plan, plan_id(work.context.tenant, command.code))
    except NotFound:
        if command.terms is None:
            raise
        plan = Plan.open(work.context.tenant, command.code, command.at)
        work.add(plan)
        return plan


@dataclass(frozen=True, slots=True)
class Subscribe:
    """A customer wants a plan, for these vehicles."""

    actor: Actor
    subscription_id: UUID
    customer_id: UUID
    code: str
    vehicle_ids: tuple[UUID, ...]
    at: datetime


async def subscribe(command: Subscribe, work: Work) -> Answer:
    """Begin a free plan at once; for any other the gateway is asked for a mandate, which the customer allows there.

    For the customer and the desk. Raises NotAllowed, NotFound, PlanNotOffered or BadPlan.
    """
    check_role(work, command.actor, Role.CUSTOMER, *DESK)
    if command.actor.role is Role.CUSTOMER and not command.actor.is_customer(command.customer_id):
        raise NotFound
    plan = await work.get(Plan, plan_id(work.context.tenant, command.code))
    offered = plan.at(command.at)
    terms = offered.value
    if terms is None:
        raise NotFound
    made = Subscription.start(
        command.subscription_id,
        command.customer_id,
        (plan.id, offered.version, terms),
        command.vehicle_ids,
        command.at,
    )
    work.add(made)
    if terms.is_free:
        await give_units(work, made, command.at)
    else:
        made.ask_mandate(mandate_operation(made.id), command.at)
    made.set_clock(command.at)
    return subscription_told(made)


def mandate_operation(subscription_id: UUID) -> UUID:
    """Under which the gateway is asked for the mandate."""
    return uuid5(subscription_id, "mandate")


def subscription_told(subscription: Subscription) -> Answer:
    """Where a subscription stands."""
    term = subscription.term
    return {
        "id": subscription.id.hex,
        "version": subscription.version,
        "customer_id": subscription.customer_id.hex,
        "plan_id": subscription.plan_id.hex,
        "state": subscription.state.value,
        "term": term.number if term else None,
        "ends_at": term.ends_at.isoformat().replace("+00:00", "Z") if term else None,
        "ends_with_term": subscription.ends_with_term,
        "gateway_order": subscription.mandate_order or None,
    }
