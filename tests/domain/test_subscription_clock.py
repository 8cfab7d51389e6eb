"""Is it told once where a mandate can be allowed, and when a subscription is due next?"""

from datetime import timedelta

import pytest

from domain import ledger
from domain.ledger import Leg
from domain.money import BadAmount
from domain.plan_terms import FIRST_FOUR
from domain.refusal import OutOfTurn
from domain.subscription import Subscription
from domain.subscription_terms import ChargeState, SubscriptionState, charge_id, operation_of
from tests.domain.membership_facts import (
    ASKED,
    ENDS,
    FAILED,
    MANDATE,
    MANDATE_DOUBTED,
    NOTIFIED,
    OPENED,
    PLAN,
    PRICE,
    REQUESTED,
    RUNNING,
    STARTED,
)
from tests.support.roadside import LATER, NOON, SOON
from tests.support.rulebook import STREAM, given

DAY = timedelta(days=1)


def running() -> Subscription:
    return given(Subscription, *RUNNING).now()


def test_a_mandate_may_be_doubted_until_it_is_open() -> None:
    awaited = given(Subscription, STARTED, ASKED)
    opened = given(Subscription, STARTED, ASKED, OPENED)
    opened.when(lambda s: s.open_mandate(MANDATE, "order_1", SOON)).then_nothing()
    awaited.when(lambda s: s.doubt_mandate(MANDATE, NOON)).then(MANDATE_DOUBTED)
    given(Subscription, STARTED, ASKED, OPENED).when(lambda s: s.doubt_mandate(MANDATE, NOON)).then_refused(OutOfTurn)


def test_who_pays_for_what_is_over_gets_it_back() -> None:
    made = given(Subscription, STARTED, ASKED, OPENED).now()
    made.refuse_mandate(MANDATE, SOON)
    for _ in range(2):
        made.give_mandate(MANDATE, "sub_1", ("pay_1", PRICE), "29", LATER)
    topics = [event.TOPIC.removeprefix("subscription.") for event in made.collect_events()]
    assert topics == ["ended", "charged_in_vain"], "an open mandate was confirmed: it is not rejected as well"


def test_what_is_paid_for_a_mandate_after_all_goes_back_as_it_came_whatever_the_terms_are_now() -> None:
    made = running()
    made.plan_change(PLAN, 2, FIRST_FOUR["free"], SOON)
    made.advance(ENDS)
    assert made.terms.is_free
    for _ in range(2):
        made.give_mandate(MANDATE, "sub_1", ("pay_9", PRICE), "29", ENDS)
    assert [event.legs for event in made.collect_events() if isinstance(event, Subscription.ChargedInVain)] == [
        (Leg(ledger.CLEARING, PRICE), Leg(ledger.SUSPENSE, -PRICE))
    ]


def test_less_than_was_agreed_begins_nothing_and_goes_back() -> None:
    made = given(Subscription, STARTED, ASKED, OPENED).now()
    for amount in (PRICE - 1, PRICE):
        made.give_mandate(MANDATE, "sub_1", ("pay_1", amount), "29", LATER)
        assert made.state is SubscriptionState.AWAITED, "the same payment is heard of once"
    with pytest.raises(BadAmount):
        made.give_mandate(MANDATE, "sub_1", ("pay_2", 0), "29", LATER)
    assert [event.TOPIC for event in made.collect_events()] == ["subscription.charged_in_vain"]
    made.give_mandate(MANDATE, "sub_1", ("pay_2", PRICE), "29", LATER)
    assert made.state is SubscriptionState.ACTIVE


def test_a_pause_after_a_failure_asks_for_nothing_under_an_operation_that_is_over() -> None:
    made = given(Subscription, *RUNNING, NOTIFIED, REQUESTED, FAILED).now()
    made.pause(ENDS - timedelta(days=1))
    made.resume(ENDS + timedelta(days=30))
    at = ENDS + timedelta(days=30)
    while made.charge is None or made.charge.state is not ChargeState.REQUESTED:
        at += timedelta(days=1)
        made.advance(at)
    assert made.charge.operation_id == operation_of(charge_id(STREAM, 2), 2)
    assert made.asked == (made.charge.operation_id,)


def test_the_clock_is_told_once_for_each_change() -> None:
    made = running()
    for _ in range(2):
        made.set_clock(NOON)
    made.pause(SOON)
    made.set_clock(SOON)
    told = [event for event in made.collect_events() if isinstance(event, Subscription.ClockSet)]
    assert [event.due_at for event in told] == [ENDS - 3 * DAY, None]
