"""Does the desk find the requests that wait for a person?"""

import pytest

from domain.actor import Role
from tests.support.api import Api, Json, a_request, somebody

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

PATH = "/v1/service-requests"


async def queue(api: Api, level: int, position: object) -> set[object]:
    asked: Json = {"state": "searching", "escalation": level, "min_position": position, "limit": 200}
    answer = await api.get(PATH, api.desk, **asked)
    assert answer.is_success, answer.text
    return {row["id"] for row in answer.json()["data"]}


async def test_a_request_that_waits_for_a_person_is_in_the_queue_until_it_is_given_up(api: Api) -> None:
    _, ordinary = await a_request(api)
    _, waiting = await a_request(api)
    path = f"{PATH}/{waiting['id']}"
    done = await api.done(f"{path}/escalation", api.desk, {"level": 3})
    assert waiting["id"] in await queue(api, 3, done["position"])
    assert ordinary["id"] not in await queue(api, 3, done["position"])
    assert ordinary["id"] in await queue(api, 0, done["position"])
    done = await api.done(f"{path}/search-end", api.desk)
    assert waiting["id"] not in await queue(api, 3, done["position"])


@pytest.mark.parametrize("level", [-1, 4, "high"])
async def test_there_are_three_levels(api: Api, level: object) -> None:
    answer = await api.get(PATH, somebody(Role.DISPATCHER), escalation=level)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
