"""May something go back of a payment that a bank asks back, and how much when it has decided?"""

import pytest

from domain.payment_order import PaymentOrder
from domain.payment_order_terms import NothingToRefund, PaymentDisputed, RefundTooLarge, Source, Told, TryStatus
from tests.domain.dispute_facts import SAMPLES
from tests.domain.payment_order_facts import AMOUNT, GATEWAY_ORDER, OTHER_PAY, PAY, REFUND
from tests.domain.test_machine_payment_order import an_order
from tests.support.roadside import LATER, SOON, some_id
from tests.support.rulebook import fact_of

FIRST, SECOND = some_id(191), some_id(192)
TOLD = {each.event_class.TOPIC: each for each in SAMPLES}


def paid() -> PaymentOrder:
    """An order with the payment that paid it, and one that came too late to."""
    order = an_order()
    order.opened(GATEWAY_ORDER, SOON)
    for payment in (PAY, OTHER_PAY):
        order.learn(Told(payment, TryStatus.CAPTURED, AMOUNT, "INR"), Source.WEBHOOK, SOON)
    order.collect_events()
    return order


def test_nothing_goes_back_while_a_bank_asks_and_what_is_left_afterwards() -> None:
    order = paid()
    assert order.refundable_minor == AMOUNT
    order.disputed(FIRST, PAY, SOON)
    order.disputed(FIRST, PAY, LATER)
    (news,) = (fact_of(each) for each in order.collect_events())
    expected = TOLD["payment_order.disputed"].fields | {"dispute_id": FIRST}
    assert (news.at, news.fields) == (SOON, expected)
    assert order.refundable_minor == 0
    with pytest.raises(PaymentDisputed) as refused:
        order.ask_for_refund(REFUND, 1, SOON)
    assert refused.value.facts == {"payment": PAY}

    order.dispute_ended(FIRST, PAY, 100, LATER)
    order.dispute_ended(FIRST, PAY, 100, LATER)
    order.disputed(FIRST, PAY, LATER)
    (news,) = (fact_of(each) for each in order.collect_events())
    assert news.fields == TOLD["payment_order.dispute_ended"].fields | {"dispute_id": FIRST, "lost_minor": 100}
    assert order.refundable_minor == AMOUNT - 100
    with pytest.raises(RefundTooLarge) as refused_too:
        order.ask_for_refund(REFUND, AMOUNT - 99, SOON)
    assert refused_too.value.facts == {"left_minor": AMOUNT - 100}
    assert order.ask_for_refund(REFUND, AMOUNT - 100, SOON) == PAY
    assert order.refundable_minor == 0


def test_what_was_asked_for_before_stays_so_and_another_end_counts_instead_of_the_first() -> None:
    order = paid()
    order.ask_for_refund(REFUND, 40, SOON)
    order.disputed(FIRST, PAY, SOON)
    assert order.ask_for_refund(REFUND, 40, LATER) == PAY
    order.dispute_ended(FIRST, PAY, 100, LATER)
    order.dispute_ended(FIRST, PAY, 0, LATER)
    assert order.refundable_minor == AMOUNT - 40
    assert len(order.challenges) == 1


def test_two_disputes_count_together_and_one_of_another_payment_not_at_all() -> None:
    order = paid()
    order.disputed(SECOND, OTHER_PAY, SOON)
    assert order.refundable_minor == AMOUNT
    order.dispute_ended(SECOND, OTHER_PAY, AMOUNT, SOON)
    assert order.refundable_minor == AMOUNT
    order.disputed(FIRST, PAY, SOON)
    order.dispute_ended(FIRST, PAY, 100, SOON)
    order.disputed(some_id(193), PAY, SOON)
    assert order.refundable_minor == 0
    order.dispute_ended(some_id(193), PAY, 200, SOON)
    assert order.refundable_minor == AMOUNT - 300


def test_an_order_that_nobody_paid_has_nothing_to_give_back() -> None:
    order = an_order()
    assert order.refundable_minor == 0
    with pytest.raises(NothingToRefund):
        order.ask_for_refund(REFUND, 1, SOON)
