"""Does a payment, or an order at the gateway, tell why not, and remember what it was told?"""

from collections.abc import Callable

import pytest

from domain.money import BadAmount, CurrencyMismatch
from domain.payment import Payment
from domain.payment_order import PaymentOrder
from domain.payment_order_terms import (
    LEAST_MINOR,
    MOST_TRIES,
    NotAuthorised,
    NothingToRefund,
    OrderPurpose,
    Source,
    Told,
    TooLittle,
    TryStatus,
)
from domain.payment_terms import WhyWaived
from domain.price_terms import PaymentMethod
from domain.refusal import Refusal
from domain.split import bill_of
from tests.domain.money_facts import HOUSE, TOW_LINES, TOW_TOTAL, WAIVED, divided, due, owed, paid, repaid
from tests.domain.payment_order_facts import (
    AMOUNT,
    CAPTURE,
    FEE,
    GATEWAY_ORDER,
    ORDER,
    OTHER_PAY,
    PAY,
    REFUND,
    SAMPLES,
    TAX,
)
from tests.domain.test_machine_payment_order import an_order
from tests.support.roadside import CUSTOMER, LATER, NOON, REQUEST, SOON, some_id
from tests.support.rulebook import Fact, fact, fact_of, given

TOLD = {each.event_class.TOPIC: each for each in SAMPLES}
OF_TOW = f"{TOW_TOTAL} is due, not "
Facts = dict[str, str | int | bool | None]


def refusal_of(act: Callable[[], object]) -> tuple[str, Facts]:
    with pytest.raises(Refusal) as refused:
        act()
    return refused.value.detail, refused.value.facts


CASH = (due(PaymentMethod.CASH),)
DEBT = (due(), owed(), divided())
WHY_NOT: list[tuple[tuple[Fact, ...], Callable[[Payment], object], str, Facts]] = [
    ((due(), paid()), lambda p: p.capture(1, LATER), "the payment is paid", {"state": "paid", "act": "capture"}),
    ((due(), WAIVED), lambda p: p.owe(LATER), "the payment is waived", {"state": "waived", "act": "owe"}),
    (
        (due(), owed()),
        lambda p: p.waive(WhyWaived.OUR_FAULT, LATER),
        "the payment is owed",
        {"state": "owed", "act": "waive"},
    ),
    (
        (due(), paid(5)),
        lambda p: p.waive(WhyWaived.OUR_FAULT, LATER),
        "5 was paid already",
        {"state": "due", "act": "waive"},
    ),
    ((due(),), lambda p: p.capture(TOW_TOTAL + 1, LATER), f"{OF_TOW}{TOW_TOTAL + 1}", {"due_minor": TOW_TOTAL}),
    ((due(),), lambda p: p.cover(TOW_TOTAL + 1, LATER), f"{OF_TOW}{TOW_TOTAL + 1}", {"due_minor": TOW_TOTAL}),
    ((due(),), lambda p: p.collect(1, "INR", LATER), "the payment is due, by wallet", {"state": "due"}),
    (CASH, lambda p: p.collect(1, "INR", LATER), f"{OF_TOW}1", {"due_minor": TOW_TOTAL}),
    (CASH, lambda p: p.collect(1, "JPY", LATER), "INR is due", {"currency": "JPY", "wanted": "INR"}),
    (
        DEBT,
        lambda p: p.repay(TOW_TOTAL + 1, "INR", LATER),
        f"{TOW_TOTAL} is owed, not {TOW_TOTAL + 1}",
        {"due_minor": TOW_TOTAL},
    ),
    (
        (due(), paid(5)),
        lambda p: p.settle(bill_of(TOW_LINES), HOUSE, LATER),
        f"{TOW_TOTAL - 5} of {TOW_TOTAL} is open, the bill is {TOW_TOTAL}",
        {},
    ),
]


@pytest.mark.parametrize(("before", "act", "detail", "facts"), WHY_NOT)
def test_a_payment_tells_why_not(
    before: tuple[Fact, ...], act: Callable[[Payment], object], detail: str, facts: Facts
) -> None:
    assert refusal_of(lambda: act(given(Payment, *before).now())) == (detail, facts)


def test_a_debt_that_is_paid_tells_in_which_state_it_is() -> None:
    payment = given(Payment, *DEBT, repaid(TOW_TOTAL)).now()
    assert refusal_of(lambda: payment.repay(1, "INR", LATER))[1] == {"state": "settled"}


def test_a_membership_bears_a_part_or_all_of_it_before_anybody_pays() -> None:
    part = fact(
        Payment.Covered, LATER, request_id=REQUEST, customer_id=CUSTOMER, amount_minor=TOW_TOTAL - 1, currency="INR"
    )
    rest = fact(Payment.Covered, LATER, request_id=REQUEST, customer_id=CUSTOMER, amount_minor=1, currency="INR")
    given(Payment, due()).when(lambda p: p.cover(TOW_TOTAL - 1, LATER)).then(part)
    given(Payment, due(), part).when(lambda p: p.cover(1, LATER)).then(rest)
    given(Payment, due(), paid(1)).when(lambda p: p.cover(TOW_TOTAL - 1, LATER)).then(part)
    covered = given(Payment, due(), part, rest).now()
    assert (covered.paid_minor, covered.covered_minor, covered.open_minor) == (TOW_TOTAL, TOW_TOTAL, 0)
    for before in ((due(), part, rest), (due(), paid(TOW_TOTAL - 5)), (due(), WAIVED), (due(), owed())):
        with pytest.raises(Refusal):
            given(Payment, *before).now().cover(6, LATER)
    with pytest.raises(BadAmount):
        given(Payment, due()).now().cover(0, LATER)


def test_a_payment_that_no_provider_earns_from_has_no_commission_on_it() -> None:
    told = {**due().fields, "provider_id": None}
    told.pop("originator_topic")
    ours = given(Payment, fact(Payment.Due, due().at, **told), paid()).now()
    ours.settle(bill_of(TOW_LINES), HOUSE, LATER)
    (settled,) = [fact_of(event).fields for event in ours.collect_events()]
    assert (settled["provider_id"], settled["commission_tax_minor"], settled["payable_minor"]) == (None, 0, 0)


def opened(purpose: OrderPurpose = OrderPurpose.TOP_UP) -> PaymentOrder:
    order = an_order(purpose)
    order.opened(GATEWAY_ORDER, NOON)
    order.collect_events()
    return order


def news(order: PaymentOrder) -> list[Fact]:
    return [fact_of(event) for event in order.collect_events()]


def captured(payment: str = PAY) -> Told:
    return Told(payment, TryStatus.CAPTURED, AMOUNT, "INR", FEE, TAX)


def test_an_order_is_asked_for_from_the_least_amount_on() -> None:
    told = {"customer_id": CUSTOMER, "purpose": OrderPurpose.DEBT, "subject_id": REQUEST, "currency": "INR", "at": NOON}
    order = PaymentOrder.request(ORDER, amount_minor=LEAST_MINOR, **told)  # type: ignore[arg-type]  # texts, ids, instants
    assert (order.amount_minor, order.subject_id, order.created_on) == (LEAST_MINOR, REQUEST, NOON)
    with pytest.raises(TooLittle) as refused:
        PaymentOrder.request(ORDER, amount_minor=LEAST_MINOR - 1, **told)  # type: ignore[arg-type]  # texts, ids, instants
    assert (refused.value.detail, refused.value.facts) == ("the gateway takes 100 or more", {"least_minor": 100})


def test_what_became_of_the_opening_is_told_with_its_operation() -> None:
    doubted = an_order()
    doubted.collect_events()
    doubted.opening_doubted("no_answer", SOON)
    doubted.opening_rejected("refused", SOON)
    doubted.opening_doubted("no_answer", SOON)
    doubted.opened(GATEWAY_ORDER, SOON)
    wanted = [TOLD["payment_order.opening_doubted"], TOLD["payment_order.opening_rejected"]]
    assert news(doubted) == wanted


def test_an_order_that_is_not_open_says_so() -> None:
    order = an_order()
    detail, facts = refusal_of(lambda: order.verify_callback(PAY, SOON))
    assert (detail, facts) == ("the order is opening", {"state": "opening", "act": "verify_callback"})
    done = opened()
    done.learn(captured(), Source.WEBHOOK, SOON)
    detail, facts = refusal_of(lambda: done.abandon(LATER))
    assert (detail, facts) == ("the order is paid", {"state": "paid", "act": "abandon"})
    with pytest.raises(CurrencyMismatch) as refused:
        done.learn(Told(PAY, TryStatus.CAPTURED, AMOUNT, "JPY"), Source.WEBHOOK, SOON)
    assert refused.value.detail == "the order is in INR"
    assert refused.value.facts == {"currency": "JPY", "wanted": "INR"}


def test_an_order_is_given_up_once() -> None:
    order = opened()
    order.abandon(LATER)
    order.abandon(LATER)
    assert news(order) == [TOLD["payment_order.abandoned"]]
    refused = an_order()
    refused.opening_rejected("refused", SOON)
    assert refusal_of(lambda: refused.abandon(LATER))[1] == {"state": "refused", "act": "abandon"}


def test_only_so_many_tries_at_a_checkout_are_told_apart() -> None:
    order = opened()
    for number in range(MOST_TRIES + 3):
        order.verify_callback(f"pay_{number}", SOON)
    assert len(news(order)) == MOST_TRIES


def test_news_of_a_try_keeps_what_was_known_of_it() -> None:
    order = opened(OrderPurpose.JOB)
    order.learn(Told(PAY, TryStatus.CREATED, AMOUNT, "INR"), Source.ASKED, SOON)
    order.learn(Told(OTHER_PAY, TryStatus.CREATED, AMOUNT, "INR"), Source.ASKED, SOON)
    order.learn(Told(PAY, TryStatus.AUTHORIZED, AMOUNT + 1, "INR"), Source.ASKED, SOON)
    assert [(each.payment, each.status, each.amount_minor) for each in order.tries] == [
        (PAY, TryStatus.AUTHORIZED, AMOUNT),
        (OTHER_PAY, TryStatus.CREATED, AMOUNT),
    ]


def test_a_capture_is_asked_for_once_and_a_doubt_names_it() -> None:
    order = opened(OrderPurpose.JOB)
    assert refusal_of(lambda: order.ask_for_capture(SOON))[1] == {"state": "open"}
    order.learn(Told(PAY, TryStatus.AUTHORIZED, AMOUNT, "INR"), Source.ASKED, SOON)
    order.collect_events()
    operation = CAPTURE
    for act in (order.capture_doubted, order.capture_rejected):
        act(operation, "no_answer", SOON)
    assert news(order) == []
    order.ask_for_capture(SOON)
    order.ask_for_capture(SOON)
    order.capture_doubted(some_id(1), "no_answer", SOON)
    order.capture_rejected(some_id(1), "refused", SOON)
    order.capture_doubted(operation, "no_answer", SOON)
    order.capture_rejected(operation, "refused", LATER)
    asked, doubted, rejected = news(order)
    assert asked.event_class is PaymentOrder.CaptureAsked
    assert (doubted.fields, rejected.at) == ({"operation_id": operation, "why": "no_answer"}, LATER)
    with pytest.raises(NotAuthorised):
        order.ask_for_capture(LATER)


def test_an_order_that_captures_at_once_is_never_asked_to() -> None:
    order = opened()
    order.ask_for_capture(SOON)
    assert news(order) == []


def test_no_more_goes_back_than_was_captured() -> None:
    order = opened()
    with pytest.raises(NothingToRefund):
        order.ask_for_refund(REFUND, 1, SOON)
    order.learn(captured(), Source.WEBHOOK, SOON)
    order.learn(captured(OTHER_PAY), Source.WEBHOOK, SOON)
    order.collect_events()
    with pytest.raises(BadAmount):
        order.ask_for_refund(REFUND, 0, SOON)
    assert order.ask_for_refund(REFUND, 40, SOON) == PAY
    assert order.ask_for_refund(REFUND, 40, SOON) == PAY
    asked = TOLD["payment_order.refund_asked"]
    assert news(order) == [Fact(asked.event_class, SOON, {**asked.fields, "amount_minor": 40})]
    left = AMOUNT - 40
    told = refusal_of(lambda: order.ask_for_refund(some_id(1), left + 1, SOON))
    assert told == (f"{left} can go back", {"left_minor": left})
    assert order.ask_for_refund(some_id(1), left, SOON) == PAY
    assert refusal_of(lambda: order.ask_for_refund(some_id(2), 1, SOON))[1] == {"left_minor": 0}


def test_a_fee_whose_tax_is_not_known_has_none() -> None:
    order = opened()
    order.learn(Told(PAY, TryStatus.CAPTURED, AMOUNT, "INR", FEE, None), Source.WEBHOOK, SOON)
    fee = [each.fields for each in news(order) if each.event_class is PaymentOrder.FeeLearned]
    assert [(each["fee_minor"], each["tax_minor"]) for each in fee] == [(FEE, 0)]


def test_an_order_that_was_given_up_names_the_payment_that_opens_it_again() -> None:
    order = opened()
    order.abandon(LATER)
    order.collect_events()
    order.learn(captured(), Source.WEBHOOK, LATER)
    assert news(order)[0] == TOLD["payment_order.reopened"]
