"""Where is a tenant of its own, what does it send to draw zones and publish prices, and what does a job cost there?"""

from datetime import datetime, timedelta, timezone
from typing import Any, cast

from domain.actor import Actor, Role
from infra.prices.india import india
from interfaces.http.shapes.tariffs import clock
from tests.support.api import Api, Json, somebody
from tests.support.city import square

Answer = dict[str, Any]
INSIDE, OUTSIDE = {"lat": 12.95, "lng": 77.55}, {"lat": 13.5, "lng": 77.55}
DROP = {"lat": 13.05, "lng": 77.65}


def coming(weekday: int, hour: int) -> str:
    """An hour in India on one of the next seven days: what is published now applies by then."""
    india_time = timezone(timedelta(hours=5, minutes=30))
    tomorrow = datetime.now(india_time) + timedelta(days=1)
    day = tomorrow + timedelta(days=(weekday - tomorrow.isoweekday()) % 7)
    return day.replace(hour=hour, minute=0, second=0, microsecond=0).isoformat()


QUIET, PEAK = coming(6, 12), coming(1, 9)
"""Saturday at noon, Monday at nine."""


def geometry(lng: float = 77.5, lat: float = 12.9, side: float = 0.2) -> Json:
    return {"type": "Polygon", "coordinates": square(lng, lat, side)}


def zone(slug: str = "bengaluru", **more: object) -> Json:
    return {"slug": slug, "time_zone": "Asia/Kolkata", "state_code": "29", "geometry": geometry(), **more}


def tariff(**more: object) -> Json:
    """The Indian tariff as a body, every field of it."""
    terms = india()
    rows = [
        {"service": row.service, "vehicle_class": row.vehicle_class, "base_minor": row.base_minor,
         "per_km_minor": row.per_km_minor, "included_km": row.included_km}
        for row in terms.rows
    ]  # fmt: skip
    peaks = [
        {"days": list(peak.days), "from_time": clock(peak.from_minute), "to_time": clock(peak.to_minute),
         "multiplier_percent": peak.multiplier_percent}
        for peak in terms.peaks
    ]  # fmt: skip
    return {
        "currency": "INR", "rows": rows, "peaks": peaks, "tax_percent_bp": 1_800, "commission_percent_bp": 1_500,
        "time_zone": "Asia/Kolkata", "state_code": "29", **more,
    }  # fmt: skip


def estimate(**more: object) -> Json:
    return {"service": "tow", "vehicle_class": "car", "location": INSIDE, "drop_location": DROP, "at": QUIET, **more}


async def estimated(api: Api, caller: Actor, position: object = 0, **more: object) -> Answer:
    return cast("Answer", await api.done("/v1/price-estimates", caller, estimate(min_position=position, **more)))


class Place:
    """A tenant of its own: what is published in one test prices nothing in another."""

    def __init__(self, api: Api, tenant: str) -> None:
        self.api = api
        self.desk = somebody(Role.DISPATCHER, tenant)
        self.customer = somebody(Role.CUSTOMER, tenant)

    async def with_zone(self, **more: object) -> Answer:
        return cast("Answer", await self.api.done("/v1/zones", self.desk, zone(**more)))  # type: ignore[arg-type]

    async def with_prices(self, **more: object) -> Answer:
        return cast("Answer", await self.api.done("/v1/tariffs/default", self.desk, dict(more)))
