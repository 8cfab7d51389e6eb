"""Does a price come out as worked by hand: distance, peak borders, state borders, rounding to the paisa?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.catalogue import Service, VehicleClass
from domain.geography import distance_m
from domain.price_terms import TAXES, LineKind
from domain.pricing import (
    Priced,
    Supply,
    multiplier_percent,
    quote,
    rounding_lines,
    sac_of,
    tax_lines,
    towed_distance_m,
)
from domain.tariff_terms import Peak
from tests.support.city import IN_EFFECT, INDIA, TARIFF
from tests.support.roadside import BREAKDOWN_CELL, DEPOT_CELL

HOME = Supply("Asia/Kolkata", "29")
ABROAD = Supply("Asia/Kolkata", "29", customer_state_code="33")
QUIET = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
"""A Monday, 12:00 in India."""


def india(at: str) -> datetime:
    """An instant by the Indian clock, which is 5:30 ahead."""
    return datetime.fromisoformat(f"{at}+05:30").astimezone(UTC)


def priced(
    service: Service = Service.TOW,
    vehicle_class: VehicleClass = VehicleClass.CAR,
    tow_distance_m: int | None = None,
    supply: Supply = HOME,
    at: datetime = QUIET,
) -> Priced:
    return quote(IN_EFFECT, service, vehicle_class, tow_distance_m, supply, at)


def lines(price: Priced) -> dict[str, int]:
    return {line.kind.value: line.amount_minor for line in price.lines}


def test_a_flat_tyre_costs_its_base_and_tax() -> None:
    # 249.00; 9 % of it is 22.41, twice; 293.82 is rounded to 294.00.
    assert lines(priced(Service.FLAT_TYRE)) == {
        "base": 24_900, "tax_cgst": 2_241, "tax_sgst": 2_241, "rounding": 18,
    }  # fmt: skip
    assert priced(Service.FLAT_TYRE).total_minor == 29_400


def test_a_tow_costs_by_distance_beyond_what_is_included() -> None:
    # 249.00 and 7.4 km at 25.00, that is 185.00: 434.00; 39.06 twice; 512.12 becomes 512.00.
    assert lines(priced(tow_distance_m=12_400)) == {
        "base": 24_900, "distance": 18_500, "tax_cgst": 3_906, "tax_sgst": 3_906, "rounding": -12,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("tow_m", "distance"), [(None, 0), (0, 0), (5_000, 0), (5_001, 3), (5_019, 48), (5_020, 50), (6_000, 2_500)]
)
def test_the_first_five_kilometres_are_included(tow_m: int | None, distance: int) -> None:
    assert lines(priced(tow_distance_m=tow_m)).get("distance", 0) == distance


def test_what_is_not_towed_has_no_distance() -> None:
    assert lines(priced(Service.LOCKOUT, tow_distance_m=50_000)) == lines(priced(Service.LOCKOUT))


def test_a_peak_costs_a_fifth_more() -> None:
    # 249.00 + 185.00 = 434.00; 20 % are 86.80; 520.80; 9 % are 46.872, 46.87 twice; 614.54 becomes 615.00.
    assert lines(priced(tow_distance_m=12_400, at=india("2026-03-02T08:00:00"))) == {
        "base": 24_900, "distance": 18_500, "peak": 8_680, "tax_cgst": 4_687, "tax_sgst": 4_687, "rounding": 46,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("at", "multiplier"),
    [
        ("2026-03-02T07:59:59.999999", 100),
        ("2026-03-02T08:00:00", 120),
        ("2026-03-02T09:59:59.999999", 120),
        ("2026-03-02T10:00:00", 100),
        ("2026-03-02T17:59:59", 100),
        ("2026-03-02T18:00:00", 120),
        ("2026-03-02T20:59:59", 120),
        ("2026-03-02T21:00:00", 100),
        ("2026-03-06T09:00:00", 120),  # Friday
        ("2026-03-07T09:00:00", 100),  # Saturday
        ("2026-03-08T09:00:00", 100),  # Sunday
    ],
)
def test_peaks_begin_and_end_by_the_zones_clock(at: str, multiplier: int) -> None:
    assert multiplier_percent(INDIA, "Asia/Kolkata", india(at)) == multiplier


def test_the_weekday_is_that_of_the_zone_too() -> None:
    # Sunday 22:00 in London is Monday 08:00 in Sydney, which summer time moves by an hour.
    at = datetime(2026, 6, 28, 22, 0, tzinfo=UTC)
    assert multiplier_percent(INDIA, "Australia/Sydney", at) == 120
    assert multiplier_percent(INDIA, "Europe/London", at) == 100


@pytest.mark.parametrize(
    ("at", "multiplier"),
    [
        # New York puts its clocks forward on Sunday 8 March 2026: 08:00 is 13:00 UTC before and 12:00 UTC after.
        (datetime(2026, 3, 6, 12, 30, tzinfo=UTC), 100),
        (datetime(2026, 3, 6, 13, 0, tzinfo=UTC), 120),
        (datetime(2026, 3, 9, 11, 59, tzinfo=UTC), 100),
        (datetime(2026, 3, 9, 12, 0, tzinfo=UTC), 120),
    ],
)
def test_peaks_follow_summer_time(at: datetime, multiplier: int) -> None:
    assert multiplier_percent(INDIA, "America/New_York", at) == multiplier


def test_the_hour_that_comes_twice_is_a_peak_twice() -> None:
    nightly = replace(INDIA, peaks=(Peak((7,), 60, 120, 150),))
    first, second = datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    assert {multiplier_percent(nightly, "America/New_York", at) for at in (first, second)} == {150}
    assert multiplier_percent(nightly, "America/New_York", first - timedelta(hours=1)) == 100


def test_across_a_state_border_one_tax_stands_for_both() -> None:
    assert lines(priced(Service.FLAT_TYRE, supply=ABROAD)) == {"base": 24_900, "tax_igst": 4_482, "rounding": 18}
    assert lines(priced(Service.FLAT_TYRE, supply=replace(ABROAD, customer_state_code="29"))) == lines(
        priced(Service.FLAT_TYRE)
    )


@pytest.mark.parametrize(
    ("net", "inside", "across"),
    [
        (0, {}, {}),
        (1, {}, {}),
        (3, {}, {"tax_igst": 1}),  # 0.27 each; 0.54
        (5, {}, {"tax_igst": 1}),  # 0.45 each; 0.9
        (6, {"tax_cgst": 1, "tax_sgst": 1}, {"tax_igst": 1}),  # 0.54 each; 1.08
        (50, {"tax_cgst": 5, "tax_sgst": 5}, {"tax_igst": 9}),  # 4.5 goes up, twice: a paisa more than across
        (150, {"tax_cgst": 14, "tax_sgst": 14}, {"tax_igst": 27}),  # 13.5 likewise
    ],
)
def test_half_a_paisa_goes_up(net: int, inside: dict[str, int], across: dict[str, int]) -> None:
    assert {line.kind.value: line.amount_minor for line in tax_lines(net, 1_800, HOME)} == inside
    assert {line.kind.value: line.amount_minor for line in tax_lines(net, 1_800, ABROAD)} == across


@pytest.mark.parametrize(
    ("total", "to", "rounding"),
    [(100, 100, 0), (149, 100, -49), (150, 100, 50), (151, 100, 49), (149, 1, 0), (12, 5, -2), (13, 5, 2)],
)
def test_half_a_rupee_goes_up(total: int, to: int, rounding: int) -> None:
    assert sum(line.amount_minor for line in rounding_lines(total, to)) == rounding


@given(
    st.sampled_from(Service),
    st.sampled_from(VehicleClass),
    st.none() | st.integers(0, 2_000_000),
    st.sampled_from([HOME, ABROAD]),
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_every_price_adds_up(
    service: Service, vehicle_class: VehicleClass, tow_m: int | None, supply: Supply, at: datetime
) -> None:
    price = priced(service, vehicle_class, tow_m, supply, at)
    told = lines(price)
    assert price.total_minor == sum(told.values()) > 0
    assert price.total_minor % 100 == 0
    assert abs(told.get("rounding", 0)) <= 50
    assert told.get("tax_cgst") == told.get("tax_sgst")
    assert ("tax_igst" in told) != ("tax_cgst" in told)
    net = told["base"] + told.get("distance", 0) + told.get("peak", 0)
    tax = sum(line.amount_minor for line in price.lines if line.kind in TAXES)
    assert abs(tax - net * 18 / 100) <= 1
    kinds = [line.kind for line in price.lines]
    assert kinds == sorted(kinds, key=list(LineKind).index)
    assert (price.tariff_id, price.tariff_version) == (TARIFF, 1)
    assert price.valid_until == at + timedelta(minutes=30)


@given(st.integers(0, 500_000), st.integers(0, 500_000))
def test_further_is_never_cheaper(one: int, other: int) -> None:
    near, far = sorted((one, other))
    assert priced(tow_distance_m=near).total_minor <= priced(tow_distance_m=far).total_minor


def test_a_tow_goes_by_road() -> None:
    straight = distance_m(BREAKDOWN_CELL, DEPOT_CELL)
    assert towed_distance_m(BREAKDOWN_CELL, DEPOT_CELL) == round(straight * 1.35)
    assert towed_distance_m(BREAKDOWN_CELL, BREAKDOWN_CELL) == 0


def test_towing_and_repair_have_codes_of_their_own() -> None:
    assert {service: sac_of(service) for service in Service if sac_of(service) == "996744"}.keys() == {
        Service.TOW, Service.FLATBED_TOW, Service.WINCH_OUT,
    }  # fmt: skip
    assert sac_of(Service.FLAT_TYRE) == "998714"
