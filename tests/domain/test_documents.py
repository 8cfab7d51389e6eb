"""Do notes, vouchers and registrations say what their rules ask for?"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.credit_note import CreditNote
from domain.credit_terms import CreditedTooLate, WhyCredited, check_in_time
from domain.gst.gstin import BadGstin
from domain.invoice_life import BadRegistration
from domain.invoice_terms import DocType
from domain.price_terms import LineKind
from domain.receipt_voucher import Advance, ReceiptVoucher, receipt_voucher_id
from domain.refund_voucher import RefundVoucher, refund_voucher_id
from domain.refusal import OutOfTurn
from domain.tax_registration import TaxRegistrations
from domain.timeline import BadEffect
from tests.domain.document_facts import GSTIN, HALVES, IRN, NOTE, ORDER, RECEIPT_ISSUED, series
from tests.domain.money_facts import SAC
from tests.domain.test_machine_invoice import INDIA, a_bill
from tests.support.roadside import CUSTOMER, LATER, NOON, REQUEST
from tests.support.rulebook import born


def advance(amount: int = 59_000, place: str | None = None, rate_bp: int = 1_800) -> Advance:
    return Advance(ORDER, REQUEST, CUSTOMER, amount, "INR", rate_bp, "29", place, SAC)


def receipt(told: Advance) -> ReceiptVoucher:
    return ReceiptVoucher.issue(series(DocType.RECEIPT_VOUCHER), told, INDIA, LATER)


def test_an_advance_whose_place_cannot_be_told_is_between_states() -> None:
    voucher = receipt(advance())
    assert voucher.id == receipt_voucher_id(REQUEST, 0)
    assert born(voucher) == RECEIPT_ISSUED
    assert [line.kind for line in receipt(advance(place="27")).tax_lines] == [LineKind.TAX_IGST]
    assert [line.amount_minor for line in receipt(advance(place="29")).tax_lines] == [4_500, 4_500]


@given(st.integers(1, 10**9), st.sampled_from([0, 500, 1_200, 1_800]), st.sampled_from([None, "27", "29"]))
def test_value_and_taxes_make_the_advance(amount: int, rate_bp: int, place: str | None) -> None:
    voucher = receipt(advance(amount, place, rate_bp))
    assert sum(line.amount_minor for line in (*voucher.lines, *voucher.tax_lines)) == amount
    assert len({line.amount_minor for line in voucher.tax_lines}) <= 1


def test_an_advance_ends_once() -> None:
    voucher = receipt(advance())
    back = RefundVoucher.issue(series(DocType.REFUND_VOUCHER), voucher, INDIA, LATER)
    assert (back.id, back.total_minor) == (refund_voucher_id(voucher.id), 59_000)
    voucher.give_back(back.id, LATER)
    voucher.give_back(back.id, LATER)
    with pytest.raises(OutOfTurn):
        voucher.bill(NOTE, LATER)
    assert len(voucher.pending_events) == 2
    other = receipt(advance())
    other.bill(NOTE, LATER)
    other.bill(NOTE, LATER)
    with pytest.raises(OutOfTurn):
        other.give_back(back.id, LATER)


def test_a_note_takes_back_a_part_with_its_taxes() -> None:
    bill = a_bill()
    share = bill.credit(NOTE, 59_000, INDIA, LATER)
    assert share is not None
    note = CreditNote.issue(NOTE, series(DocType.CREDIT_NOTE), bill, share, WhyCredited.PRICE_TOO_HIGH, INDIA, LATER)
    told = born(note).fields
    assert (told["net_minor"], told["tax_minor"], told["total_minor"]) == (50_000, 9_000, 59_000)
    assert told["tax_lines"] == HALVES
    assert bill.credit(NOTE, 59_000, INDIA, LATER) is None


def test_a_bill_is_registered_once_and_then_only_credited() -> None:
    bill = a_bill()
    first, second = UUID(int=1), UUID(int=2)
    bill.ask_registration(first, 1, LATER)
    bill.ask_registration(second, 1, LATER)
    bill.take_registration(second, IRN, "1", LATER, LATER)
    assert bill.is_registering
    with pytest.raises(OutOfTurn):
        bill.credit(NOTE, 100, INDIA, LATER)
    bill.take_registration(first, IRN, "1", LATER, LATER)
    bill.take_rejection(first, "late", LATER)
    with pytest.raises(BadRegistration):
        bill.take_registration(first, "Ravi Kumar", "1", LATER, LATER)
    assert bill.irn == IRN
    assert len(bill.pending_events) == 3


@pytest.mark.parametrize(("day", "hour", "is_in_time"), [(30, 18, True), (30, 19, False), (29, 23, True)])
def test_a_note_is_written_until_november_by_the_suppliers_clock(day: int, hour: int, is_in_time: bool) -> None:  # noqa: FBT001
    at = datetime(2026, 11, day, hour, tzinfo=UTC)
    if is_in_time:
        check_in_time("25-26", INDIA, at)
    else:
        with pytest.raises(CreditedTooLate):
            check_in_time("25-26", INDIA, at)


def test_a_state_is_billed_from_under_the_number_in_effect() -> None:
    book = TaxRegistrations.open("demo", NOON)
    tomorrow = NOON + timedelta(days=1)
    book.register(GSTIN, tomorrow, NOON)
    book.register(GSTIN, tomorrow, NOON)
    assert [book.gstin_at(state, at) for state, at in (("29", NOON), ("29", tomorrow), ("27", tomorrow))] == [
        "",
        GSTIN,
        "",
    ]
    book.end("29", tomorrow + timedelta(days=2), NOON)
    assert book.gstin_at("29", tomorrow + timedelta(days=2)) == ""
    assert len(book.pending_events) == 3
    with pytest.raises(BadGstin):
        book.register(GSTIN[:-1] + "5", tomorrow, NOON)
    with pytest.raises(BadEffect):
        book.register(GSTIN, NOON - timedelta(days=9), NOON)
