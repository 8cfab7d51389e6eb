"""Do both sides of a job rate each other without seeing what the other said first?"""

from typing import Any, cast

import pytest

from domain.actor import Actor, Role
from tests.interfaces.http.case import completed, on_scene
from tests.support.api import Api, Job, somebody

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

Answer = dict[str, Any]


async def rate(api: Api, job: Job, by: Actor, stars: int, *tags: str) -> Answer:
    return cast("Answer", await api.done(f"{job.request_path}/ratings", by, {"stars": stars, "tags": list(tags)}))


async def seen(api: Api, job: Job, by: Actor, position: object) -> Answer:
    return cast("Answer", (await api.get(f"{job.request_path}/ratings", by, min_position=position)).json())


async def opinion(api: Api, job: Job, by: Actor, position: object) -> Answer:
    path = f"/v1/providers/{job.shift['provider_id']}/rating"
    return cast("Answer", (await api.get(path, by, min_position=position)).json())


async def test_neither_side_sees_the_other_before_it_has_rated(api: Api) -> None:
    job = await completed(api, api.desk)
    first = await rate(api, job, job.customer, 4, "late")
    assert (first["by"], first["stars"], first["tags"]) == ("customer", 4, ["late"])
    for_provider = await seen(api, job, job.provider, first["position"])
    assert (for_provider["by_customer"], for_provider["by_provider"]) == (None, None)
    assert (await seen(api, job, job.customer, first["position"]))["by_customer"]["stars"] == 4
    assert (await seen(api, job, api.desk, first["position"]))["by_customer"]["stars"] == 4
    assert (await opinion(api, job, job.provider, first["position"]))["ratings"] == 0
    second = await rate(api, job, job.provider, 5)
    for_provider = await seen(api, job, job.provider, second["position"])
    assert (for_provider["by_customer"]["stars"], for_provider["by_provider"]["stars"]) == (4, 5)
    told = await opinion(api, job, job.provider, second["position"])
    assert (told["ratings"], told["average_percent"], told["fours"]) == (1, 400, 1)


async def test_who_thinks_better_of_it_says_it_again(api: Api) -> None:
    job = await completed(api, api.desk)
    await rate(api, job, job.provider, 5)
    await rate(api, job, job.customer, 1, "rude")
    revised = await rate(api, job, job.customer, 5)
    told = await seen(api, job, job.provider, revised["position"])
    assert (told["by_customer"]["stars"], told["by_customer"]["tags"]) == (5, [])
    assert (await opinion(api, job, api.desk, revised["position"]))["average_percent"] == 500


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"stars": 0}, "validation_failed"),
        ({"stars": 6}, "validation_failed"),
        ({"stars": 3, "tags": ["handsome"]}, "validation_failed"),
        ({"stars": 3, "tags": ["unreachable"]}, "bad_rating"),
    ],
)
async def test_what_cannot_be_said_is_a_named_problem(api: Api, body: dict[str, object], code: str) -> None:
    job = await completed(api, api.desk)
    answer = await api.post(f"{job.request_path}/ratings", job.customer, body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_only_a_completed_job_is_rated_and_only_by_its_own(api: Api) -> None:
    job = await on_scene(api, api.desk)
    early = await api.post(f"{job.request_path}/ratings", job.customer, {"stars": 5})
    assert early.json()["code"] == "out_of_turn"
    stranger = await api.post(f"{job.request_path}/ratings", somebody(Role.CUSTOMER), {"stars": 5})
    assert stranger.json()["code"] == "not_found"
