"""How does a zone begin, change and end, each from an instant on?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.refusal import BadInput, Refusal
from domain.tariff_terms import UnknownState, UnknownTimeZone
from domain.timeline import BadEffect
from domain.zone import BadSlug, Zone, ZoneNotInEffect, meridian_of
from tests.domain.city_facts import DEFINED, REDRAWN, RETIRED, SMALLER, SQUARE
from tests.support.city import ZONE_TERMS
from tests.support.roadside import LATER, NOON, SOON
from tests.support.rulebook import STREAM, born, fact, given

LONG_AGO = NOON - timedelta(days=2)


def test_a_zone_is_defined() -> None:
    assert born(Zone.define(STREAM, ZONE_TERMS, SQUARE, NOON, NOON)) == DEFINED


@pytest.mark.parametrize(
    ("terms", "refusal"),
    [
        ({"slug": ""}, BadSlug),
        ({"slug": "Bengaluru"}, BadSlug),
        ({"slug": "-bengaluru"}, BadSlug),
        ({"slug": "b" * 64}, BadSlug),
        ({"slug": "bengaluru\n"}, BadSlug),
        ({"time_zone": "India"}, UnknownTimeZone),
        ({"time_zone": "../../etc/passwd"}, UnknownTimeZone),
        ({"time_zone": ""}, UnknownTimeZone),
        ({"state_code": "25"}, UnknownState),
        ({"state_code": "KA"}, UnknownState),
        ({"priority": 1_001}, BadInput),
    ],
)
def test_what_no_zone_can_have_is_refused(terms: dict[str, object], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal) as refused:
        Zone.define(STREAM, replace(ZONE_TERMS, **terms), SQUARE, NOON, NOON)  # type: ignore[arg-type]  # any one of them
    assert type(refused.value) is refusal


def test_a_zone_does_not_begin_long_ago() -> None:
    with pytest.raises(BadEffect):
        Zone.define(STREAM, ZONE_TERMS, SQUARE, LONG_AGO, NOON)


def test_a_zone_is_redrawn_from_an_instant_on() -> None:
    given(Zone, DEFINED).when(lambda zone: zone.redraw(SMALLER, LATER, SOON)).then(REDRAWN)
    zone = given(Zone, DEFINED, REDRAWN).now()
    assert zone.timeline.value_at(NOON) == SQUARE.outline
    assert zone.timeline.value_at(LATER) == SMALLER.outline


def test_the_same_outline_is_no_news() -> None:
    given(Zone, DEFINED).when(lambda zone: zone.redraw(SQUARE, SOON, SOON)).then_nothing()
    given(Zone, DEFINED, REDRAWN).when(lambda zone: zone.redraw(SMALLER, LATER, SOON)).then_nothing()


def test_redrawing_long_ago_is_refused() -> None:
    given(Zone, DEFINED).when(lambda zone: zone.redraw(SMALLER, LONG_AGO, SOON)).then_refused(BadEffect)


def test_a_zone_is_retired_once() -> None:
    given(Zone, DEFINED).when(lambda zone: zone.retire(LATER, SOON)).then(RETIRED)
    given(Zone, DEFINED, RETIRED).when(lambda zone: zone.retire(LATER, SOON)).then_nothing()
    assert given(Zone, DEFINED, RETIRED).now().timeline.value_at(LATER) is None


def test_a_zone_that_only_begins_later_cannot_be_retired() -> None:
    later = fact(Zone.Defined, NOON, **{**DEFINED.fields, "effective_from": LATER})
    given(Zone, later).when(lambda zone: zone.retire(SOON, SOON)).then_refused(ZoneNotInEffect)


def test_a_retired_zone_comes_back_when_it_is_drawn_anew() -> None:
    back = fact(Zone.Redrawn, LATER, geometry=SQUARE.outline, area_m2=SQUARE.area_m2, effective_from=LATER)
    given(Zone, DEFINED, RETIRED).when(lambda zone: zone.redraw(SQUARE, LATER, LATER)).then(back)


@pytest.mark.parametrize(
    ("time_zone", "meridian"), [("Asia/Kolkata", 82.5), ("America/New_York", -75.0), ("UTC", 0.0), ("Asia/Kabul", 67.5)]
)
def test_a_clock_is_at_home_on_its_meridian(time_zone: str, meridian: float) -> None:
    assert meridian_of(time_zone, NOON) == meridian
