"""Can crews say where they are over HTTP, and does only who may see it, see it?"""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from domain.actor import Actor, Role
from domain.ids import Prefix, new_id, show
from tests.support.api import DEPOT, Api, Json, a_shift, an_offer, somebody

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

PATH = "/v1/positions"


def instant(seconds: float = 0) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def ping(shift_id: object, seconds: float = 0, **other: object) -> Json:
    return {"shift_id": shift_id, "location": DEPOT, "accuracy_m": 12.5, "taken_at": instant(seconds), **other}


async def on_duty(api: Api) -> tuple[Actor, Json]:
    """A shift that the read model knows."""
    provider, shift = await a_shift(api)
    await api.get("/v1/shifts", api.desk, min_position=shift["position"])
    return provider, shift


async def test_a_batch_is_taken_and_the_last_position_can_be_read(api: Api) -> None:
    provider, shift = await on_duty(api)
    batch = [ping(shift["id"], -each, speed_mps=8.0, heading_deg=90) for each in range(5)]
    assert await api.done(PATH, provider, {"positions": batch}) == {"accepted": 5, "duplicates": 0, "refused": []}
    assert await api.done(PATH, provider, {"positions": batch}) == {"accepted": 0, "duplicates": 5, "refused": []}
    path = f"/v1/shifts/{shift['id']}/position"
    for who in (provider, api.desk):
        shown = (await api.get(path, who)).json()
        assert datetime.fromisoformat(shown["taken_at"]) == datetime.fromisoformat(str(batch[0]["taken_at"]))
        assert (shown["location"], shown["speed_mps"], shown["shift_id"]) == (DEPOT, 8.0, shift["id"])
    for stranger in (somebody(Role.PROVIDER), somebody(Role.CUSTOMER), somebody(Role.DISPATCHER, "rival")):
        assert (await api.get(path, stranger)).status_code == 404


async def test_what_is_not_believed_is_named_with_its_place_and_the_rest_is_kept(api: Api) -> None:
    provider, shift = await on_duty(api)
    _, other = await on_duty(api)
    batch = [
        ping(shift["id"], 40),
        ping(shift["id"], -10),
        ping(shift["id"], -9, location={"lat": 28.6, "lng": 77.2}),
        ping(shift["id"], -1_000),
        ping(shift["id"], -8, accuracy_m=2_500),
        ping(other["id"]),
        ping(show(Prefix.SHIFT, new_id(datetime.now(UTC)))),
    ]
    codes = [
        "position_in_future",
        "implausible_jump",
        "position_too_old",
        "inaccurate",
        "unknown_shift",
        "unknown_shift",
    ]
    refused = [{"index": index, "code": code} for index, code in zip((0, 2, 3, 4, 5, 6), codes, strict=True)]
    told = await api.done(PATH, provider, {"positions": batch})
    assert told == {"accepted": 1, "duplicates": 0, "refused": refused}
    metrics = (await api.client.get("/metrics")).text
    assert 'vehicaid_positions_refused_total{code="implausible_jump"}' in metrics


@pytest.mark.parametrize(
    "wrong",
    [
        {"location": {"lat": 91, "lng": 0}},
        {"accuracy_m": -1},
        {"taken_at": "yesterday"},
        {"taken_at": "2026-11-22T10:00:00"},
        {"shift_id": "shf_1"},
        {"speed_mps": "fast"},
        {"heading_deg": 361},
        {"altitude_m": 900},
    ],
)
async def test_one_that_is_malformed_stops_the_batch_before_anything_is_done(api: Api, wrong: Json) -> None:
    provider, shift = await on_duty(api)
    answer = await api.post(PATH, provider, {"positions": [ping(shift["id"]), {**ping(shift["id"], -1), **wrong}]})
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert answer.json()["errors"][0]["pointer"].startswith("/positions/1/")
    assert (await api.get(f"/v1/shifts/{shift['id']}/position", provider)).status_code == 404


async def test_a_batch_holds_one_to_five_hundred_and_needs_a_key(api: Api) -> None:
    provider, shift = await on_duty(api)
    full = [ping(shift["id"], -each, speed_mps=12.34, heading_deg=123.4) for each in range(500)]
    assert (await api.done(PATH, provider, {"positions": full}))["accepted"] == 500
    for wrong in ([], [*full, ping(shift["id"])]):
        answer = await api.post(PATH, provider, {"positions": wrong})
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    answer = await api.client.post(PATH, json={"positions": full[:1]}, headers=api.headers(provider))
    assert (answer.status_code, answer.json()["code"]) == (400, "missing_idempotency_key")


async def test_large_bodies_are_for_positions_only(api: Api) -> None:
    provider, _ = await on_duty(api)
    large = {"name": "x" * 70_000, "phone": "+919845099999"}
    assert (await api.post("/v1/providers", api.desk, large)).json()["code"] == "body_too_large"
    larger = {"positions": "x" * 140_000}
    assert (await api.post(PATH, provider, larger)).json()["code"] == "body_too_large"


async def test_a_customer_sees_who_comes_while_they_come(api: Api) -> None:
    job = await an_offer(api)
    path = f"/v1/shifts/{job.shift['id']}/position"
    await api.get("/v1/shifts", api.desk, min_position=job.offer["position"])
    await api.done(PATH, job.provider, {"positions": [ping(job.shift["id"])]})
    assert (await api.get(path, job.customer)).status_code == 404, "only asked"
    done = await api.done(f"{job.offer_path}/acceptance", job.provider)
    await api.get(job.request_path, api.desk, min_position=done["position"])
    assert (await api.get(path, job.customer)).json()["location"] == DEPOT
    assert (await api.get(path, somebody(Role.CUSTOMER))).status_code == 404
    told = (await api.get(job.request_path, job.customer)).json()
    done = await api.done(
        f"{job.request_path}/cancellation", job.customer, {"reason": "other"}, version=int(told["version"])
    )
    await api.get(job.request_path, api.desk, min_position=done["position"])
    assert (await api.get(path, job.customer)).status_code == 404, "nobody comes any more"


async def test_many_at_once_and_again_are_kept_once(api: Api) -> None:
    provider, shift = await on_duty(api)
    batches = [[ping(shift["id"], -(each + part * 10)) for each in range(10)] for part in range(8)]
    answers = await asyncio.gather(
        *(api.done(PATH, provider, {"positions": batch}) for batch in [*batches, *reversed(batches)])
    )
    assert sum(int(str(each["accepted"])) for each in answers) == 80
    assert sum(int(str(each["duplicates"])) for each in answers) == 80
