"""What becomes of a bill, and why can something not become of it?"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from domain.credit_terms import TooMuchCredited
from domain.invoice import BadInvoice, Invoice, InvoiceSeries
from domain.invoice_life import CANCELLED_WITHIN, BadRegistration
from domain.invoice_terms import Exhausted, WhyCancelled, number_text
from domain.payment import Payment
from domain.refusal import OutOfTurn
from tests.domain.document_facts import ASKED, CANCELLED, CREDITED, DOUBTED, IRN, NOTE, OPERATION, REGISTERED, REJECTED
from tests.domain.money_facts import (
    ISSUED,
    KARNATAKA,
    NUMBERED,
    PAYMENT,
    SAC,
    THE_INVOICE,
    THE_SERIES,
    TOW_LINES,
    TOW_TOTAL,
    due,
)
from tests.domain.test_machine_invoice import INDIA, a_bill
from tests.support.roadside import LATER, some_id
from tests.support.rulebook import Fact, fact_of, given, replayed, row_of

OTHER = some_id(180)


def news(bill: Invoice) -> list[Fact]:
    return [fact_of(event) for event in bill.collect_events()]


def standing() -> Invoice:
    bill = a_bill()
    bill.collect_events()
    return bill


def asked() -> Invoice:
    bill = standing()
    bill.ask_registration(OPERATION, 1, LATER)
    assert news(bill) == [ASKED]
    return bill


def says_why(bill: Invoice, act: Callable[[Invoice], object], why: str) -> None:
    with pytest.raises(OutOfTurn) as refused:
        act(bill)
    assert refused.value.detail == why
    assert news(bill) == []


def ask(bill: Invoice) -> None:
    bill.ask_registration(OTHER, 1, LATER)


def cancel(bill: Invoice) -> None:
    bill.cancel(WhyCancelled.DATA_ENTRY, LATER)


def credit(bill: Invoice) -> None:
    bill.credit(NOTE, 59_000, INDIA, LATER)


def test_a_registration_is_remembered_as_the_registrar_told_it() -> None:
    bill = asked()
    bill.take_registration(OPERATION, IRN, "112010000000001", LATER, LATER)
    told = news(bill)
    assert [(each.event_class, each.at) for each in told] == [(REGISTERED.event_class, LATER)]
    assert told[0].fields.keys() == REGISTERED.fields.keys()
    assert (bill.irn, bill.is_registering) == (IRN, False)
    ask(bill)
    assert news(bill) == []


def test_a_rejection_and_a_doubt_are_of_the_operation_that_asked() -> None:
    bill = asked()
    bill.take_rejection(OTHER, "2172", LATER)
    bill.doubt_registration(OTHER, "no_answer", LATER)
    assert news(bill) == []
    waits = []
    for act, word in ((bill.doubt_registration, "no_answer"), (bill.take_rejection, "2172")):
        act(OPERATION, word, LATER)
        waits.append(bill.is_registering)
    assert waits == [True, False]
    assert news(bill) == [DOUBTED, REJECTED]
    bill.doubt_registration(OPERATION, "no_answer", LATER)
    bill.take_rejection(OPERATION, "2172", LATER)
    assert news(bill) == []


def test_what_could_be_a_name_is_no_code() -> None:
    bill = asked()
    for act in (bill.take_rejection, bill.doubt_registration):
        with pytest.raises(BadRegistration):
            act(OPERATION, "Ravi Kumar", LATER)
    with pytest.raises(BadRegistration):
        bill.take_registration(OPERATION, IRN, "no number", LATER, LATER)
    assert news(bill) == []


def test_a_bill_is_cancelled_once_and_nothing_comes_after() -> None:
    bill = standing()
    cancel(bill)
    assert news(bill) == [CANCELLED]
    cancel(bill)
    assert news(bill) == []
    says_why(bill, ask, "it was cancelled")
    says_why(bill, credit, "it was cancelled")


def test_only_a_fresh_bill_that_nothing_came_of_can_be_cancelled() -> None:
    credited = standing()
    credit(credited)
    assert news(credited) == [CREDITED]
    registered = asked()
    registered.take_registration(OPERATION, IRN, "1", LATER, LATER)
    registered.collect_events()
    for bill in (credited, asked(), registered):
        says_why(bill, cancel, "a bill that is registered or credited is corrected by a credit note")
    late = standing()
    at = late.created_on + CANCELLED_WITHIN
    why = "a bill is cancelled within a day, and corrected by a credit note later"
    says_why(late, lambda bill: bill.cancel(WhyCancelled.OTHER, at), why)


def test_while_nobody_knows_whether_it_is_registered_nothing_is_credited() -> None:
    says_why(asked(), credit, "nobody knows yet whether it is registered")


def test_no_more_is_credited_than_is_left_of_it() -> None:
    bill = standing()
    assert bill.credit(OTHER, 1, INDIA, LATER) is not None
    left = bill.total_minor - 1
    for amount in (left + 1, 0, -1):
        with pytest.raises(TooMuchCredited) as refused:
            bill.credit(NOTE, amount, INDIA, LATER)
        assert refused.value.facts == {"left_minor": left}
    assert bill.credit(NOTE, left, INDIA, LATER) is not None
    assert (bill.credited_minor, bill.credit_notes) == (bill.total_minor, (OTHER, NOTE))


def test_a_bill_of_a_supplier_without_a_registration_registers_nowhere() -> None:
    bill = given(Invoice, ISSUED).now()
    says_why(bill, ask, "a supplier without a registration registers no bills")


def test_a_bill_tells_why_it_cannot_be() -> None:
    payment = replayed([row_of(due(), 1, PAYMENT)], PAYMENT)
    assert isinstance(payment, Payment)
    terms = {"sac": SAC, "place_of_supply": KARNATAKA, "time_zone": INDIA, "at": LATER}
    for series, lines, why in (
        (THE_SERIES, TOW_LINES[:1], f"the lines do not make {TOW_TOTAL}"),
        (replace(THE_SERIES, financial_year="26-27"), TOW_LINES, "26-27 is not the financial year"),
    ):
        with pytest.raises(BadInvoice) as refused:
            Invoice.issue(series, payment, lines, **terms)  # type: ignore[arg-type]  # texts and an instant
        assert refused.value.detail == why
    with pytest.raises(Exhausted, match=r"^VA/26-27/10000000$"):
        number_text("VA", "26-27", 10_000_000)


def test_two_documents_of_one_save_take_two_numbers_of_the_series() -> None:
    series = InvoiceSeries.take(THE_SERIES, THE_INVOICE, LATER)
    series.take_another(OTHER, LATER)
    first, second = [fact_of(event) for event in series.collect_events()]
    assert (first, second.fields["invoice_id"], second.at) == (NUMBERED, OTHER, LATER)
    assert {**second.fields, "invoice_id": THE_INVOICE} == first.fields
    assert (second.event_class, series.taken) == (first.event_class, 2)
