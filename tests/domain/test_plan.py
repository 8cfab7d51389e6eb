"""Which terms does a plan offer from when on, and which make no sense?"""

from dataclasses import replace

import pytest

from domain import ledger
from domain.plan import Plan, PlanNotOffered, plan_id
from domain.plan_terms import FIRST_FOUR, BadPlan, bill_of_term
from tests.domain.membership_facts import PLUS, PREMIUM
from tests.support.roadside import LATER, NOON, SOON, TENANT
from tests.support.rulebook import STREAM


def test_a_plan_is_offered_changed_and_withdrawn() -> None:
    with pytest.raises(BadPlan):
        Plan.open(TENANT, "Plus, for Asha", NOON)
    plan = Plan.open(TENANT, "plus", NOON)
    assert plan.id == plan_id(TENANT, "plus")
    with pytest.raises(PlanNotOffered):
        plan.at(NOON)
    plan.offer(PLUS, NOON, NOON)
    plan.offer(PLUS, NOON, NOON)
    plan.offer(PREMIUM, SOON, SOON)
    assert (plan.at(NOON).value, plan.at(SOON).value, plan.at(SOON).version) == (PLUS, PREMIUM, 2)
    plan.withdraw(LATER, LATER)
    plan.withdraw(LATER, LATER)
    with pytest.raises(PlanNotOffered):
        plan.at(LATER)
    assert len(plan.collect_events()) == 4


@pytest.mark.parametrize(
    "wrong", [{"term_days": 0}, {"vehicles": 0}, {"waiting_h": -1}, {"benefits": PLUS.benefits[:1] * 2}]
)
def test_a_plan_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BadPlan):
        replace(PLUS, **wrong).checked()  # type: ignore[arg-type]  # fields by name


def test_the_first_four_cost_what_they_cost() -> None:
    assert [terms.price_minor for terms in FIRST_FOUR.values()] == [0, 9_900, 19_900, 39_900]
    assert {terms.term_days for terms in FIRST_FOUR.values()} == {45}
    for terms in FIRST_FOUR.values():
        assert bill_of_term(terms.price_minor, terms.tax_bp).total_minor == terms.checked().price_minor
    assert ledger.deferred_for(STREAM) == f"L:Deferred:{STREAM.hex}"
