"""Does the watch ask the API as the desk, no more often than it should, and survive that it is away?"""

from collections import Counter

import httpx
import pytest

from infra.embedded.ports import free_port
from interfaces.cli.main import main
from interfaces.watch.sight import EVERY_S, Onlooker

ANSWERS = {
    "/v1/service-requests": {"data": [{"id": "/v1/service-requests"}]},
    "/v1/offers": {"data": [{"id": "/v1/offers"}]},
    "/v1/shifts": {"data": [{"id": f"shf_{n}", "state": "at_job"} for n in (1, 2)]},
    "/v1/shifts/shf_1/position": {"location": {"lat": 12.97, "lng": 77.59}},
    "/v1/zones": {"data": [{"id": "zon_1"}]},
    "/v1/zones/zon_1": {"id": "zone", "geometry": None},
}


class City:
    """An API of a few lines that counts what it is asked."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.away = False
        self.tokens = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.away:
            raise httpx.ConnectError("refused", request=request)
        path = request.url.path
        self.asked[path] += 1
        if path == "/readyz":
            return httpx.Response(503, json={"ok": False, "checks": [{"name": "database", "ok": True, "detail": ""}]})
        assert request.headers["Authorization"] == "Bearer desk"
        answer = ANSWERS.get(path)
        return httpx.Response(404) if answer is None else httpx.Response(200, json=answer)

    def onlooker(self) -> Onlooker:
        def token() -> str:
            self.tokens += 1
            return "desk"

        return Onlooker("http://city", token, transport=httpx.MockTransport(self))


def test_everything_is_seen_and_what_there_is_not_is_left_out() -> None:
    city = City()
    seen = city.onlooker().look()
    assert seen.is_there
    assert [row["id"] for row in seen.requests + seen.offers + seen.zones] == [
        "/v1/service-requests",
        "/v1/offers",
        "zone",
    ]
    assert seen.places == {"shf_1": (12.97, 77.59)}
    assert seen.balances == []
    assert city.tokens == 1


def test_nothing_is_asked_again_before_it_is_due() -> None:
    city = City()
    onlooker = city.onlooker()
    onlooker.look()
    onlooker.look()
    assert set(city.asked.values()) == {1}
    assert set(EVERY_S) >= {"requests", "shifts", "offers", "zones"}


def test_an_api_that_goes_away_leaves_what_was_seen() -> None:
    city = City()
    onlooker = city.onlooker()
    onlooker.look()
    city.away = True
    onlooker._due.clear()
    seen = onlooker.look()
    assert not seen.is_there
    assert seen.requests


def test_nothing_to_watch_is_one_line_and_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["watch", "--once", "--url", f"http://127.0.0.1:{free_port()}"])
    assert left.value.code == 2
    told = capsys.readouterr().err
    assert "nothing answers at" in told
    assert told.count("\n") == 1
