"""Does a bill say what the rules ask for, and is its number its place in the series?"""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.invoice import BadInvoice, Invoice, InvoiceSeries
from domain.invoice_terms import (
    DIGITS,
    LONGEST_NUMBER,
    SERIES,
    DocType,
    Exhausted,
    Series,
    financial_year,
    invoice_id,
    number_text,
)
from domain.payment import Payment
from infra.event_store import codec
from tests.domain.money_facts import ISSUED, KARNATAKA, NUMBERED, PAYMENT, SAC, THE_INVOICE, THE_SERIES, TOW_LINES, due
from tests.support.roadside import LATER
from tests.support.rulebook import born, row_of

INDIA = "Asia/Kolkata"
NEW_YEAR = datetime(2027, 3, 31, 18, 30, tzinfo=UTC)
"""Midnight of the first of April in India."""


def the_payment() -> Payment:
    payment = codec.replay(PAYMENT, [row_of(due(), 1)])
    assert isinstance(payment, Payment)
    return payment


def issue(series: Series = THE_SERIES, lines: int = len(TOW_LINES), at: datetime = LATER) -> Invoice:
    return Invoice.issue(
        series,
        the_payment(),
        TOW_LINES[:lines],
        sac=SAC,
        place_of_supply=KARNATAKA,
        time_zone=INDIA,
        at=at,
    )


def test_a_bill_says_who_what_and_how_much_tax() -> None:
    invoice = issue()
    assert invoice.id == invoice_id(PAYMENT)
    assert born(invoice) == ISSUED


def test_a_bill_is_of_what_was_paid_and_of_its_year() -> None:
    with pytest.raises(BadInvoice):
        issue(lines=2)
    with pytest.raises(BadInvoice):
        issue(at=NEW_YEAR)


@pytest.mark.parametrize(
    ("at", "year"),
    [
        (NEW_YEAR - timedelta(seconds=1), "26-27"),
        (NEW_YEAR, "27-28"),
        (datetime(2026, 11, 22, tzinfo=UTC), "26-27"),
        (datetime(2099, 12, 31, tzinfo=UTC), "99-00"),
    ],
)
def test_the_financial_year_begins_in_april_by_the_suppliers_clock(at: datetime, year: str) -> None:
    assert financial_year(at, INDIA) == year


def test_elsewhere_the_same_instant_is_of_another_year() -> None:
    assert financial_year(NEW_YEAR, "UTC") == "26-27"


@given(st.integers(1, 10**DIGITS - 1))
def test_a_number_is_written_as_the_rule_asks(number: int) -> None:
    text = number_text(SERIES, "26-27", number)
    assert re.fullmatch(r"[a-zA-Z1-9][a-zA-Z0-9/-]{0,15}", text)
    assert len(text) == LONGEST_NUMBER
    assert int(text.rpartition("/")[2]) == number


@pytest.mark.parametrize("number", [0, 10**DIGITS])
def test_a_series_has_no_other_numbers(number: int) -> None:
    with pytest.raises(Exhausted):
        number_text(SERIES, "26-27", number)


def test_a_series_is_of_one_tenant_registration_kind_and_year() -> None:
    other = {
        Series("other", "", DocType.INVOICE, SERIES, "25-26"),
        Series("demo", "29AAGCB7383J1Z4", DocType.INVOICE, SERIES, "25-26"),
        Series("demo", "", DocType.CREDIT_NOTE, SERIES, "25-26"),
        Series("demo", "", DocType.INVOICE, "VB", "25-26"),
        Series("demo", "", DocType.INVOICE, SERIES, "26-27"),
        THE_SERIES,
    }
    assert len({series.id for series in other}) == 6


def test_a_number_is_taken_at_the_end_of_the_series() -> None:
    series = InvoiceSeries.take(THE_SERIES, THE_INVOICE, LATER)
    (event,) = series.pending_events
    assert codec.encode(event).version is None
    assert series.id == THE_SERIES.id
    assert born(series) == NUMBERED


def test_as_many_numbers_are_taken_as_there_are_events() -> None:
    rows = [row_of(NUMBERED, 1)[1:], row_of(NUMBERED, 2)[1:], row_of(NUMBERED, 3)[1:]]
    series = codec.replay(THE_SERIES.id, [(number, *row) for number, row in enumerate(rows, start=1)])
    assert isinstance(series, InvoiceSeries)
    assert series.taken == 3
