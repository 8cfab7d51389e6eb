"""Which tariffs can be published, which make no sense, and which is in effect?"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.catalogue import Service, VehicleClass
from domain.money import UnknownCurrency
from domain.refusal import Refusal
from domain.tariff import Tariff, TariffNotInEffect
from domain.tariff_terms import (
    MOST_MINOR,
    BadTariff,
    Peak,
    TariffTerms,
    UnknownState,
    UnknownTimeZone,
    check_terms,
)
from domain.timeline import BadEffect
from infra.prices.india import FEES, PEAKS, india
from tests.domain.city_facts import OPENED, WITHDRAWN, published
from tests.support.city import INDIA
from tests.support.roadside import LATER, NOON, SOON
from tests.support.rulebook import STREAM, born, fact, given

DEARER = replace(INDIA, rows=(replace(INDIA.rows[0], base_minor=99_900), *INDIA.rows[1:]))
LONG_AGO = NOON - timedelta(days=2)


def publish(terms: TariffTerms) -> Any:
    return lambda tariff: tariff.publish(terms, NOON, NOON)


def test_a_tariff_is_opened_and_published() -> None:
    assert born(Tariff.open(STREAM, None, NOON)) == OPENED
    given(Tariff, OPENED).when(publish(INDIA)).then(published())


def test_the_same_terms_are_no_news() -> None:
    given(Tariff, OPENED, published()).when(publish(INDIA)).then_nothing()
    given(Tariff, OPENED, published()).when(publish(DEARER)).then(published(DEARER, 2))


def test_history_is_priced_by_what_was_in_effect() -> None:
    later = fact(Tariff.Published, SOON, **{**published(DEARER, 2).fields, "effective_from": LATER})
    tariff = given(Tariff, OPENED, published(), later).now()
    before, since = tariff.in_effect(SOON), tariff.in_effect(LATER)
    assert before is not None
    assert since is not None
    assert (before.tariff_version, before.terms) == (1, INDIA)
    assert (since.tariff_version, since.terms, since.effective_from) == (2, DEARER, LATER)
    assert tariff.in_effect(NOON - timedelta(microseconds=1)) is None


def test_a_tariff_is_withdrawn_once() -> None:
    given(Tariff, OPENED, published()).when(lambda tariff: tariff.withdraw(LATER, SOON)).then(WITHDRAWN)
    given(Tariff, OPENED, published(), WITHDRAWN).when(lambda tariff: tariff.withdraw(LATER, SOON)).then_nothing()
    assert given(Tariff, OPENED, published(), WITHDRAWN).now().in_effect(LATER) is None


def test_what_is_not_in_effect_cannot_be_withdrawn() -> None:
    given(Tariff, OPENED).when(lambda tariff: tariff.withdraw(SOON, SOON)).then_refused(TariffNotInEffect)


def test_nothing_takes_effect_long_ago() -> None:
    given(Tariff, OPENED).when(lambda tariff: tariff.publish(INDIA, LONG_AGO, NOON)).then_refused(BadEffect)
    given(Tariff, OPENED, published()).when(lambda tariff: tariff.withdraw(LONG_AGO, NOON)).then_refused(BadEffect)


def row(**changes: Any) -> dict[str, object]:
    return {"rows": (replace(INDIA.rows[0], **changes), *INDIA.rows[1:])}


def peak(**changes: Any) -> dict[str, object]:
    return {"peaks": (replace(PEAKS[0], **changes),)}


def fees(**changes: int) -> dict[str, object]:
    return {"fees": replace(FEES, **changes)}


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"rows": INDIA.rows[1:]}, BadTariff),
        ({"rows": ()}, BadTariff),
        ({"rows": (*INDIA.rows, INDIA.rows[0])}, BadTariff),
        (row(base_minor=-1), BadTariff),
        (row(base_minor=MOST_MINOR + 1), BadTariff),
        (row(per_km_minor=-1), BadTariff),
        (row(included_km=-1), BadTariff),
        (row(included_km=101), BadTariff),
        (peak(days=()), BadTariff),
        (peak(days=(0,)), BadTariff),
        (peak(days=(1, 1)), BadTariff),
        (peak(from_minute=600), BadTariff),
        (peak(from_minute=-1), BadTariff),
        (peak(to_minute=1_441), BadTariff),
        (peak(multiplier_percent=49), BadTariff),
        (peak(multiplier_percent=301), BadTariff),
        ({"peaks": (*PEAKS, Peak((3,), 599, 700, 110))}, BadTariff),
        ({"peaks": tuple(Peak((1,), minute, minute + 1, 110) for minute in range(22))}, BadTariff),
        ({"tax_percent_bp": -2}, BadTariff),
        ({"tax_percent_bp": 2_802}, BadTariff),
        ({"tax_percent_bp": 1_801}, BadTariff),
        ({"quote_valid_s": 0}, BadTariff),
        ({"quote_valid_s": 86_401}, BadTariff),
        ({"tolerance_percent": 101}, BadTariff),
        ({"commission_percent_bp": 10_001}, BadTariff),
        ({"rounds_to_minor": 0}, BadTariff),
        ({"rounds_to_minor": 3}, BadTariff),
        ({"currency": "inr"}, UnknownCurrency),
        ({"currency": "ZZZ"}, UnknownCurrency),
        (fees(assigned_minor=-1), BadTariff),
        (fees(assigned_minor=20_000), BadTariff),
        (fees(on_scene_minor=0), BadTariff),
        (fees(free_within_s=3_601), BadTariff),
        (fees(unsuccessful_percent=101), BadTariff),
        ({"time_zone": "Mars/Olympus"}, UnknownTimeZone),
        ({"state_code": "00"}, UnknownState),
    ],
)
def test_a_tariff_that_makes_no_sense_is_refused(changes: dict[str, Any], refusal: type[Refusal]) -> None:
    given(Tariff, OPENED).when(publish(replace(INDIA, **changes))).then_refused(refusal)


def test_peaks_may_touch() -> None:
    check_terms(replace(INDIA, peaks=(*PEAKS, Peak((1,), 600, 660, 110))))


def test_the_tariff_that_ships_prices_everything() -> None:
    check_terms(india("33"))
    for service in Service:
        prices = [INDIA.row(service, vehicle_class).base_minor for vehicle_class in VehicleClass]
        assert min(prices) > 0
        assert prices[0] == min(prices), f"{service}: a two-wheeler is the cheapest"
        assert prices[-1] == max(prices[2:]), f"{service}: a truck is the dearest on four wheels"
