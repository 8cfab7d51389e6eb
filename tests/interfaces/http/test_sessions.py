"""Does the API know who calls, and do sessions begin, go on and end through it?"""

import pytest

from tests.support.api import HELP, Api

pytestmark = [pytest.mark.anyio, pytest.mark.servers]


@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer x.y.z", "Basic dXNlcjpwYXNz", "Bearer  "])
async def test_the_api_answers_a_bad_token_with_a_problem(api: Api, sent: str) -> None:
    answer = await api.client.post("/v1/service-requests", json=HELP, headers={"Authorization": sent})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def test_a_local_token_is_made_and_works(api: Api) -> None:
    made = await api.client.post("/v1/tokens", json={"role": "customer"})
    assert made.status_code == 201, made.text
    headers = {"Authorization": f"Bearer {made.json()['access_token']}"}
    assert (await api.client.get("/v1/service-requests", headers=headers)).status_code == 200
    wrong = await api.client.post("/v1/tokens", json={"role": "provider"})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/subject")
