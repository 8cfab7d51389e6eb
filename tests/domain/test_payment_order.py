"""Whatever the gateway tells, in whichever order and how often: does an order come to the same?"""

from itertools import permutations

import pytest

from domain.aggregate import Aggregate
from domain.intent import asks
from domain.ledger import MoneyEvent
from domain.payment_order import PaymentOrder
from domain.payment_order_terms import (
    Becomes,
    NotAuthorised,
    OrderPurpose,
    OrderState,
    Source,
    Told,
    TooLittle,
    TryStatus,
    try_of,
)
from domain.refusal import OutOfTurn
from tests.domain.payment_order_facts import AMOUNT, FEE, GATEWAY_ORDER, ORDER, PAY, TAX
from tests.domain.test_machine_payment_order import an_order
from tests.support.roadside import CUSTOMER, LATER, NOON, SOON

CREATED = Told(PAY, TryStatus.CREATED, AMOUNT, "INR")
FAILED = Told(PAY, TryStatus.FAILED, AMOUNT, "INR")
AUTHORISED = Told(PAY, TryStatus.AUTHORIZED, AMOUNT, "INR")
WITHOUT_FEE = Told(PAY, TryStatus.CAPTURED, AMOUNT, "INR")
CAPTURED = Told(PAY, TryStatus.CAPTURED, AMOUNT, "INR", FEE, TAX)
AT_CHECKOUT = "the customer's browser"
MESSAGES: tuple[tuple[Told | str, Source], ...] = (
    (CREATED, Source.ASKED),
    (FAILED, Source.WEBHOOK),
    (AUTHORISED, Source.WEBHOOK),
    (AUTHORISED, Source.ASKED),
    (WITHOUT_FEE, Source.WEBHOOK),
    (CAPTURED, Source.WEBHOOK),
    (CAPTURED, Source.ASKED),
    (AT_CHECKOUT, Source.CHECKOUT),
)


def opened(purpose: OrderPurpose = OrderPurpose.TOP_UP) -> PaymentOrder:
    order = an_order(purpose)
    order.opened(GATEWAY_ORDER, NOON)
    order.collect_events()
    return order


def test_all_orders_of_eight_messages_each_told_twice_come_to_the_same() -> None:
    outcomes = set()
    for way in permutations(MESSAGES):
        order = opened()
        for told, source in (*way, *way):
            if isinstance(told, str):
                order.verify_callback(PAY, SOON)
            else:
                order.learn(told, source, SOON)
        facts = order.collect_events()
        booked = sorted(each.transfer_id for each in facts if isinstance(each, MoneyEvent))
        wanted = [asks(type(each)) for each in facts if asks(type(each))]
        outcomes.add((order.state, order.tries, tuple(booked), tuple(wanted), order.seen_at_checkout))
    (one,) = outcomes
    assert one[0] is OrderState.PAID
    assert one[2:4] == ((f"cap:{PAY}", f"fee:{PAY}"), ())


def test_a_failure_is_not_the_end() -> None:
    order = opened()
    order.learn(FAILED, Source.WEBHOOK, SOON)
    assert order.learn(CAPTURED, Source.WEBHOOK, LATER) is Becomes.PAYS
    assert order.learn(FAILED, Source.WEBHOOK, LATER) is None
    assert order.state is OrderState.PAID


def test_a_second_payment_is_a_duplicate() -> None:
    order = opened()
    assert order.learn(CAPTURED, Source.WEBHOOK, SOON) is Becomes.PAYS
    second = Told("pay_2", TryStatus.CAPTURED, AMOUNT, "INR")
    assert order.learn(second, Source.ASKED, SOON) is Becomes.DUPLICATE
    assert order.learn(second, Source.WEBHOOK, SOON) is None


@pytest.mark.parametrize(
    ("purpose", "becomes", "state"),
    [
        (OrderPurpose.TOP_UP, Becomes.PAYS, OrderState.PAID),
        (OrderPurpose.DEBT, Becomes.PAYS, OrderState.PAID),
        (OrderPurpose.JOB, Becomes.LATE, OrderState.ABANDONED),
    ],
)
def test_what_comes_late_is_welcome_unless_the_job_goes_on_without_it(
    purpose: OrderPurpose, becomes: Becomes, state: OrderState
) -> None:
    order = opened(purpose)
    order.abandon(SOON)
    assert order.learn(CAPTURED, Source.WEBHOOK, LATER) is becomes
    assert order.state is state
    if state is OrderState.PAID:
        with pytest.raises(OutOfTurn):
            order.abandon(LATER)


def test_what_is_authorised_is_captured_when_we_say_so() -> None:
    order = opened(OrderPurpose.JOB)
    with pytest.raises(NotAuthorised):
        order.ask_for_capture(SOON)
    order.learn(AUTHORISED, Source.WEBHOOK, SOON)
    order.ask_for_capture(SOON)
    order.ask_for_capture(SOON)
    order.learn(CAPTURED, Source.ASKED, LATER)
    told = [type(each).__name__ for each in order.collect_events()]
    assert told == ["FactLearned", "CaptureAsked", "PaymentCaptured", "CaptureConfirmed", "FeeLearned"]


def test_a_capture_that_was_refused_is_not_asked_for_again() -> None:
    order = opened(OrderPurpose.JOB)
    order.learn(AUTHORISED, Source.WEBHOOK, SOON)
    order.ask_for_capture(SOON)
    assert order.capture is not None
    order.capture_rejected(order.capture.operation_id, "refused", LATER)
    with pytest.raises(NotAuthorised):
        order.ask_for_capture(LATER)


def test_what_was_never_captured_and_went_back_books_nothing() -> None:
    order = opened(OrderPurpose.JOB)
    order.learn(AUTHORISED, Source.WEBHOOK, SOON)
    order.learn(Told(PAY, TryStatus.GIVEN_BACK, AMOUNT, "INR"), Source.WEBHOOK, LATER)
    order.learn(AUTHORISED, Source.WEBHOOK, LATER)
    given_back = try_of(order.tries, PAY)
    assert given_back is not None
    assert given_back.status is TryStatus.GIVEN_BACK
    assert not any(isinstance(each, MoneyEvent) for each in order.collect_events())


def test_the_gateway_takes_no_less_than_one_rupee() -> None:
    with pytest.raises(TooLittle):
        PaymentOrder.request(
            ORDER,
            customer_id=CUSTOMER,
            purpose=OrderPurpose.TOP_UP,
            subject_id=None,
            amount_minor=99,
            currency="INR",
            at=NOON,
        )


def test_nothing_is_verified_before_there_is_an_order() -> None:
    order: Aggregate = an_order()
    assert isinstance(order, PaymentOrder)
    with pytest.raises(OutOfTurn):
        order.verify_callback(PAY, SOON)
