"""Is money whole, of one currency, and divided without losing a paisa?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import (
    EXPONENTS,
    MOST_MINOR,
    BadAmount,
    CurrencyMismatch,
    Money,
    UnknownCurrency,
    allocate,
    checked_amount,
    portion,
)

AMOUNTS = st.integers(-(10**12), 10**12)


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (Money(177_000, "INR"), "1770.00 INR"),
        (Money(-5, "JPY"), "-5 JPY"),
        (Money(250, "KWD"), "0.250 KWD"),
        (Money(-1, "INR"), "-0.01 INR"),
        (Money(0, "INR"), "0.00 INR"),
    ],
)
def test_money_reads_in_its_currencys_own_digits(money: Money, text: str) -> None:
    assert money.text == text


def test_two_currencies_do_not_meet() -> None:
    assert Money(5, "INR") + Money(7, "INR") - Money(2, "INR") == Money(10, "INR")
    with pytest.raises(CurrencyMismatch):
        Money(5, "INR") + Money(5, "JPY")
    with pytest.raises(UnknownCurrency):
        Money(5, "ZZZ")


def test_the_minor_units_are_those_of_the_standard() -> None:
    assert (EXPONENTS["INR"], EXPONENTS["JPY"], EXPONENTS["KWD"]) == (2, 0, 3)


@pytest.mark.parametrize("amount", [0, -1, MOST_MINOR + 1])
def test_what_nobody_can_pay_is_refused(amount: int) -> None:
    with pytest.raises(BadAmount):
        checked_amount(amount)


@pytest.mark.parametrize(
    ("amount", "basis_points", "share"),
    [(150_000, 1_500, 22_500), (22_500, 900, 2_025), (1, 5_000, 1), (-1, 5_000, -1), (1, 4_999, 0), (5, 1_000, 1)],
)
def test_a_portion_rounds_halves_away_from_nothing(amount: int, basis_points: int, share: int) -> None:
    assert portion(amount, basis_points) == share


def test_what_is_left_over_goes_to_the_largest_remainders_and_then_to_the_first() -> None:
    assert allocate(100, (1, 1, 1)) == (34, 33, 33)
    assert allocate(5, (3, 7)) == (2, 3)
    assert allocate(-100, (1, 1, 1)) == (-34, -33, -33)
    assert allocate(0, (1, 2)) == (0, 0)
    assert allocate(7, (0, 1)) == (0, 7)


@given(AMOUNTS, st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any))
def test_the_parts_make_the_whole_and_none_is_a_unit_off(amount: int, weights: list[int]) -> None:
    parts = allocate(amount, weights)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - amount * weight) < sum(weights)


@pytest.mark.parametrize("weights", [(), (0, 0), (2, -1)])
def test_without_a_weight_nothing_is_divided(weights: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="weights"):
        allocate(1, weights)
