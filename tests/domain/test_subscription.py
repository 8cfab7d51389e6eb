"""Which rules does a subscription keep? Notice before a debit, grace before the end, and what was paid is earned."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.catalogue import Service
from domain.coverage_terms import NotCovered
from domain.plan_terms import FIRST_FOUR, BadPlan, bill_of_term
from domain.refusal import OutOfTurn
from domain.subscription import Subscription
from domain.subscription_terms import (
    NOTICE,
    RETRIED_AFTER,
    ChargeOpen,
    NotSubscribed,
    SubscriptionOver,
    SubscriptionState,
    WhyEnded,
    charge_id,
    operation_of,
)
from tests.domain.membership_facts import (
    ASKED,
    BEGUN,
    CHARGED,
    CONFIRMED,
    EARNED,
    ENDS,
    FAILED,
    GIVEN,
    IN_VAIN,
    MANDATE,
    NET,
    NOTIFIED,
    OPENED,
    OPERATION,
    PLAN,
    PLUS,
    PREMIUM,
    PRICE,
    REQUESTED,
    RUNNING,
    STARTED,
    VEHICLE,
)
from tests.support.roadside import CUSTOMER, LATER, NOON, SOON, some_id
from tests.support.rulebook import STREAM, born, given

DAY = timedelta(days=1)


def running() -> Subscription:
    return given(Subscription, *RUNNING).now()


def test_a_plan_that_costs_something_waits_for_its_mandate() -> None:
    made = Subscription.start(STREAM, CUSTOMER, (PLAN, 1, PLUS), (VEHICLE,), NOON)
    assert born(made) == STARTED
    given(Subscription, STARTED).when(lambda s: s.ask_mandate(MANDATE, NOON)).then(ASKED)
    given(Subscription, STARTED, ASKED).when(lambda s: s.open_mandate(MANDATE, "order_1", NOON)).then(OPENED)
    awaited = given(Subscription, STARTED, ASKED, OPENED)
    awaited.when(lambda s: s.give_mandate(MANDATE, "sub_1", ("pay_1", PRICE), "29", NOON)).then(GIVEN, CHARGED, BEGUN)
    given(Subscription, *RUNNING).when(
        lambda s: s.give_mandate(MANDATE, "sub_1", ("pay_1", PRICE), "29", SOON)
    ).then_nothing()
    given(Subscription, *RUNNING).when(lambda s: s.ask_mandate(MANDATE, SOON)).then_refused(OutOfTurn)


def test_without_a_mandate_it_is_over_before_it_began() -> None:
    made = given(Subscription, STARTED, ASKED).now()
    made.refuse_mandate(MANDATE, SOON)
    assert made.state is SubscriptionState.CANCELLED
    made.refuse_mandate(MANDATE, SOON)
    assert len(made.collect_events()) == 2


def test_a_free_plan_goes_on_by_itself() -> None:
    made = Subscription.start(STREAM, CUSTOMER, (PLAN, 1, FIRST_FOUR["free"]), (VEHICLE,), NOON)
    made.advance(NOON + 100 * DAY)
    assert made.term is not None
    assert (made.term.number, made.term.begins_at) == (3, NOON + 90 * DAY)
    assert made.next_at == NOON + 135 * DAY


def test_days_are_earned_evenly_and_all_of_them() -> None:
    given(Subscription, *RUNNING).when(lambda s: s.advance(NOON + 9 * DAY)).then(EARNED)
    given(Subscription, *RUNNING, EARNED).when(lambda s: s.advance(NOON + 9 * DAY)).then_nothing()
    made = running()
    made.advance(ENDS)
    assert made.earned_minor == NET


def test_a_charge_is_announced_a_day_before_it_is_asked_for() -> None:
    at = ENDS - 3 * DAY
    made = running()
    made.earn(at)
    made.collect_events()
    made.advance(at)
    assert [event.TOPIC for event in made.collect_events()] == ["subscription.charge_notified"]
    made.advance(ENDS - timedelta(seconds=1))
    before = made.asked
    made.advance(ENDS)
    assert (before, made.asked) == ((), (OPERATION,))
    assert made.next_at is None, "others tell how it comes out"


def test_a_notice_that_comes_late_is_as_long_as_any() -> None:
    made = running()
    made.advance(ENDS + DAY)
    assert made.charge is not None
    assert made.charge.due_at == ENDS + DAY + NOTICE


def test_a_paid_charge_begins_the_next_term_where_the_last_one_ended() -> None:
    made = given(Subscription, *RUNNING, NOTIFIED, REQUESTED).now()
    for _ in range(2):
        made.confirm_charge(OPERATION, "pay_2", PRICE, "29", ENDS + DAY)
    topics = [event.TOPIC.removeprefix("subscription.") for event in made.collect_events()]
    assert topics == ["charge_confirmed", "charged", "earned", "term_begun"]
    assert made.term is not None
    assert (made.term.number, made.term.begins_at, made.earned_minor) == (2, ENDS, 0)


def fail(made: Subscription, attempt: int, at: datetime) -> None:
    made.charge_failed(operation_of(charge_id(STREAM, 2), attempt), "declined", at)


def test_a_charge_is_tried_again_in_grace_and_then_it_lapses() -> None:
    made = given(Subscription, *RUNNING, NOTIFIED, REQUESTED, FAILED).now()
    asked, at = [], ENDS
    while made.state is not SubscriptionState.LAPSED:
        at = made.next_at or at
        made.advance(at)
        assert at <= ENDS + timedelta(days=PLUS.grace_days)
        if made.is_asked_for and made.charge is not None:
            asked.append(at)
            fail(made, made.charge.attempt, at)
    whens = list(asked)
    assert whens == [ENDS + 2 * DAY, ENDS + 5 * DAY, ENDS + 9 * DAY]
    assert len(RETRIED_AFTER) == 3
    assert at == ENDS + 10 * DAY
    assert made.next_at is None


def test_what_comes_through_after_all_pays() -> None:
    made = given(Subscription, *RUNNING, NOTIFIED, REQUESTED, FAILED).now()
    made.advance(ENDS + DAY)
    states = [made.state]
    made.confirm_charge(OPERATION, "pay_2", PRICE, "29", ENDS + DAY)
    assert [*states, made.state] == [SubscriptionState.GRACE, SubscriptionState.ACTIVE]


def test_money_that_nobody_expects_is_booked_to_be_given_back() -> None:
    told = (*RUNNING, NOTIFIED, REQUESTED, CONFIRMED)
    made = given(Subscription, *told).now()
    assert made.confirm_charge(some_id(950), "pay_9", PRICE, "29", ENDS) == PRICE
    (news,) = made.collect_events()
    assert (news.TOPIC, news.legs) == ("subscription.charged_in_vain", IN_VAIN.fields["legs"])
    assert made.confirm_charge(some_id(950), "pay_9", PRICE, "29", ENDS) == 0
    assert made.collect_events() == []


def test_another_sum_than_was_asked_for_pays_for_nothing() -> None:
    made = given(Subscription, *RUNNING, NOTIFIED, REQUESTED).now()
    assert made.confirm_charge(OPERATION, "pay_2", PRICE - 1, "29", ENDS) == PRICE - 1
    topics = [event.TOPIC.removeprefix("subscription.") for event in made.collect_events()]
    assert topics == ["charge_confirmed", "charged_in_vain"]


def test_nothing_is_changed_before_it_begins() -> None:
    given(Subscription, STARTED).when(lambda s: s.plan_change(PLAN, 2, PREMIUM, SOON)).then_refused(NotSubscribed)


def test_nobody_ends_or_changes_what_is_being_charged() -> None:
    told = (*RUNNING, NOTIFIED, REQUESTED)
    for act in (
        lambda s: s.end_now(WhyEnded.CUSTOMER, ENDS),
        lambda s: s.end_with_term(ENDS),
        lambda s: s.pause(ENDS),
        lambda s: s.plan_change(PLAN, 2, PREMIUM, ENDS),
    ):
        given(Subscription, *told).when(act).then_refused(ChargeOpen)


def test_a_pause_moves_the_term_and_covers_nothing() -> None:
    made = running()
    made.pause(NOON + 5 * DAY)
    made.pause(NOON + 6 * DAY)
    with pytest.raises(NotSubscribed):
        made.covered_term(VEHICLE, Service.TOW, NOON + 6 * DAY)
    made.advance(NOON + 60 * DAY)
    assert made.earned_minor == NET * 5 // 45
    made.resume(NOON + 65 * DAY)
    made.resume(NOON + 65 * DAY)
    assert made.term is not None
    assert made.term.ends_at == ENDS + 60 * DAY
    made.advance(ENDS + 60 * DAY)
    assert made.earned_minor == NET


def test_what_ended_while_it_rested_does_not_go_on() -> None:
    made = running()
    made.pause(NOON + 5 * DAY)
    made.end_now(WhyEnded.CUSTOMER, NOON + 6 * DAY)
    with pytest.raises(SubscriptionOver):
        made.resume(NOON + 7 * DAY)
    assert made.state is SubscriptionState.CANCELLED


def test_cancelling_now_gives_back_what_is_not_earned() -> None:
    made = running()
    assert made.end_now(WhyEnded.CUSTOMER, NOON + 9 * DAY) == NET - NET // 5
    assert made.end_now(WhyEnded.CUSTOMER, NOON + 9 * DAY) == 0
    with pytest.raises(SubscriptionOver):
        made.end_with_term(LATER)


def test_cancelling_with_the_term_charges_nothing_more() -> None:
    made = running()
    made.advance(ENDS - 3 * DAY)
    made.end_with_term(ENDS - 2 * DAY)
    made.advance(ENDS - DAY)
    assert not made.is_asked_for
    assert made.next_at == ENDS
    made.advance(ENDS)
    assert (made.state, made.earned_minor) == (SubscriptionState.CANCELLED, NET)


def test_other_terms_apply_from_the_next_term() -> None:
    made = running()
    made.plan_change(PLAN, 2, PREMIUM, SOON)
    made.advance(ENDS - 3 * DAY)
    assert made.charge is not None
    assert made.charge.amount_minor == PREMIUM.price_minor
    made.advance(ENDS)
    made.confirm_charge(operation_of(charge_id(STREAM, 2), 1), "pay_2", PREMIUM.price_minor, "29", ENDS)
    assert made.terms == PREMIUM


def test_a_dearer_plan_now_costs_the_days_that_are_left() -> None:
    made = running()
    at = NOON + 9 * DAY
    assert made.prorated_minor(PREMIUM, at) == (39_900 - 19_900) * 36 // 45
    for order in (some_id(954), some_id(955)):
        wanted = made.ask_upgrade((PLAN, 2, PREMIUM), order, at)
        assert (wanted.order_id, wanted.amount_minor) == (some_id(954), 16_000) if wanted else None
    assert not made.upgrade(some_id(955), ("pay_2", 16_000), "29", at)
    assert not made.upgrade(some_id(954), ("pay_2", 15_999), "29", at)
    assert made.upgrade(some_id(954), ("pay_2", 16_000), "29", at)
    assert not made.upgrade(some_id(954), ("pay_2", 16_000), "29", at)
    extra = bill_of_term(16_000, 1_800).net_minor
    assert made.term is not None
    assert made.term.net_minor == NET + extra
    made.advance(ENDS)
    assert made.earned_minor == NET + extra
    again = running()
    again.collect_events()
    assert again.ask_upgrade((PLAN, 1, PLUS), some_id(956), at) is None
    assert again.collect_events() == [], "the plan that applies already is no news"
    dear = replace(PLUS, price_minor=PLUS.price_minor + 4)
    assert again.ask_upgrade((PLAN, 2, dear), some_id(956), at) is None
    assert again.terms == dear, "less than the gateway takes is nothing to pay"
    with pytest.raises(OutOfTurn):
        again.ask_upgrade((PLAN, 1, PLUS), some_id(956), at)


def test_nothing_is_covered_at_first_or_for_another_vehicle() -> None:
    made = running()
    waited = NOON + timedelta(hours=PLUS.waiting_h)
    assert made.covered_term(VEHICLE, Service.TOW, waited).number == 1
    with pytest.raises(NotSubscribed):
        made.covered_term(VEHICLE, Service.TOW, waited - timedelta(seconds=1))
    with pytest.raises(NotSubscribed):
        made.covered_term(some_id(951), Service.TOW, waited)
    with pytest.raises(BadPlan):
        Subscription.start(STREAM, CUSTOMER, (PLAN, 1, PLUS), (some_id(1), some_id(2), some_id(3)), NOON)


def test_the_same_trouble_is_not_covered_twice_in_a_few_days() -> None:
    made, at = running(), NOON + 5 * DAY
    made.help_with(some_id(952), VEHICLE, Service.TOW, at)
    with pytest.raises(NotCovered):
        made.covered_term(VEHICLE, Service.TOW, at + PLUS.same_cause_days * DAY - timedelta(seconds=1))
    made.covered_term(VEHICLE, Service.FLAT_TYRE, at)
    made.covered_term(VEHICLE, Service.TOW, at + PLUS.same_cause_days * DAY)
