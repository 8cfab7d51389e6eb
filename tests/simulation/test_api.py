"""Does the simulated people's client do what a client must: the same key again, a new token, an end to patience?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from interfaces import demo, simulation
from interfaces.simulation.api import Api, GaveUp, Refused, Who

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.anyio

CALLER = Who("customer", "usr_1")


class Away:
    """An API of a few lines that is away, or says no, when the test wants it."""

    def __init__(self, *answers: Callable[[httpx.Request], httpx.Response]) -> None:
        self.answers = list(answers)
        self.keys: list[str | None] = []
        self.asked: list[httpx.Request] = []
        self.tokens = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/tokens":
            self.tokens += 1
            return httpx.Response(201, json={"access_token": f"token-{self.tokens}", "expires_in": 600})
        self.keys.append(request.headers.get("Idempotency-Key"))
        self.asked.append(request)
        return self.answers.pop(0)(request)

    def client(self, give_up_after_s: float = 60) -> Api:
        return Api("http://city", "demo", give_up_after_s, transport=httpx.MockTransport(self))


def done(_request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"id": "req_1", "position": 7})


def problem(status: int, code: str) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _request: httpx.Response(status, json={"code": code, "detail": "no"})


def gone(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


def cut(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadError("cut", request=request)


async def test_a_command_is_sent_again_under_its_key_until_it_is_answered() -> None:
    city = Away(gone, cut, problem(503, "log_unavailable"), problem(409, "contended"), done)
    api = city.client()
    assert await api.order(CALLER, "/v1/x", "key-1", {"a": 1}) == {"id": "req_1", "position": 7}
    assert city.keys == ["key-1"] * 5
    assert {request.content for request in city.asked} == {b'{"a":1}'}
    assert api.tally.retries == {"ConnectError": 1, "ReadError": 1, "503": 1, "409": 1}
    assert city.tokens == 1


async def test_a_no_is_not_asked_again() -> None:
    for status, code in (
        (409, "offer_lapsed"),
        (422, "validation_failed"),
        (404, "not_found"),
        (500, "internal_error"),
    ):
        city = Away(problem(status, code))
        with pytest.raises(Refused, match=code):
            await city.client().order(CALLER, "/v1/x", "key-1")
        assert len(city.keys) == 1


async def test_an_answer_that_is_no_problem_document_is_a_no_too() -> None:
    city = Away(lambda _request: httpx.Response(418, text="teapot"))
    with pytest.raises(Refused, match="418 unknown"):
        await city.client().ask(CALLER, "/v1/x")


async def test_a_token_that_is_no_longer_taken_is_renewed_once_and_used() -> None:
    city = Away(problem(401, "unauthenticated"), done)
    await city.client().order(CALLER, "/v1/x", "key-1")
    assert [request.headers["Authorization"] for request in city.asked] == ["Bearer token-1", "Bearer token-2"]


async def test_patience_has_an_end() -> None:
    city = Away(*[gone] * 50)
    with pytest.raises(GaveUp, match="ConnectError"):
        await city.client(give_up_after_s=0.1).order(CALLER, "/v1/x", "key-1")
    assert len(city.keys) < 10


async def test_a_list_is_read_to_its_last_page() -> None:
    def page(request: httpx.Request) -> httpx.Response:
        cursor = request.url.params.get("cursor")
        following = {None: "a", "a": "b", "b": None}[cursor]
        return httpx.Response(200, json={"data": [{"page": cursor}], "next_cursor": following})

    city = Away(page, page, page)
    rows = await city.client().ask_all(CALLER, "/v1/offers", state="made")
    assert [row["page"] for row in rows] == [None, "a", "b"]
    assert {request.url.params["state"] for request in city.asked} == {"made"}


async def test_everyone_has_a_token_of_their_own() -> None:
    city = Away(done, done, done)
    api = city.client()
    for who in (CALLER, Who("provider", "prv_1"), CALLER):
        await api.order(who, "/v1/x", "key")
    assert city.tokens == 2


def test_simulated_people_know_nothing_but_the_api() -> None:
    """No module of theirs imports the application, the infrastructure or another edge.

    But one: whatever starts the demo process reads the settings and configures the log.
    """
    modules = [*Path(simulation.__file__).parent.glob("*.py"), *Path(demo.__file__).parent.glob("*.py")]
    for module in (one for one in modules if one.name != "main.py"):
        for line in module.read_text().splitlines():
            words = line.split()
            if words[:1] in (["import"], ["from"]):
                assert words[1].split(".")[0] not in {"application", "infra", "projections"}, f"{module.name}: {line}"
                assert not words[1].startswith("domain.") or words[1] == "domain.refusal", f"{module.name}: {line}"
                ours = words[1].startswith("interfaces")
                people = ("interfaces.simulation", "interfaces.demo")
                assert not ours or words[1].startswith(people), f"{module.name}: {line}"
