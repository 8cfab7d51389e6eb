"""Which zones and prices do tests speak of? A square in Bengaluru under the Indian tariff, and fakes of both ports."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.zones import PlacedZone
from domain.areas import Area, area_of
from domain.catalogue import Service, VehicleClass
from domain.pricing import Priced, quote, supply_of
from domain.tariff_terms import PublishedTariff
from domain.zone import ZoneTerms
from infra.prices.india import india
from tests.support.roadside import NOON, some_id

ZONE, OTHER_ZONE, TARIFF = some_id(101), some_id(102), some_id(111)

INDIAN_MERIDIAN_DEG = 82.5
ZONE_TERMS = ZoneTerms("bengaluru", "Asia/Kolkata", "29", 0)
THE_ZONE = PlacedZone(ZONE, "bengaluru", "Asia/Kolkata", "29")

INDIA = india()
IN_EFFECT = PublishedTariff(TARIFF, 1, NOON, INDIA)


def square(lng: float, lat: float, side: float) -> list[list[list[float]]]:
    """GeoJSON coordinates of a square polygon by its south-western corner and side, in degrees."""
    east, north = lng + side, lat + side
    return [[[lng, lat], [east, lat], [east, north], [lng, north], [lng, lat]]]


def square_area(lng: float = 77.5, lat: float = 12.9, side: float = 0.2) -> Area:
    """A square zone; the default one holds the breakdown and the depot."""
    return area_of("Polygon", square(lng, lat, side), INDIAN_MERIDIAN_DEG)


@dataclass
class FakeZones:
    """``ZoneMap`` with one zone everywhere, or none."""

    zone: PlacedZone | None = None
    served: bool = True

    def zone_at(self, tenant: str, lat: float, lng: float, at: datetime) -> PlacedZone | None:
        del tenant, lat, lng, at
        return self.zone

    def serves(self, tenant: str, lat: float, lng: float, at: datetime) -> bool:
        del tenant, lat, lng, at
        return self.served


@dataclass
class FakePrices:
    """``PriceBook`` with the tariffs given, each in effect from its instant on, for every place and tenant."""

    tariffs: Sequence[PublishedTariff] = ()

    def tariff_at(self, tenant: str, place: PlacedZone | None, at: datetime) -> PublishedTariff | None:
        del tenant, place
        begun = [tariff for tariff in self.tariffs if tariff.effective_from <= at]
        return max(begun, key=lambda tariff: (tariff.effective_from, tariff.tariff_version), default=None)

    def price(
        self,
        tenant: str,
        place: PlacedZone | None,
        service: Service,
        vehicle_class: VehicleClass,
        tow_distance_m: int | None,
        at: datetime,
        customer_state_code: str | None = None,
    ) -> Priced | None:
        tariff = self.tariff_at(tenant, place, at)
        if tariff is None:
            return None
        time_zone, state_code = (place.time_zone, place.state_code) if place else (None, None)
        supply = supply_of(tariff.terms, time_zone, state_code, customer_state_code)
        return quote(tariff, service, vehicle_class, tow_distance_m, supply, at)

    def published(self, tenant: str, tariff_id: UUID, tariff_version: int) -> PublishedTariff | None:
        del tenant
        wanted = (tariff_id, tariff_version)
        return next((one for one in self.tariffs if (one.tariff_id, one.tariff_version) == wanted), None)
