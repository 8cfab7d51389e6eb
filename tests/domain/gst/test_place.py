"""Do taxes go where they belong, to the paisa, between any two states, for any recipient, at any rate?"""

from datetime import date
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.gst.paper import RATES_OF_LAW
from domain.gst.place import Recipient, inside, is_interstate, place_of_supply, taxes_on
from domain.gst.rates import WORKING_RATES, NoRate, Rate, RateTable
from domain.gst.states import STATES
from domain.tariff_terms import UnknownState

AROUND_HALVES = (0, 1, 2, 5, 27, 28, 99, 555, 149_999, 150_000, 150_001)
"""Paise around which halves of taxes fall on .005."""


def exactly(net: int, rate_bp: int, parts: int) -> int:
    return int(Fraction(net * rate_bp, 10_000 * parts) + Fraction(1, 2))


@pytest.mark.parametrize("recipient", Recipient)
def test_between_all_states_there_are_two_halves_or_one_whole(recipient: Recipient) -> None:
    for supplier, other in product(STATES, STATES):
        place = place_of_supply(supplier, recipient, other)
        assert place == other
        for rate, net in product(RATES_OF_LAW, AROUND_HALVES):
            taxes = taxes_on(net, rate, supplier, recipient, place)
            assert taxes.own_tax == STATES[other].own_tax
            if supplier != other or recipient is Recipient.SPECIAL_ZONE:
                assert (taxes.igst_minor, taxes.cgst_minor, taxes.state_minor) == (exactly(net, rate, 1), 0, 0)
            else:
                assert taxes.igst_minor == 0
                assert taxes.cgst_minor == taxes.state_minor == exactly(net, rate, 2)


def test_without_an_address_on_record_the_supplier_is_the_place() -> None:
    assert place_of_supply("29", Recipient.UNREGISTERED, None) == "29"
    with pytest.raises(ValueError, match="has a state"):
        place_of_supply("29", Recipient.REGISTERED, None)
    with pytest.raises(UnknownState):
        place_of_supply("25", Recipient.UNREGISTERED, "29")
    with pytest.raises(UnknownState):
        place_of_supply("29", Recipient.UNREGISTERED, "28")
    assert is_interstate("29", Recipient.SPECIAL_ZONE, "29")


@given(st.integers(0, 10**12), st.sampled_from(RATES_OF_LAW))
def test_an_advance_has_its_tax_inside(gross: int, rate: int) -> None:
    net = inside(gross, rate)
    assert abs(net + exactly(net, rate, 1) - gross) <= 1


def test_the_newest_row_of_the_nearest_code_counts() -> None:
    table = RateTable(
        (
            Rate("", date(2017, 7, 1), 1_800),
            Rate("9967", date(2020, 1, 1), 500),
            Rate("9967", date(2025, 9, 22), 1_200),
            Rate("996744", date(2030, 1, 1), 0),
        )
    )
    asked = [("998714", 2026), ("996744", 2019), ("996744", 2021), ("996749", 2026), ("996744", 2031)]
    assert [table.rate_bp(sac, date(year, 1, 1)) for sac, year in asked] == [1_800, 1_800, 500, 1_200, 0]
    assert table.rate_bp("996744", date(2025, 9, 21)) == 500
    assert table.rate_bp("996744", date(2025, 9, 22)) == 1_200
    with pytest.raises(NoRate):
        WORKING_RATES.rate_bp("996744", date(2017, 6, 30))
