"""Is every paisa of a payment somebody's, and are two halves of a tax equal?"""

from hypothesis import given
from hypothesis import strategies as st

from domain import ledger
from domain.price_terms import LineKind, PriceLine
from domain.split import (
    Bill,
    Shares,
    Split,
    Taxes,
    bill_of,
    bill_of_fee,
    legs_of,
    lines_of,
    shares_of,
    taxes_on,
)
from tests.domain.money_facts import HOUSE, TOW_LINES, TOW_TOTAL
from tests.support.roadside import PROVIDER, REQUEST

MINOR = st.integers(1, 10**9)
RATES = st.sampled_from([0, 500, 1_200, 1_800, 2_800])
SPLITS = st.builds(Split, st.integers(0, 10_000), RATES, st.sampled_from(["29", ""]))


def test_the_worked_example_of_the_reference() -> None:
    bill = bill_of(TOW_LINES)
    assert bill == Bill(150_000, Taxes(13_500, 13_500))
    assert shares_of(bill, HOUSE, by_a_provider=True) == Shares(22_500, 0, Taxes(2_025, 2_025), 150_450)


def test_what_no_provider_earned_is_ours_with_its_tax() -> None:
    legs = legs_of(REQUEST, None, bill_of(TOW_LINES), HOUSE)
    assert {account: amount for account, amount in legs.items() if amount} == {
        ledger.advance_for(REQUEST): TOW_TOTAL,
        ledger.SERVICE: -150_000,
        "L:Gst:Out:CGST:29": -13_500,
        "L:Gst:Out:SGST:29": -13_500,
    }


def test_a_discount_lowers_the_net_and_rounding_is_booked_apart() -> None:
    lines = (*TOW_LINES, PriceLine(LineKind.DISCOUNT, -10_000), PriceLine(LineKind.ROUNDING, -40))
    bill = bill_of(lines)
    assert (bill.net_minor, bill.rounding_minor, bill.total_minor) == (140_000, -40, TOW_TOTAL - 10_040)
    assert legs_of(REQUEST, PROVIDER, bill, HOUSE)[ledger.ROUNDING] == 40


def test_the_net_of_a_fee_is_rounded_to_the_nearest_unit() -> None:
    nets = [bill_of_fee(fee, 1_800, interstate=True).net_minor for fee in (10, 100, 118, 20_000)]
    assert nets == [8, 85, 100, 16_949]


@given(MINOR, RATES, st.booleans())
def test_a_fee_is_its_net_and_its_tax_and_the_halves_are_equal(fee: int, rate: int, interstate: bool) -> None:  # noqa: FBT001  (drawn)
    bill = bill_of_fee(fee, rate, interstate=interstate)
    assert bill.total_minor == fee
    assert bill.taxes.cgst_minor == bill.taxes.sgst_minor
    assert not (bill.taxes.igst_minor and bill.taxes.cgst_minor)
    assert bill_of(lines_of(bill)) == bill
    assert abs(bill.taxes.total_minor - taxes_on(bill.net_minor, rate, interstate=interstate).total_minor) <= 2


@given(MINOR, RATES, st.integers(-99, 99), SPLITS, st.sampled_from([PROVIDER, None]))
def test_the_shares_make_the_bill(net: int, rate: int, rounding: int, split: Split, provider: object) -> None:
    bill = Bill(net, taxes_on(net, rate, interstate=False), rounding)
    legs = legs_of(REQUEST, PROVIDER if provider else None, bill, split)
    assert sum(legs.values()) == 0
    assert legs[ledger.advance_for(REQUEST)] == bill.total_minor


@given(MINOR, SPLITS)
def test_a_provider_is_never_charged_for_working(net: int, split: Split) -> None:
    bill = Bill(net, taxes_on(net, split.tax_bp, interstate=False))
    shares = shares_of(bill, split, by_a_provider=True)
    assert shares.payable_minor >= 0
    assert shares.commission_minor + shares.taxes.total_minor + shares.payable_minor == bill.total_minor
