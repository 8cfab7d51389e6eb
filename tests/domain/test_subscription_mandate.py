"""How does a free membership become one that costs something, and what becomes of mandates that nobody waits for?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain import ledger
from domain.catalogue import Service
from domain.plan_terms import FIRST_FOUR, BadPlan, Benefit
from domain.refusal import OutOfTurn
from domain.subscription import Subscription
from domain.subscription_terms import NotSubscribed, SubscriptionOver, SubscriptionState, WhyEnded
from tests.domain.membership_facts import ASKED, MANDATE, OPENED, PLAN, PLUS, PREMIUM, PRICE, RUNNING, STARTED, VEHICLE
from tests.support.roadside import CUSTOMER, LATER, NOON, SOON, some_id
from tests.support.rulebook import STREAM, given

DAY = timedelta(days=1)
WISH, OTHER_WISH, OTHER_PLAN = some_id(957), some_id(958), some_id(959)


def free() -> Subscription:
    made = Subscription.start(STREAM, CUSTOMER, (PLAN, 1, FIRST_FOUR["free"]), (VEHICLE,), NOON)
    made.collect_events()
    return made


def wanting() -> Subscription:
    made = free()
    made.want_paid_plan((OTHER_PLAN, 2, PLUS), WISH, SOON)
    made.open_mandate(WISH, "order_1", SOON)
    made.collect_events()
    return made


def topics(made: Subscription) -> list[str]:
    return [event.TOPIC.removeprefix("subscription.") for event in made.collect_events()]


def test_the_free_plan_goes_on_until_the_first_term_is_paid() -> None:
    made = free()
    made.want_paid_plan((OTHER_PLAN, 2, PLUS), WISH, SOON)
    assert topics(made) == ["paid_plan_wanted"]
    made.advance(NOON + 46 * DAY)
    assert (made.terms, made.plan_id, made.state) == (FIRST_FOUR["free"], PLAN, SubscriptionState.ACTIVE)
    assert made.awaits_mandate
    assert made.mandate_terms == PLUS


def test_paying_the_first_term_begins_it_and_its_waiting_time() -> None:
    made, at = wanting(), NOON + 10 * DAY
    for _ in range(2):
        made.give_mandate(WISH, "sub_1", ("pay_1", PRICE), "29", at)
    assert topics(made) == ["mandate_given", "change_planned", "charged", "term_begun"]
    assert made.term is not None
    assert (made.term.number, made.term.begins_at, made.plan_id, made.mandate) == (2, at, OTHER_PLAN, "sub_1")
    assert (made.terms, made.paid_plan, made.awaits_mandate) == (PLUS, None, False)
    until, left = at + timedelta(hours=PLUS.waiting_h), {Benefit.EVENTS: 2}
    assert made.covered_term(VEHICLE, Service.TOW, at).number == 2, "what the free plan gave goes on"
    assert made.covered_by(left, until - timedelta(seconds=1)) == (replace(PLUS, benefits=()), {Benefit.EVENTS: 0})
    assert made.covered_by(left, until) == (PLUS, left)
    made.advance(made.term.ends_at - 3 * DAY)
    assert made.charge is not None
    assert made.charge.amount_minor == PRICE, "the next term is charged by the mandate"


def test_the_same_wish_is_no_news_and_another_takes_its_place() -> None:
    made = free()
    made.want_paid_plan((OTHER_PLAN, 2, PLUS), WISH, SOON)
    made.want_paid_plan((OTHER_PLAN, 2, PLUS), OTHER_WISH, SOON)
    made.want_paid_plan((PLAN, 2, PREMIUM), OTHER_WISH, SOON)
    assert topics(made) == ["paid_plan_wanted", "mandate_refused", "paid_plan_wanted"]
    made.open_mandate(WISH, "order_1", SOON)
    made.refuse_mandate(WISH, SOON)
    assert topics(made) == [], "nobody waits for the first any more"
    with pytest.raises(OutOfTurn):
        made.doubt_mandate(WISH, SOON)
    made.open_mandate(OTHER_WISH, "order_2", SOON)
    made.give_mandate(WISH, "sub_1", ("pay_1", PRICE), "29", LATER)
    assert topics(made) == ["mandate_opened", "charged_in_vain"]
    made.give_mandate(OTHER_WISH, "sub_2", ("pay_2", PREMIUM.price_minor), "29", LATER)
    assert made.terms == PREMIUM


def test_what_is_not_what_was_agreed_is_to_be_given_back() -> None:
    made = wanting()
    made.give_mandate(WISH, "sub_1", ("pay_1", PRICE - 1), "29", LATER)
    (vain,) = made.collect_events()
    assert {leg.account: leg.amount_minor for leg in vain.legs} == {
        ledger.CLEARING: PRICE - 1,
        ledger.SUSPENSE: 1 - PRICE,
    }
    assert made.awaits_mandate
    assert made.terms.is_free


@pytest.mark.parametrize("is_open", [True, False])
def test_who_rests_or_ends_waits_for_no_mandate(is_open: bool) -> None:  # noqa: FBT001
    for act in ("pause", "end_now"):
        made = wanting() if is_open else free()
        if not is_open:
            made.want_paid_plan((OTHER_PLAN, 2, PLUS), WISH, SOON)
            made.collect_events()
        if act == "pause":
            made.pause(LATER)
        else:
            made.end_now(WhyEnded.CUSTOMER, LATER)
        assert ("mandate_refused" in topics(made)) is not is_open, "what is open needs no end"
        assert not made.awaits_mandate
        made.give_mandate(WISH, "sub_1", ("pay_1", PRICE), "29", LATER)
        assert topics(made) == ["charged_in_vain"]


def test_a_gateway_that_says_no_leaves_the_free_plan() -> None:
    made = free()
    made.want_paid_plan((OTHER_PLAN, 2, PLUS), WISH, SOON)
    for _ in range(2):
        made.refuse_mandate(WISH, LATER)
    assert topics(made) == ["paid_plan_wanted", "mandate_refused"]
    assert (made.state, made.awaits_mandate) == (SubscriptionState.ACTIVE, False)
    made.want_paid_plan((OTHER_PLAN, 2, PLUS), OTHER_WISH, LATER)
    assert made.mandate_operation == OTHER_WISH


def test_it_is_refused_where_it_makes_no_sense() -> None:
    made = free()
    with pytest.raises(OutOfTurn):
        made.want_paid_plan((OTHER_PLAN, 2, replace(PLUS, currency="EUR")), WISH, SOON)
    made.pause(SOON)
    with pytest.raises(NotSubscribed):
        made.want_paid_plan((OTHER_PLAN, 2, PLUS), WISH, SOON)
    made.end_now(WhyEnded.CUSTOMER, SOON)
    with pytest.raises(SubscriptionOver):
        made.want_paid_plan((OTHER_PLAN, 2, PLUS), WISH, SOON)
    given(Subscription, STARTED, ASKED).when(
        lambda s: s.want_paid_plan((OTHER_PLAN, 2, PLUS), WISH, SOON)
    ).then_refused(NotSubscribed)
    assert not given(Subscription, *RUNNING).now().needs_mandate_for(PREMIUM)


def test_a_membership_that_ends_before_its_mandate_was_opened_leaves_nothing_to_ask() -> None:
    for facts, told in (((STARTED, ASKED), ["mandate_refused", "ended"]), ((STARTED, ASKED, OPENED), ["ended"])):
        made = given(Subscription, *facts).now()
        made.end_now(WhyEnded.CUSTOMER, SOON)
        assert topics(made) == told
        made.open_mandate(MANDATE, "order_1", LATER)
        assert topics(made) == []


@pytest.mark.parametrize("price_minor", [1, 99, -1])
def test_a_price_that_can_never_be_paid_is_no_price(price_minor: int) -> None:
    with pytest.raises(BadPlan if price_minor > 0 else Exception):
        replace(PLUS, price_minor=price_minor).checked()
    assert replace(PLUS, price_minor=100).checked().price_minor == 100
