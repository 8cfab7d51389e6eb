"""How does a simulated desk see to it that something is charged, before anybody calls?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from interfaces.simulation.acts import location

if TYPE_CHECKING:
    from interfaces.simulation.acts import Acts, Point

TARIFFS: Final = "/v1/tariffs"
# Karnataka in the numbering that Indian tax invoices use.
STATE_CODE: Final = "29"


async def charge(acts: Acts, place: Point) -> None:
    """Publish the default tariff and wait until a call from that place would be priced by it.

    A day that goes on under its name has it already. Raises Refused or GaveUp.
    """
    body = {"state_code": STATE_CODE}
    published = await acts.say(acts.desk, f"{TARIFFS}/default", body, note="tariffs", key="/tariff")
    told = {
        "service": "flat_tyre",
        "vehicle_class": "car",
        "location": location(place),
        "min_position": published["position"],
    }
    # The api answers when its prices have come so far, and 503 until then, which is asked again.
    await acts.say(acts.desk, "/v1/price-estimates", told, key=f"/estimate/{published['position']}")
