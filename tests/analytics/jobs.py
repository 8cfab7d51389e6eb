"""How are jobs done through the application, priced and paid in a zone, for analysts to ask about?"""

from __future__ import annotations

from typing import Any, cast

from domain.actor import Actor, Role
from tests.support.api import HELP, Api, Json, a_shift, somebody
from tests.support.city import square

BENGALURU: Json = {
    "slug": "bengaluru",
    "time_zone": "Asia/Kolkata",
    "state_code": "29",
    "geometry": {"type": "Polygon", "coordinates": square(77.5, 12.9, 0.2)},
}
IN_CASH: Json = {"confirm": {"payment_method": "cash"}}
WORK_DONE: Json = {"kind": "work_done", "sha256": "ab" * 32, "taken_at": "2026-01-01T00:00:00Z"}


async def a_city(api: Api, desk: Actor) -> None:
    """A zone and prices, in effect."""
    await api.done("/v1/zones", desk, BENGALURU)
    tariff = await api.done("/v1/tariffs/default", desk, {"state_code": "29"})
    asked = {name: HELP[name] for name in ("service", "vehicle_class", "location")}
    # Zones and prices reach the API's memory a moment after they were told: ask as of then.
    told = await api.done("/v1/price-estimates", desk, {**asked, "min_position": tariff["position"]})
    assert told["zone"]
    assert told["price"]


async def a_paid_job(api: Api, desk: Actor) -> int:
    """A job from the call to the cash in hand; what it cost in minor units."""
    customer = somebody(Role.CUSTOMER, desk.tenant)
    request = await api.done("/v1/service-requests", customer, {**HELP, **IN_CASH})
    provider, shift = await a_shift(api, desk)
    offer = await api.done("/v1/offers", desk, {"request_id": request["id"], "shift_id": shift["id"]})
    await api.done(f"/v1/offers/{offer['id']}/acceptance", provider)
    path = f"/v1/service-requests/{request['id']}"
    await api.done(f"{path}/en-route", provider)
    there = await api.done(f"{path}/arrival", provider, {})
    shown = await api.get(path, customer, min_position=there["position"])
    await api.done(f"{path}/start", provider, {"code": shown.json()["start_code"]})
    await api.done(f"{path}/evidence", provider, WORK_DONE)
    done = await api.done(f"{path}/completion", provider)
    total = int(cast("Any", done["fare"])["total_minor"])
    await api.done(f"{path}/cash-collection", provider, {"amount_minor": total, "currency": "INR"})
    return total


async def a_cancelled_call(api: Api, desk: Actor, reason: str) -> None:
    """A customer who calls, and calls off."""
    customer = somebody(Role.CUSTOMER, desk.tenant)
    request = await api.done("/v1/service-requests", customer, {**HELP, **IN_CASH})
    path = f"/v1/service-requests/{request['id']}/cancellation"
    await api.done(path, customer, {"reason": reason}, version=int(str(request["version"])))
