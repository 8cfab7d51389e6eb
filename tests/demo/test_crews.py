"""Does a crew of the demo drive where it should, ping no more than a phone, and register once?"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from interfaces.demo.companies import COMPANIES
from interfaces.demo.crews import PING_MOVING_S, PING_STILL_S, Crew, Crews
from interfaces.demo.manners import DemoManners
from interfaces.demo.places import metres, moved
from interfaces.simulation.acts import Acts
from interfaces.simulation.api import Api
from interfaces.simulation.day import Journal, Pace


def test_it_is_on_the_way_as_far_as_the_time() -> None:
    crew = Crew(COMPANIES[0], shift_id="shf_1")
    there = moved(crew.company.base, 2_000, 0)
    now = datetime.now(UTC)
    assert crew.place(now) == crew.company.base
    crew.set_out(there, 100)
    half = datetime.now(UTC) + timedelta(seconds=50)
    assert metres(crew.place(half), moved(crew.company.base, 1_000, 0)) < 20
    assert crew.moves(half)
    late = half + timedelta(seconds=60)
    assert crew.place(late) == there
    assert not crew.moves(late)
    crew.set_out(None, 100)
    assert crew.place(late) == there


def test_it_pings_often_on_the_way_and_seldom_where_it_stands() -> None:
    now = datetime.now(UTC)
    crew = Crew(COMPANIES[0])
    assert not crew.is_due(now), "nobody is on duty"
    crew.shift_id = "shf_1"
    assert crew.is_due(now)
    crew.pinged_at = now
    assert not crew.is_due(now + timedelta(seconds=PING_STILL_S - 1))
    assert crew.is_due(now + timedelta(seconds=PING_STILL_S))
    crew.set_out(moved(crew.company.base, 9_000, 0), 600)
    assert crew.is_due(now + timedelta(seconds=PING_MOVING_S))


class Registry:
    """An API of a few lines that knows companies and shifts."""

    def __init__(self) -> None:
        self.providers: dict[str, dict[str, Any]] = {}
        self.shifts: dict[str, str] = {}
        self.made: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        parts = request.url.path.split("/")
        told = json.loads(request.content) if request.content else {}
        if parts[2] == "tokens":
            return httpx.Response(201, json={"access_token": "t", "expires_in": 600})
        if request.method == "POST":
            self.made.append(request.url.path)
        if parts[2] == "shifts":
            return self._of_shifts(request, told)
        if len(parts) > 3:
            return self._of_provider(parts[3], parts[4] if len(parts) > 4 else "", told)
        if request.method == "POST":
            provider_id = f"prv_{len(self.providers)}"
            self.providers[provider_id] = {"id": provider_id, "name": told["name"], "crew": [], "trucks": []}
            return httpx.Response(201, json={"id": provider_id, "position": 1})
        listed = [{"id": provider_id} for provider_id in self.providers]
        return httpx.Response(200, json={"data": listed, "next_cursor": None})

    def _of_shifts(self, request: httpx.Request, told: dict[str, Any]) -> httpx.Response:
        if request.url.path.endswith("/position"):
            return httpx.Response(200, json={"location": {"lat": 12.9, "lng": 77.6}})
        if request.method == "POST":
            self.shifts[told["provider_id"]] = f"shf_{told['provider_id']}"
            return httpx.Response(201, json={"id": self.shifts[told["provider_id"]], "position": 2})
        provider_id = request.url.params["provider_id"]
        rows = [{"id": self.shifts[provider_id]}] if provider_id in self.shifts else []
        return httpx.Response(200, json={"data": rows, "next_cursor": None})

    def _of_provider(self, provider_id: str, what: str, told: dict[str, Any]) -> httpx.Response:
        provider = self.providers[provider_id]
        if what == "crew-members":
            provider["crew"].append({"crew_id": "crw_1", **told})
            return httpx.Response(201, json={"crew_id": "crw_1", "position": 3})
        if what == "trucks":
            provider["trucks"].append({"truck_id": "trk_1", **told})
            return httpx.Response(201, json={"truck_id": "trk_1", "position": 4})
        return httpx.Response(200, json=provider)


@pytest.mark.anyio
async def test_everyone_registers_once_however_often_the_demo_starts() -> None:
    registry = Registry()
    for start in range(2):
        api = Api("http://city", "demo-city", 60, transport=httpx.MockTransport(registry))
        acts = Acts(api, "demo", Journal())
        crews = Crews(acts, COMPANIES[:5], DemoManners(1), Pace(10))
        await crews.go_on_duty()
        assert all(crew.shift_id for crew in crews.all)
        assert len(registry.made) == 20, "a company, a crew member, a truck and a shift each, and no more"
        if start:
            assert crews.all[0].place(datetime.now(UTC)) == (12.9, 77.6), "where it was seen last"
        await api.close()
    assert len(registry.providers) == 5
