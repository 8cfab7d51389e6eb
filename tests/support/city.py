"""Which zones and prices do tests speak of? A square in Bengaluru, under the Indian tariff."""

from application.zones import PlacedZone
from domain.areas import Area, area_of
from domain.tariff_terms import PublishedTariff
from domain.zone import ZoneTerms
from infra.prices.india import india
from tests.support.roadside import NOON, some_id

ZONE, TARIFF = some_id(101), some_id(111)

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
