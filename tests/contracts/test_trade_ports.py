"""Do the fake zones and prices of the tests keep the same promises as the real ones?"""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from application.prices import PriceBook, PricesUnknown
from application.trade import ServesEverywhere
from application.zones import PlacedZone, ZoneMap
from domain import pricing
from domain.areas import area_of
from domain.catalogue import Service, VehicleClass
from domain.tariff_terms import PublishedTariff, TariffTerms
from infra.prices.table import PriceTable
from infra.zones.table import ZoneTable
from projections.tariffs import TariffVersionRow
from projections.zone_shapes import ZoneShapeRow
from projections.zones import ZoneRow
from tests.support.city import INDIAN_MERIDIAN_DEG
from tests.support.roadside import NOON, TENANT, some_id
from tests.support.trade import TARIFF, TARIFF_BEGINS, TERMS, THE_ZONE, ZONE, OneTariff, Town

INSIDE, ON_THE_BORDER, OUTSIDE = (12.97, 77.59), (12.5, 77.59), (12.49, 77.59)


def real_zones() -> ZoneTable:
    """A zone between the same two latitudes."""
    corners = [[77.0, 12.5], [78.0, 12.5], [78.0, 13.5], [77.0, 13.5], [77.0, 12.5]]
    area = area_of("Polygon", [corners], INDIAN_MERIDIAN_DEG)
    table = ZoneTable(lambda: True)
    zone = ZoneRow(
        TENANT, ZONE, 1, 1, THE_ZONE.slug, THE_ZONE.time_zone, THE_ZONE.state_code, 0, area.area_m2,
        TARIFF_BEGINS, None, TARIFF_BEGINS, TARIFF_BEGINS,
    )  # fmt: skip
    table.take_zones([zone])
    table.take_shapes(
        [ZoneShapeRow(TENANT, some_id(1), ZONE, 1, 1, TARIFF_BEGINS, area.outline, area.area_m2, TARIFF_BEGINS)]
    )
    return table


@pytest.mark.parametrize("make", [Town, real_zones])
class TestZoneMap:
    """What whoever places a request may count on."""

    @pytest.mark.parametrize("where", [INSIDE, ON_THE_BORDER])
    def test_a_place_is_in_its_zone_borders_included(
        self, make: Callable[[], ZoneMap], where: tuple[float, float]
    ) -> None:
        zones = make()
        assert zones.zone_at(TENANT, *where, NOON) == THE_ZONE
        assert zones.serves(TENANT, *where, NOON)

    def test_outside_of_all_zones_nobody_is_served(self, make: Callable[[], ZoneMap]) -> None:
        zones = make()
        assert zones.zone_at(TENANT, *OUTSIDE, NOON) is None
        assert not zones.serves(TENANT, *OUTSIDE, NOON)


@pytest.mark.parametrize("make", [ServesEverywhere, lambda: ZoneTable(lambda: True)])
def test_without_any_zone_help_comes_everywhere(make: Callable[[], ZoneMap]) -> None:
    zones = make()
    assert zones.zone_at(TENANT, *OUTSIDE, NOON) is None
    assert zones.serves(TENANT, *OUTSIDE, NOON)


def real_prices(terms: TariffTerms | None = TERMS, *, is_known: bool = True) -> PriceTable:
    """The same tariff for everywhere, or its withdrawal."""
    table = PriceTable(lambda: is_known)
    for version, told in enumerate([TERMS] if terms else [TERMS, None], 1):
        row = TariffVersionRow(
            TENANT, UUID(int=version), TARIFF, version, version + 1, version, None, None, TARIFF_BEGINS, told is None,
            None if told is None else told.currency, told, TARIFF_BEGINS,
        )  # fmt: skip
        table.take([row])
    return table


Prices = Callable[..., PriceBook]


@pytest.mark.parametrize("make", [OneTariff, real_prices])
class TestPriceBook:
    """What whoever prices a request may count on."""

    @pytest.mark.parametrize("place", [None, THE_ZONE])
    @pytest.mark.parametrize("customer", [None, "33"])
    def test_a_price_is_the_quote_of_the_tariff_in_effect(
        self, make: Prices, place: PlacedZone | None, customer: str | None
    ) -> None:
        tariff = PublishedTariff(TARIFF, 1, TARIFF_BEGINS, TERMS)
        supply = pricing.supply_of(TERMS, "Asia/Kolkata", "29", customer)
        expected = pricing.quote(tariff, Service.TOW, VehicleClass.VAN, 12_345, supply, NOON)
        assert make().price(TENANT, place, Service.TOW, VehicleClass.VAN, 12_345, NOON, customer) == expected
        assert make().tariff_at(TENANT, place, NOON) == tariff

    def test_where_nothing_is_charged_there_is_no_price(self, make: Prices) -> None:
        prices = make(terms=None)
        assert prices.price(TENANT, None, Service.TOW, VehicleClass.VAN, None, NOON + timedelta(days=1)) is None
        assert prices.tariff_at(TENANT, THE_ZONE, NOON) is None

    def test_what_was_published_is_found_again(self, make: Prices) -> None:
        assert make().published(TENANT, TARIFF, 1) == PublishedTariff(TARIFF, 1, TARIFF_BEGINS, TERMS)
        assert make().published(TENANT, some_id(999), 1) is None

    def test_before_the_tariffs_are_read_nothing_is_answered(self, make: Prices) -> None:
        with pytest.raises(PricesUnknown):
            make(is_known=False).price(TENANT, None, Service.TOW, VehicleClass.VAN, None, NOON)
