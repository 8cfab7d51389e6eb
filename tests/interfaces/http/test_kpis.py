"""Do the figures count what happened, for those who may see them, and for their own tenant alone?"""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
import pytest

from domain.actor import Actor, Role
from tests.interfaces.http.admitted import admitted
from tests.support.api import HELP, Api, Job, Json, an_offer, somebody

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

PATH = "/v1/kpis"
SEEN_BY = sorted(admitted("GET /v1/kpis"))
Answer = dict[str, Any]


def span() -> dict[str, str]:
    """The hours around now."""
    now = datetime.now(UTC)
    return {"from": (now - timedelta(hours=2)).isoformat(), "to": (now + timedelta(hours=2)).isoformat()}


async def asked(api: Api, caller: Actor, **query: object) -> httpx.Response:
    wanted = {name: str(value) for name, value in {**span(), **query}.items()}
    return await api.look(PATH, wanted, caller)


async def told(api: Api, caller: Actor, **query: object) -> Answer:
    answer = await asked(api, caller, **query)
    assert answer.status_code == 200, answer.text
    return cast("Answer", answer.json())


async def a_completed_job(api: Api, desk: Actor) -> tuple[Job, int]:
    job = await an_offer(api, desk)
    await api.done(f"{job.offer_path}/acceptance", job.provider)
    await api.done(f"{job.request_path}/en-route", job.provider)
    await api.done(f"{job.request_path}/arrival", job.provider, {})
    done = await api.done(f"{job.request_path}/completion", job.provider)
    return job, int(str(done["position"]))


async def a_cancelled_request(api: Api, tenant: str) -> int:
    customer = somebody(Role.CUSTOMER, tenant)
    request = await api.done("/v1/service-requests", customer, {**HELP, "service": "tow"})
    body: Json = {"reason": "took_too_long"}
    path = f"/v1/service-requests/{request['id']}/cancellation"
    done = await api.done(path, customer, body, version=int(str(request["version"])))
    return int(str(done["position"]))


@pytest.mark.parametrize("by", ["hour", "zone", "service"])
async def test_requests_are_counted_by_what_became_of_them(api: Api, by: str) -> None:
    tenant = f"figures-{by}"
    desk = somebody(Role.DISPATCHER, tenant)
    await a_completed_job(api, desk)
    position = await a_cancelled_request(api, tenant)
    answer = await told(api, desk, by=by, min_position=position)
    total = answer["total"]
    counts = ("requests", "assigned", "arrived", "completed", "cancelled", "still_open")
    assert [total[name] for name in counts] == [2, 1, 1, 1, 1, 0]
    assert [sum(group[name] for group in answer["data"]) for name in counts] == [2, 1, 1, 1, 1, 0]
    assert 0 <= total["time_to_assign_p50_s"] <= total["time_to_arrive_p50_s"]
    assert total["revenue"] == []
    if by == "service":
        assert [group["service"] for group in answer["data"]] == ["flat_tyre", "tow"]
        assert answer["data"][1]["time_to_assign_p50_s"] is None
    else:
        assert {group["time_zone"] for group in answer["data"]} == {"UTC"}


@pytest.mark.parametrize("role", SEEN_BY)
async def test_those_who_may(api: Api, role: Role) -> None:
    answer = await asked(api, somebody(role))
    assert answer.status_code == 200, answer.text


async def test_nobody_sees_anothers_figures(api: Api) -> None:
    _, position = await a_completed_job(api, somebody(Role.DISPATCHER, "figures-theirs"))
    answer = await told(api, somebody(Role.ADMIN, "figures-ours"), min_position=position)
    assert (answer["data"], answer["total"]["requests"]) == ([], 0)


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-03-02T12:00:00Z", "2026-03-02T12:00:00Z"),
        ("2026-03-02T12:00:00Z", "2026-03-01T12:00:00Z"),
        ("2026-03-02T12:00:00Z", "2026-04-02T12:00:01Z"),
    ],
)
async def test_a_span_that_makes_no_sense_is_refused(api: Api, since: str, until: str) -> None:
    answer = await asked(api, api.desk, **{"from": since, "to": until})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_input")
