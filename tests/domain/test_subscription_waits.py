"""Who changes plans at the roadside: is what the new one gives more covered no sooner than for somebody new?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.catalogue import Service
from domain.plan_terms import FIRST_FOUR, Benefit, BenefitTerms, PlanTerms
from domain.subscription import Subscription
from tests.domain.membership_facts import ENDS, PLAN, PLUS, PREMIUM, RUNNING, VEHICLE
from tests.support.roadside import NOON, some_id
from tests.support.rulebook import given

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
WAITS = timedelta(hours=PLUS.waiting_h)
AT = NOON + 9 * DAY
ALL = {Benefit.EVENTS: 4, Benefit.TOW_KM: 1_000, Benefit.FUEL: 100}
BEFORE = {Benefit.EVENTS: 2, Benefit.TOW_KM: 500, Benefit.FUEL: 50}


def running() -> Subscription:
    return given(Subscription, *RUNNING).now()


def upgraded() -> Subscription:
    made = running()
    wanted = made.ask_upgrade((PLAN, 2, PREMIUM), some_id(954), AT)
    assert wanted is not None
    assert made.upgrade(some_id(954), ("pay_2", wanted.amount_minor), "29", AT)
    return made


def test_a_dearer_plan_covers_what_it_gives_more_after_its_waiting_time() -> None:
    made = upgraded()
    assert made.covered_by(ALL, AT)[1] == made.covered_by(ALL, AT + WAITS - SECOND)[1] == BEFORE
    assert made.covered_by(ALL, AT + WAITS) == (PREMIUM, ALL)
    assert made.covers_all_from(AT) == AT + WAITS
    assert made.covers_all_from(AT + WAITS) is None


def test_who_had_used_everything_has_nothing_more_until_then() -> None:
    made = upgraded()
    left = {Benefit.EVENTS: 2, Benefit.TOW_KM: 500, Benefit.FUEL: 0}
    assert set(made.covered_by(left, AT)[1].values()) == {0}
    assert made.covered_by(left, AT + WAITS)[1] == left


def test_for_one_job_there_is_no_more_than_before_either() -> None:
    events = BenefitTerms(Benefit.EVENTS, 2, 1)
    made, large = running(), replace(PLUS, benefits=(events, BenefitTerms(Benefit.TOW_KM, 500, 500)))
    small = replace(PLUS, benefits=(events, BenefitTerms(Benefit.TOW_KM, 500, 100)))
    for terms in (small, large):
        assert made.ask_upgrade((PLAN, 2, terms), some_id(954), AT) is None, "the price is the same"
    terms, left = made.covered_by({Benefit.EVENTS: 2, Benefit.TOW_KM: 500}, AT)
    tow = terms.of(Benefit.TOW_KM)
    assert tow is not None
    assert (tow.most_per_event, left[Benefit.TOW_KM]) == (100, 500)


def test_steps_that_follow_each_other_are_each_waited_for() -> None:
    made = running()
    basic = replace(FIRST_FOUR["basic"], price_minor=PLUS.price_minor)
    made.ask_upgrade((PLAN, 2, basic), some_id(954), AT)
    made.ask_upgrade((PLAN, 3, PLUS), some_id(954), AT + DAY)
    assert made.covered_by(BEFORE, AT + DAY)[1][Benefit.EVENTS] == 1, "a way round by a smaller plan is none"
    assert made.covers_all_from(AT + DAY) == AT + DAY + WAITS
    assert made.covered_by(BEFORE, AT + DAY + WAITS)[1] == BEFORE


@pytest.mark.parametrize("terms", [PREMIUM, FIRST_FOUR["free"]], ids=["dearer", "cheaper"])
def test_a_plan_of_the_next_term_waits_from_when_it_was_agreed(terms: PlanTerms) -> None:
    made = running()
    made.plan_change(PLAN, 2, terms, AT)
    assert made.covered_by(BEFORE, AT) == (PLUS, BEFORE), "until then nothing changes"
    given_by = {each.benefit: each.units for each in terms.benefits}
    made.begin_term(ENDS, ENDS)
    assert made.covered_by(given_by, ENDS) == (terms, given_by)


def test_what_a_long_waiting_time_gives_more_waits_into_the_next_term_and_less_applies_at_once() -> None:
    slow = replace(PREMIUM, waiting_h=60 * 24)
    made = running()
    made.plan_change(PLAN, 2, slow, AT)
    made.begin_term(ENDS, ENDS)
    assert made.covered_by(ALL, ENDS)[1] == BEFORE
    assert made.covers_all_from(ENDS) == AT + 60 * DAY, "as long as for somebody who is new to it"
    assert made.covered_term(VEHICLE, Service.TOW, ENDS).number == 2, "what was covered stays so"
    less = replace(slow, benefits=(BenefitTerms(Benefit.EVENTS, 1, 1),))
    made.plan_change(PLAN, 3, less, ENDS)
    made.begin_term(ENDS + 45 * DAY, ENDS + 45 * DAY)
    assert made.covered_by({Benefit.EVENTS: 1}, ENDS + 45 * DAY)[1] == {Benefit.EVENTS: 1}
