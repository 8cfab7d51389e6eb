"""What does the demo city need before anybody can live in it? Zones and prices, made by its desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from interfaces.demo.places import TIME_ZONE, WHOLE_CITY, ZONES, Zone
from interfaces.simulation.prices import STATE_CODE, charge

if TYPE_CHECKING:
    from interfaces.simulation.acts import Acts


async def draw_the_map(acts: Acts) -> None:
    """Define every zone that is not there, publish the tariff (again is no news); raises Refused or GaveUp."""
    known = {zone["slug"] for zone in await acts.api.ask_all(acts.desk, "/v1/zones")}
    for zone in ZONES:
        if zone.slug not in known:
            await acts.say(acts.desk, "/v1/zones", _told(zone), note="zones", key=f"/zone/{zone.slug}")
    await charge(acts, WHOLE_CITY.corners[0])


def _told(zone: Zone) -> dict[str, object]:
    ring = [[lng, lat] for lat, lng in (*zone.corners, zone.corners[0])]
    return {
        "slug": zone.slug,
        "geometry": {"type": "MultiPolygon", "coordinates": [[ring]]},
        "time_zone": TIME_ZONE,
        "state_code": STATE_CODE,
        "priority": zone.priority,
    }
