"""Does waiting cost what the rules of that instant say, and no rules nothing?"""

from datetime import timedelta

import pytest

from domain.fare_rules import LONGEST_FREE_S, BadFareRules, FareRulebook, FareRules, fare_rules_stream
from domain.timeline import BadEffect
from tests.domain.fare_rules_facts import FARE_RULES_DECIDED, FARE_RULES_OPENED, WAITING_COSTS
from tests.support.roadside import LATER, NOON, SOON, TENANT
from tests.support.rulebook import born, given


@pytest.mark.parametrize(
    ("waited_s", "minor"),
    [
        (0, 0),
        (600, 0),
        (601, 200),
        (660, 200),
        (661, 400),
        (600 + 25 * 60, 5_000),
        (600 + 26 * 60, 5_000),
        (86_400, 5_000),
    ],
)
def test_each_minute_that_has_begun_costs_up_to_a_limit(waited_s: int, minor: int) -> None:
    assert WAITING_COSTS.waiting_minor(NOON, NOON + timedelta(seconds=waited_s)) == minor


def test_nothing_decided_and_nothing_known_cost_nothing() -> None:
    assert FareRules().waiting_minor(NOON, NOON + timedelta(days=1)) == 0
    assert WAITING_COSTS.waiting_minor(None, NOON) == WAITING_COSTS.waiting_minor(NOON, None) == 0


def test_rules_apply_from_their_instant_on_and_never_before_now() -> None:
    book = FareRulebook.open(TENANT, NOON)
    assert book.id == fare_rules_stream(TENANT)
    assert born(book) == FARE_RULES_OPENED
    opened = given(FareRulebook, FARE_RULES_OPENED)
    opened.when(lambda b: b.decide(WAITING_COSTS, SOON, NOON)).then(FARE_RULES_DECIDED)
    opened.when(lambda b: b.decide(WAITING_COSTS, NOON, SOON)).then_refused(BadEffect)
    decided = given(FareRulebook, FARE_RULES_OPENED, FARE_RULES_DECIDED)
    decided.when(lambda b: b.decide(WAITING_COSTS, LATER, NOON)).then_nothing()
    assert (decided.now().at(NOON), decided.now().at(SOON)) == (FareRules(), WAITING_COSTS)


@pytest.mark.parametrize(
    "rules",
    [
        FareRules(waits_free_s=-1),
        FareRules(waits_free_s=LONGEST_FREE_S + 1),
        FareRules(per_minute_minor=-1),
        FareRules(per_minute_minor=2, waits_most_minor=1),
        FareRules(waits_most_minor=10**15),
    ],
)
def test_rules_that_make_no_sense_are_refused(rules: FareRules) -> None:
    with pytest.raises(BadFareRules):
        rules.checked()
