"""Do the rows of zones, tariffs and ratings say what was told, and from when on?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import json

from domain.rating import Rating, Side
from projections.fact import Fact
from projections.provider_ratings import provider_ratings
from projections.ratings import ratings
from projections.tariffs import tariffs
from projections.zone_shapes import zone_shapes
from projections.zones import zones
from tests.domain.city_facts import DEFINED, GIVEN, OPENED, REDRAWN, RETIRED, REVISED, SMALLER, SQUARE, WITHDRAWN
from tests.domain.city_facts import published as published_tariff
from tests.projections.telling import fact as told_fact
from tests.projections.telling import folded, the_row
from tests.support.city import INDIA
from tests.support.roadside import CUSTOMER, LATER, NOON, PROVIDER, REQUEST
from tests.support.rulebook import fact, row_of

if TYPE_CHECKING:
    from tests.support.rulebook import Fact as Said


def stream(*said: Said) -> list[Fact]:
    """Facts of one stream as the projector sees them, at positions 1, 2, 3."""
    rows = [row_of(each, number) for number, each in enumerate(said, 1)]
    return [told_fact(version, topic, version=version, **json.decode(payload)) for version, topic, payload, _ in rows]


def test_a_zone_is_one_row_and_each_outline_another() -> None:
    told = stream(DEFINED, REDRAWN)
    zone = the_row(zones, *told)
    assert (zone.slug, zone.version, zone.position, zone.area_m2) == ("bengaluru", 2, 2, SMALLER.area_m2)
    assert (zone.effective_from, zone.retired_from) == (LATER, None)
    shapes = list(folded(zone_shapes, told).values())
    assert [(shape.effective_from, shape.geometry) for shape in shapes] == [
        (NOON, SQUARE.outline), (LATER, SMALLER.outline),
    ]  # fmt: skip


def test_a_retired_zone_says_so_until_it_is_drawn_anew() -> None:
    assert the_row(zones, *stream(DEFINED, RETIRED)).retired_from == LATER
    assert the_row(zones, *stream(DEFINED, RETIRED, REDRAWN)).retired_from is None
    ended = list(folded(zone_shapes, stream(DEFINED, RETIRED)).values())[-1]
    assert (ended.geometry, ended.effective_from) == (None, LATER)


def test_each_version_of_a_tariff_is_a_row() -> None:
    first, last = folded(tariffs, stream(OPENED, published_tariff(), WITHDRAWN)).values()
    assert (first.tariff_version, first.version, first.terms, first.withdrawn) == (1, 2, INDIA, False)
    assert (last.tariff_version, last.terms, last.withdrawn, last.effective_from) == (2, None, True, LATER)
    assert first.tariff_id == last.tariff_id


BY_PROVIDER = fact(Rating.Given, LATER, **{**GIVEN.fields, "by": Side.PROVIDER, "stars": 2, "tags": ()})


def test_both_sides_of_a_job_share_a_row() -> None:
    row = the_row(ratings, *stream(GIVEN, REVISED), *stream(BY_PROVIDER))
    assert (row.request_id, row.provider_id, row.customer_id) == (REQUEST, PROVIDER, CUSTOMER)
    assert (row.customer_stars, row.customer_tags) == (5, ())
    assert (row.provider_stars, row.provider_gave_at is None) == (2, False)


def test_a_revised_rating_was_given_when_it_was_given() -> None:
    (given,), (_, revised) = stream(GIVEN), stream(GIVEN, REVISED)
    assert the_row(ratings, given, revised).customer_gave_at == given.occurred_at


def test_only_customers_rate_providers() -> None:
    assert folded(provider_ratings, stream(BY_PROVIDER)) == {}
    row = the_row(provider_ratings, *stream(GIVEN), *stream(GIVEN, REVISED))
    assert (row.ratings, row.stars_total, row.fours, row.fives) == (2, 9, 1, 1)
