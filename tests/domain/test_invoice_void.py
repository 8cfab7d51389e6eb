"""How is a registered bill made void, until when, and why can it not be?"""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.invoice import Invoice
from domain.invoice_life import CANCELLED_WITHIN, BadRegistration
from domain.invoice_terms import WhyCancelled
from domain.refusal import OutOfTurn
from tests.domain.document_facts import (
    ASKED,
    CANCELLED,
    CREDITED,
    NOTE,
    OPERATION,
    REGISTERED,
    VOID_ASKED,
    VOID_CONFIRMED,
    VOID_DOUBTED,
    VOID_REJECTED,
)
from tests.domain.money_facts import ISSUED
from tests.support.roadside import LATER, some_id
from tests.support.rulebook import given

OTHER = some_id(191)
WHY = WhyCancelled.DATA_ENTRY
LAST = LATER + CANCELLED_WITHIN - timedelta(microseconds=1)
REGISTERED_BILL = given(Invoice, ISSUED, ASKED, REGISTERED)
ENDING = given(Invoice, ISSUED, ASKED, REGISTERED, VOID_ASKED)
CREDIT_ONLY = "a bill that is credited is corrected by another credit note"
TOO_LATE = "a registered bill is void within a day, and corrected by a credit note later"


def test_the_registrar_is_asked_within_a_day_and_once() -> None:
    REGISTERED_BILL.when(lambda b: b.ask_void(OPERATION, WHY, LATER)).then(VOID_ASKED)
    REGISTERED_BILL.when(lambda b: b.ask_void(OPERATION, WHY, LAST)).then(replace(VOID_ASKED, at=LAST))
    ENDING.when(lambda b: b.ask_void(OTHER, WHY, LATER)).then_nothing()
    void = given(Invoice, ISSUED, ASKED, REGISTERED, VOID_ASKED, VOID_CONFIRMED, CANCELLED)
    void.when(lambda b: b.ask_void(OTHER, WHY, LATER)).then_nothing()
    kept = given(Invoice, ISSUED, ASKED, REGISTERED, VOID_ASKED, VOID_REJECTED)
    again = replace(VOID_ASKED, fields=VOID_ASKED.fields | {"operation_id": OTHER})
    kept.when(lambda b: b.ask_void(OTHER, WHY, LATER)).then(again)


def test_who_asks_out_of_turn_is_told_what_to_do_instead() -> None:
    credited = given(Invoice, ISSUED, ASKED, REGISTERED, CREDITED)
    for bill in (given(Invoice, ISSUED), credited):
        with pytest.raises(OutOfTurn) as refused:
            bill.now().ask_void(OPERATION, WHY, LATER)
        assert refused.value.detail == CREDIT_ONLY
    with pytest.raises(OutOfTurn) as refused:
        REGISTERED_BILL.now().ask_void(OPERATION, WHY, LATER + CANCELLED_WITHIN)
    assert refused.value.detail == TOO_LATE


def test_what_the_registrar_says_is_told_under_its_operation_and_once() -> None:
    ENDING.when(lambda b: b.take_void(OPERATION, LATER)).then(VOID_CONFIRMED)
    ENDING.when(lambda b: b.take_void_rejection(OPERATION, "2270", LATER)).then(VOID_REJECTED)
    ENDING.when(lambda b: b.doubt_void(OPERATION, "no_answer", LATER)).then(VOID_DOUBTED)
    assert ENDING.now().take_void(OPERATION, LATER) is WHY
    assert ENDING.now().take_void(OTHER, LATER) is None
    assert REGISTERED_BILL.now().take_void(OPERATION, LATER) is None
    for bill, operation in ((ENDING, OTHER), (REGISTERED_BILL, OPERATION)):
        bill.when(lambda b, op=operation: b.take_void(op, LATER)).then_nothing()  # type: ignore[misc]  # bound now
        bill.when(lambda b, op=operation: b.take_void_rejection(op, "2270", LATER)).then_nothing()  # type: ignore[misc]  # bound now
        bill.when(lambda b, op=operation: b.doubt_void(op, "no_answer", LATER)).then_nothing()  # type: ignore[misc]  # bound now


@pytest.mark.parametrize("words", ["", "Asha Rao, 98450 00000", json.dumps({"code": 1})])
def test_a_reason_is_a_code_in_which_no_name_fits(words: str) -> None:
    ENDING.when(lambda b: b.take_void_rejection(OPERATION, words, LATER)).then_refused(BadRegistration)
    ENDING.when(lambda b: b.doubt_void(OPERATION, words, LATER)).then_refused(BadRegistration)


def test_a_bill_that_may_be_void_is_not_credited_and_one_that_became_void_says_why() -> None:
    with pytest.raises(OutOfTurn) as refused:
        ENDING.now().credit(NOTE, 59_000, "Asia/Kolkata", LATER)
    assert refused.value.detail == "nobody knows yet whether it is void"
    taken = given(Invoice, ISSUED, ASKED, REGISTERED, VOID_ASKED, VOID_CONFIRMED)
    taken.when(lambda b: b.became_void(WHY, LATER)).then(CANCELLED)
