"""Does the desk close a zone, call it flooded or let it cost more, and do prices and requests heed that at once?"""

from datetime import UTC, datetime, timedelta

import pytest

from domain.actor import Role
from tests.interfaces.http.place import Answer, Place, estimated
from tests.support.api import HELP, Json, somebody

pytestmark = [pytest.mark.anyio, pytest.mark.servers]


def lines(price: Answer) -> dict[str, int]:
    return {line["kind"]: line["amount_minor"] for line in price["lines"]}


async def declared(place: Place, zone_id: str, **condition: object) -> Json:
    return await place.api.done(f"/v1/zones/{zone_id}/conditions", place.desk, condition)


async def the_request(place: Place, done: Json) -> Answer:
    answer = await place.api.get(f"/v1/service-requests/{done['id']}", place.desk, min_position=done["position"])
    shown: Answer = answer.json()
    return shown


async def test_a_surge_is_a_line_of_every_price_until_it_is_lifted(place: Place) -> None:
    zone_id = (await place.with_zone())["id"]
    await place.with_prices()
    plain = (await estimated(place.api, place.customer))["price"]
    done = await declared(place, zone_id, kind="surge", factor_percent=150)
    assert (done["kind"], done["factor_percent"], done["effective_until"]) == ("surge", 150, None)
    dear = lines((await estimated(place.api, place.customer))["price"])
    net = lines(plain)["base"] + lines(plain)["distance"]
    assert dear["surge"] == (net + 1) // 2
    shown = (await place.api.get(f"/v1/zones/{zone_id}", place.customer)).json()
    assert [(one["kind"], one["factor_percent"]) for one in shown["conditions"]] == [("surge", 150)]
    listed = (await place.api.get("/v1/zones", place.customer, min_position=done["position"])).json()["data"]
    assert listed[0]["conditions"] == shown["conditions"]
    again = await declared(place, zone_id, kind="surge", factor_percent=150, effective_from=done["effective_from"])
    assert again["version"] == done["version"], "the same once more is no news"
    # What was priced for later is lifted, too: it lasts until then and no longer.
    await place.api.done(f"/v1/zones/{zone_id}/condition-lifting", place.desk, {"kind": "surge"})
    assert lines((await estimated(place.api, place.customer))["price"]) == lines(plain)


async def test_a_surge_lasts_from_its_instant_until_its_end(place: Place) -> None:
    zone_id = (await place.with_zone())["id"]
    await place.with_prices()
    begins = datetime.now(UTC) + timedelta(days=2)
    ends = begins + timedelta(hours=3)
    await declared(
        place,
        zone_id,
        kind="surge",
        factor_percent=120,
        effective_from=begins.isoformat(),
        effective_until=ends.isoformat(),
    )
    second = timedelta(seconds=1)
    for at, is_dear in ((begins - second, False), (begins, True), (ends - second, True), (ends, False)):
        told = await estimated(place.api, place.customer, at=at.isoformat())
        assert ("surge" in lines(told["price"])) == is_dear, at


async def test_a_request_is_quoted_with_the_surge_but_who_is_in_danger_without(place: Place) -> None:
    zone_id = (await place.with_zone())["id"]
    await place.with_prices()
    await declared(place, zone_id, kind="surge", factor_percent=140)
    for sos in (False, True):
        done = await place.api.done(
            "/v1/service-requests", somebody(Role.CUSTOMER, place.desk.tenant), {**HELP, "sos": sos}
        )
        shown = await the_request(place, done)
        assert ("surge" in lines(shown["quote"])) is not sos


async def test_where_it_is_flooded_waiting_is_dangerous(place: Place) -> None:
    zone_id = (await place.with_zone())["id"]
    await declared(place, zone_id, kind="flood")
    done = await place.api.done("/v1/service-requests", place.customer, {**HELP, "hazards": ["alone"]})
    shown = await the_request(place, done)
    assert sorted(shown["hazards"]) == ["alone", "flood"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"kind": "surge"}, 422, "bad_condition"),
        ({"kind": "surge", "factor_percent": 201}, 422, "bad_condition"),
        ({"kind": "closure", "factor_percent": 150}, 422, "bad_condition"),
        ({"kind": "closure", "effective_until": "2020-01-01T00:00:00Z"}, 422, "bad_condition"),
        ({"kind": "closure", "effective_from": "2020-01-01T00:00:00Z"}, 422, "bad_effect"),
        ({"kind": "eclipse"}, 422, "validation_failed"),
    ],
)
async def test_a_bad_condition_is_a_named_problem_and_leaves_nothing(
    place: Place, body: Json, status: int, code: str
) -> None:
    done = await place.with_zone()
    answer = await place.api.post(f"/v1/zones/{done['id']}/conditions", place.desk, body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await place.api.get(f"/v1/zones/{done['id']}", place.desk)).json()["conditions"] == []


async def test_what_is_not_there_is_not_lifted(place: Place) -> None:
    done = await place.with_zone()
    answer = await place.api.post(f"/v1/zones/{done['id']}/condition-lifting", place.desk, {"kind": "flood"})
    assert (answer.status_code, answer.json()["code"]) == (409, "no_such_condition")
