"""Which rules does a payment keep? All of it is paid or owed, it is divided once, and cash stays with who has it."""

from collections.abc import Callable

import pytest

from domain.money import BadAmount, CurrencyMismatch
from domain.payment import Payment
from domain.payment_terms import NothingDue, PaymentState, WhyWaived, WrongAmount, payment_id
from domain.price_terms import PaymentMethod
from domain.refusal import OutOfTurn, Refusal
from domain.split import bill_of
from tests.domain.money_facts import (
    COLLECTED,
    HOUSE,
    PAYMENT,
    TOW_LINES,
    TOW_TOTAL,
    WAIVED,
    divided,
    due,
    due_payment,
    owed,
    paid,
    repaid,
)
from tests.support.roadside import LATER, OTHER_REQUEST, REQUEST
from tests.support.rulebook import Fact, born, given

Command = Callable[[Payment], object]
BILL = bill_of(TOW_LINES)
CASH_DUE = due(PaymentMethod.CASH)


def capture(amount_minor: int = TOW_TOTAL) -> Command:
    return lambda p: p.capture(amount_minor, LATER)


def collect(amount_minor: int = TOW_TOTAL, currency: str = "INR") -> Command:
    return lambda p: p.collect(amount_minor, currency, LATER)


def owe(p: Payment) -> None:
    p.owe(LATER)


def settle(p: Payment) -> None:
    p.settle(BILL, HOUSE, LATER)


def repay(amount_minor: int, currency: str = "INR") -> Command:
    return lambda p: p.repay(amount_minor, currency, LATER)


def waive(p: Payment) -> None:
    p.waive(WhyWaived.OUR_FAULT, LATER)


def test_a_request_has_one_payment() -> None:
    payment = due_payment()
    assert payment.id == PAYMENT == payment_id(REQUEST) != payment_id(OTHER_REQUEST)
    assert born(payment) == due()


def test_what_the_wallet_gave_is_divided_as_in_the_worked_example() -> None:
    given(Payment, due()).when(capture()).then(paid())
    given(Payment, due(), paid()).when(settle).then(divided())
    given(Payment, due(), paid(), divided()).when(settle).then_nothing()


def test_what_the_wallet_could_not_give_the_customer_owes() -> None:
    given(Payment, due(), paid(1)).when(owe).then(owed(TOW_TOTAL - 1))
    given(Payment, due(), paid(1), owed(TOW_TOTAL - 1)).when(settle).then(divided())
    given(Payment, due(), paid()).when(owe).then_nothing()
    given(Payment, due(), owed()).when(owe).then_nothing()


def test_a_debt_is_paid_later_in_parts() -> None:
    before = (due(), owed(), divided())
    given(Payment, *before).when(repay(5_000)).then(repaid(5_000))
    given(Payment, *before, repaid(5_000)).when(repay(TOW_TOTAL - 5_000)).then(repaid(TOW_TOTAL - 5_000))
    payment = given(Payment, *before, repaid(5_000)).now()
    assert (payment.paid_minor, payment.owed_minor, payment.open_minor) == (5_000, TOW_TOTAL - 5_000, 0)


def test_a_provider_keeps_the_cash_and_owes_the_commission() -> None:
    given(Payment, CASH_DUE).when(collect()).then(COLLECTED)
    given(Payment, CASH_DUE, COLLECTED).when(settle).then(divided(cash_kept=TOW_TOTAL))


@pytest.mark.parametrize(
    ("before", "command", "refusal"),
    [
        ((due(),), collect(), NothingDue),
        ((CASH_DUE, COLLECTED), collect(), NothingDue),
        ((CASH_DUE, WAIVED), collect(), NothingDue),
        ((CASH_DUE,), collect(TOW_TOTAL - 1), WrongAmount),
        ((CASH_DUE,), collect(TOW_TOTAL + 1), WrongAmount),
        ((CASH_DUE,), collect(currency="JPY"), CurrencyMismatch),
        ((due(),), capture(TOW_TOTAL + 1), WrongAmount),
        ((due(), paid(5)), capture(), WrongAmount),
        ((due(), paid()), capture(1), OutOfTurn),
        ((due(), paid(5)), settle, WrongAmount),
        ((due(), WAIVED), settle, WrongAmount),
        ((due(), WAIVED), owe, OutOfTurn),
        ((due(), paid(5)), waive, OutOfTurn),
        ((due(), paid()), waive, OutOfTurn),
        ((due(), paid(), divided()), repay(1), NothingDue),
        ((due(), owed(), divided()), repay(TOW_TOTAL + 1), WrongAmount),
        ((due(), owed(), divided()), repay(0), BadAmount),
        ((due(), owed(), divided()), repay(1, "JPY"), CurrencyMismatch),
        ((due(), owed(), divided(), repaid(TOW_TOTAL)), repay(1), NothingDue),
    ],
)
def test_what_is_not_due_is_refused(before: tuple[Fact, ...], command: Command, refusal: type[Refusal]) -> None:
    given(Payment, *before).when(command).then_refused(refusal)


def test_a_bill_that_is_not_what_was_paid_divides_nothing() -> None:
    with pytest.raises(WrongAmount):
        given(Payment, due(), paid()).now().settle(bill_of(TOW_LINES[:1]), HOUSE, LATER)


def test_what_is_due_can_be_waived_once() -> None:
    given(Payment, due()).when(waive).then(WAIVED)
    given(Payment, due(), WAIVED).when(waive).then_nothing()
    assert given(Payment, due(), WAIVED).now().state is PaymentState.WAIVED
