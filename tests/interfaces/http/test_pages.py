"""Are lists paged by cursors that cannot be forged or carried elsewhere?"""

import re

import pytest

from domain.actor import Role
from interfaces.http.cursors import Cursors
from interfaces.http.problems import Problem
from tests.support.api import Api, a_request, somebody

pytestmark = [pytest.mark.anyio]

PATH = "/v1/service-requests"
CURSORS = Cursors(b"secret")


@pytest.mark.servers
async def test_pages_follow_each_other_without_gaps_or_doubles(api: Api) -> None:
    customer = somebody(Role.CUSTOMER)
    made = [(await a_request(api, customer))[1] for _ in range(7)]
    seen: list[str] = []
    path = f"{PATH}?limit=3&min_position={made[-1]['position']}"
    pages = 0
    while path:
        answer = await api.client.get(path, headers=api.headers(customer))
        assert answer.status_code == 200, answer.text
        seen += [row["id"] for row in answer.json()["data"]]
        pages += 1
        link = re.fullmatch(r'<(.+)>; rel="next"', answer.headers.get("Link", ""))
        assert (link is None) == (answer.json()["next_cursor"] is None)
        path = link[1] if link else ""
    assert seen == [row["id"] for row in reversed(made)]
    assert pages == 3


@pytest.mark.servers
async def test_a_cursor_of_one_customer_is_worthless_to_another(api: Api) -> None:
    one, other = somebody(Role.CUSTOMER), somebody(Role.CUSTOMER)
    made = [await a_request(api, customer) for customer in (one, other, one, other)]
    _, last = made[-1]
    first = await api.get(PATH, one, limit=1, min_position=last["position"])
    cursor = first.json()["next_cursor"]
    assert (await api.get(PATH, one, limit=1, cursor=cursor)).status_code == 200
    refused = await api.get(PATH, other, limit=1, cursor=cursor)
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_cursor")
    refused = await api.get(PATH, one, limit=1, cursor=cursor, state="searching")
    assert refused.json()["code"] == "invalid_cursor"


@pytest.mark.servers
@pytest.mark.parametrize("limit", [0, 201, -1, "many"])
async def test_a_page_has_a_limit(api: Api, limit: object) -> None:
    answer = await api.get(PATH, somebody(Role.CUSTOMER), limit=limit)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert answer.json()["errors"][0]["pointer"] == "?limit"


def test_what_was_written_is_read() -> None:
    cursor = CURSORS.write("demo", PATH, {"state": "searching"}, ["2026-11-22T14:00:00+00:00", "abc"])
    assert CURSORS.read("demo", PATH, {"state": "searching"}, cursor) == ["2026-11-22T14:00:00+00:00", "abc"]


def test_no_character_of_a_cursor_can_be_changed() -> None:
    cursor = CURSORS.write("demo", PATH, {}, ["2026-11-22T14:00:00+00:00", "abc"])
    for at, old in enumerate(cursor):
        for new in "AZz9_-":
            if new == old:
                continue
            with pytest.raises(Problem, match="invalid_cursor"):
                CURSORS.read("demo", PATH, {}, cursor[:at] + new + cursor[at + 1 :])


@pytest.mark.parametrize("forged", ["", "x", "%%%", "a" * 600, "e30", "\u00e9"])
def test_nonsense_is_no_cursor(forged: str) -> None:
    with pytest.raises(Problem, match="invalid_cursor"):
        CURSORS.read("demo", PATH, {}, forged)


@pytest.mark.parametrize(
    ("tenant", "route", "filters"), [("other", PATH, {}), ("demo", "/v1/offers", {}), ("demo", PATH, {"state": "made"})]
)
def test_a_cursor_belongs_to_tenant_list_and_filters(tenant: str, route: str, filters: dict[str, object]) -> None:
    cursor = CURSORS.write("demo", PATH, {}, ["a", "b"])
    with pytest.raises(Problem, match="invalid_cursor"):
        CURSORS.read(tenant, route, filters, cursor)
    with pytest.raises(Problem, match="invalid_cursor"):
        Cursors(b"another secret").read("demo", PATH, {}, cursor)
