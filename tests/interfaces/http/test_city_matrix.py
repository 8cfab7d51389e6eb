"""Who may write what a whole tenant shares, zones and tariffs, and who may read it?"""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from domain.actor import Role
from domain.ids import Prefix, new_id, show
from tests.interfaces.http.admitted import ROWS, admitted
from tests.interfaces.http.place import Answer, Place, estimate, geometry, tariff, zone
from tests.support.api import somebody

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

Called = Callable[[Answer, Answer], tuple[str, object]]
FARE_RULES = {"waits_free_s": 600, "per_minute_minor": 200, "waits_most_minor": 5_000}
ROUTES: dict[str, Called] = {
    "POST /v1/zones": lambda _zone, _tariff: ("/v1/zones", zone("another")),
    "GET /v1/zones": lambda _zone, _tariff: ("/v1/zones", None),
    "GET /v1/zones/{zone_id}": lambda zone, _tariff: (f"/v1/zones/{zone['id']}", None),
    "POST /v1/zones/{zone_id}/geometry": lambda zone, _tariff: (
        f"/v1/zones/{zone['id']}/geometry", {"geometry": geometry()}
    ),
    "POST /v1/zones/{zone_id}/retirement": lambda zone, _tariff: (f"/v1/zones/{zone['id']}/retirement", {}),
    "POST /v1/zones/{zone_id}/conditions": lambda zone, _tariff: (
        f"/v1/zones/{zone['id']}/conditions", {"kind": "flood"}
    ),
    "POST /v1/zones/{zone_id}/condition-lifting": lambda zone, _tariff: (
        f"/v1/zones/{zone['id']}/condition-lifting", {"kind": "closure"}
    ),
    "POST /v1/tariffs": lambda _zone, _tariff: ("/v1/tariffs", tariff()),
    "POST /v1/tariffs/default": lambda _zone, _tariff: ("/v1/tariffs/default", {}),
    "GET /v1/tariffs": lambda _zone, _tariff: ("/v1/tariffs", None),
    "GET /v1/tariffs/{tariff_id}": lambda _zone, tariff: (f"/v1/tariffs/{tariff['id']}", None),
    "POST /v1/tariffs/{tariff_id}/withdrawal": lambda _zone, tariff: (f"/v1/tariffs/{tariff['id']}/withdrawal", {}),
    "POST /v1/fare-rules": lambda _zone, _tariff: ("/v1/fare-rules", FARE_RULES),
    "GET /v1/fare-rules": lambda _zone, _tariff: ("/v1/fare-rules", None),
    "POST /v1/price-estimates": lambda _zone, _tariff: ("/v1/price-estimates", estimate()),
}  # fmt: skip
"""Every route about what a whole tenant shares, and how it is called on a zone and a tariff."""
WRITTEN_BY_THE_DESK = {route for route in ROUTES if route.startswith("POST") and "estimates" not in route}


def test_no_route_is_missing_here() -> None:
    prefixes = ("/v1/zones", "/v1/tariffs", "/v1/fare-rules", "/v1/price-estimates")
    assert {route for route in ROWS if route.partition(" ")[2].startswith(prefixes)} == set(ROUTES)


@pytest.mark.parametrize("route", sorted(ROUTES))
async def test_the_desk_writes_and_everybody_of_the_tenant_reads(place: Place, route: str) -> None:
    api = place.api
    the_zone, the_tariff = await place.with_zone(), await place.with_prices()
    path, body = ROUTES[route](the_zone, the_tariff)
    rival = somebody(Role.ADMIN, "rival")
    for role in (role for role in Role if role in admitted(route)):
        caller = somebody(role, place.desk.tenant)
        if route.endswith("condition-lifting"):
            await api.done(f"/v1/zones/{the_zone['id']}/conditions", place.desk, {"kind": "closure"})
        answer = await (api.get(path, caller) if body is None else api.post(path, caller, body))
        if role is Role.DISPATCHER or route not in WRITTEN_BY_THE_DESK:
            assert answer.is_success, answer.text
    if "{" in route:
        unknown = path.replace(path.split("/")[3], show(Prefix(path.split("/")[3][:4]), new_id(datetime.now(UTC))))
        for caller, there in ((rival, path), (place.desk, unknown)):
            answer = await (api.get(there, caller) if body is None else api.post(there, caller, body))
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_lists_show_nothing_of_another_tenant(place: Place) -> None:
    the_zone, the_tariff = await place.with_zone(), await place.with_prices()
    position = the_tariff["position"]
    for path, there in (("/v1/zones", the_zone), ("/v1/tariffs", the_tariff)):
        ours = (await place.api.get(path, place.customer, min_position=position)).json()["data"]
        theirs = (await place.api.get(path, somebody(Role.ADMIN, "rival"), min_position=position)).json()["data"]
        assert [row["id"] for row in ours] == [there["id"]]
        assert there["id"] not in {row["id"] for row in theirs}
