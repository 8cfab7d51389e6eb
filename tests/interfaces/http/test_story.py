"""Does a call for help go all the way, over HTTP, on a real database?"""

import pytest

from domain.actor import Role
from tests.support.api import Api, an_offer, somebody

pytestmark = [pytest.mark.anyio, pytest.mark.servers]


async def test_from_a_call_for_help_to_a_completed_job(api: Api) -> None:
    made = await api.client.post("/v1/tokens", json={"role": "customer", "tenant": "demo"})
    assert made.status_code == 201, made.text
    job = await an_offer(api)

    accepted = await api.done(f"{job.offer_path}/acceptance", job.provider)
    assert (accepted["state"], accepted["request_id"]) == ("accepted", job.request["id"])
    under_way = await api.done(f"{job.request_path}/en-route", job.provider)
    assert under_way["state"] == "en_route"
    there = await api.done(f"{job.request_path}/arrival", job.provider, {"location": {"lat": 12.9717, "lng": 77.5947}})
    assert there["state"] == "on_scene"
    done = await api.done(f"{job.request_path}/completion", job.provider)
    assert done["state"] == "completed"

    shown = await api.get(job.request_path, job.customer, min_position=done["position"])
    assert shown.status_code == 200, shown.text
    told = shown.json()
    assert (told["state"], told["version"], told["can"]) == ("completed", done["version"], [])
    assert told["arrived_within_m"] < 200
    jobs = await api.get(f"/v1/providers/{told['provider_id']}/jobs", job.provider, min_position=done["position"])
    assert [one["state"] for one in jobs.json()["data"]] == ["completed"]
    shift = await api.get(f"/v1/shifts/{job.shift['id']}", job.provider, min_position=done["position"])
    assert shift.json()["state"] == "available"


async def test_the_search_goes_on_after_a_decline(api: Api) -> None:
    job = await an_offer(api)
    declined = await api.done(f"{job.offer_path}/decline", job.provider, {"reason": "too_far"})
    assert declined["state"] == "declined"
    again = {"request_id": job.request["id"], "shift_id": job.shift["id"]}
    refused = await api.post("/v1/offers", api.desk, again)
    assert (refused.status_code, refused.json()["code"]) == (409, "declined_before")
    assert refused.json()["provider_id"] == job.offer["provider_id"]


async def test_each_is_told_what_they_can_do(api: Api) -> None:
    job = await an_offer(api)
    position = job.offer["position"]

    async def can(path: str, role_or_actor: object) -> list[str]:
        answer = await api.get(path, role_or_actor, min_position=position)  # type: ignore[arg-type]  # an actor
        assert answer.status_code == 200, answer.text
        return list(answer.json()["can"])

    assert await can(job.offer_path, job.provider) == [
        *("accept", "decline", "counter"),
        *("report_delivered", "report_seen"),
    ]
    assert await can(job.offer_path, somebody(Role.DISPATCHER)) == ["withdraw"]
    assert await can(job.request_path, job.customer) == ["raise_sos", "cancel"]
