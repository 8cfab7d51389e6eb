"""What can be ordered of, and asked about, the plans that memberships follow?"""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from application.subscribe import OfferPlan, offer_plan
from domain.ids import Prefix, show
from domain.plan import Plan
from domain.plan_terms import BenefitTerms, PlanTerms
from domain.timeline import Timeline
from interfaces.http import answers
from interfaces.http.calls import Asked, Command, Creation, MinPosition
from interfaces.http.routing import Routes
from interfaces.http.shapes.memberships import PlanBody, PlanDone, PlanEndBody, PlansShown
from interfaces.http.shapes.values import InstantAsked

PLANS = "/v1/plans"
When = Annotated[InstantAsked | None, Query(description="In effect at this instant: now when left out.")]
DATED = ("bad_effect", "too_many_versions")

routes = Routes("Memberships")


@routes.command(PLANS, PlanDone, problems=("bad_plan", "bad_amount", "unknown_currency", *DATED), status=201)
async def offer_a_plan(call: Creation, body: PlanBody) -> Response:
    """Offer a plan, or change its terms from an instant on.

    Terms that run stay as they are: the next one begins under the plan that was agreed.
    """
    given = tuple(BenefitTerms(each.benefit, each.units, each.most_per_event) for each in body.benefits)
    terms = PlanTerms(
        price_minor=body.price_minor,
        currency=body.currency,
        tax_bp=body.tax_bp,
        term_days=body.term_days,
        benefits=given,
        waiting_h=body.waiting_h,
        same_cause_days=body.same_cause_days,
        vehicles=body.vehicles,
        grace_days=body.grace_days,
    )
    command = OfferPlan(call.actor, body.code, terms, body.effective_from or call.at, call.at)
    return answers.done(await call.run(offer_plan, command), Prefix.PLAN, status=201)


@routes.command(PLANS + "/{plan}/end", PlanDone, problems=DATED)
async def withdraw_a_plan(call: Command, plan: str, body: PlanEndBody) -> Response:
    """Let nobody begin a plan any more; memberships that run go on."""
    command = OfferPlan(call.actor, plan, None, body.effective_from or call.at, call.at)
    return answers.done(await call.run(offer_plan, command), Prefix.PLAN)


@routes.query(PLANS, PlansShown)
async def list_plans(call: Asked, at: When = None, min_position: MinPosition = None) -> Response:
    """List the plans that can be begun, the cheapest first."""
    await call.at_or_after(call.stack.money.memberships.plans.name, min_position)
    known = await call.stack.money.memberships.plan_ids(call.tenant)
    plans = [await call.stack.aggregates.load(Plan, call.tenant, each) for each in known]
    shown = [_plan(plan, at or call.at) for plan in plans if plan is not None]
    return answers.plain({"data": sorted((told for told in shown if told is not None), key=_cheapest)})


def _plan(plan: Plan, at: datetime) -> dict[str, object] | None:
    found = Timeline(plan.dated).at(at)
    if found is None or found.value is None:
        return None
    terms = asdict(found.value)
    benefits = [{**each, "benefit": each["benefit"].value} for each in terms["benefits"]]
    told = {"id": show(Prefix.PLAN, plan.id), "code": plan.code, "plan_version": found.version}
    return {**told, **terms, "benefits": benefits}


def _cheapest(told: dict[str, object]) -> tuple[int, str]:
    return int(str(told["price_minor"])), str(told["code"])
