"""What does the demo city need before anybody can live in it? Zones and prices, made by its desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from interfaces.demo.places import STATE_CODE, TIME_ZONE, ZONES, Zone
from interfaces.simulation.prices import india_tariff

if TYPE_CHECKING:
    from interfaces.simulation.acts import Acts


async def draw_the_map(acts: Acts) -> None:
    """Define every zone and publish the tariff unless they are there; raises Refused or GaveUp."""
    known = {zone["slug"] for zone in await acts.api.ask_all(acts.desk, "/v1/zones")}
    for zone in ZONES:
        if zone.slug not in known:
            await acts.say(acts.desk, "/v1/zones", _told(zone), note="zones", key=f"/zone/{zone.slug}")
    if not await acts.api.ask_all(acts.desk, "/v1/tariffs"):
        await acts.say(acts.desk, "/v1/tariffs", india_tariff(), note="tariffs", key="/tariff/1")


def _told(zone: Zone) -> dict[str, object]:
    ring = [[lng, lat] for lat, lng in (*zone.corners, zone.corners[0])]
    return {
        "slug": zone.slug,
        "geometry": {"type": "MultiPolygon", "coordinates": [[ring]]},
        "time_zone": TIME_ZONE,
        "state_code": STATE_CODE,
        "priority": zone.priority,
    }
