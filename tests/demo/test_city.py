"""Does the demo city pick up what a killed one left, and do nothing twice?"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from interfaces.demo.city import City, Place
from interfaces.demo.demand import Demand
from interfaces.simulation.api import Api

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.anyio

PRICE = {"version": 1, "total_minor": 29_400, "currency": "INR", "valid_until": "2030-01-01T00:00:00Z"}


class Deployment:
    """An API of a few lines in which one request stands somewhere, and one offer is out."""

    def __init__(self, state: str) -> None:
        self.now = datetime.now(UTC).isoformat()
        self.row: dict[str, Any] = {
            "id": "req_1",
            "state": state,
            "version": 9,
            "service": "flat_tyre",
            "customer_id": "usr_1",
            "provider_id": "prv_7",
            "offer_id": "off_1",
            "updated_at": (datetime.now(UTC) - timedelta(hours=3)).isoformat(),
            "quote": PRICE,
            "payment_method": None if state == "quoted" else "cash",
            "fare": None,
            "start_code": "1234",
        }
        self.said: Counter[str] = Counter()
        self.reached: Callable[[str], None] = lambda _state: None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/v1/tokens":
            return httpx.Response(201, json={"access_token": "t", "expires_in": 600})
        if request.method == "GET":
            return httpx.Response(200, json=self._shown(path, request.url.params.get("state")))
        self.said[path] += 1
        following = {
            "confirmation": "searching",
            "arrival": "on_scene",
            "start": "in_service",
            "completion": "completed",
        }
        self.row["state"] = following.get(path.rsplit("/", 1)[-1], self.row["state"])
        self.row["version"] += 1
        self.reached(self.row["state"])
        if path.endswith("/confirmation"):
            self.row["payment_method"] = json.loads(request.content)["payment_method"]
        told = {name: self.row[name] for name in ("state", "version", "offer_id", "quote", "payment_method", "fare")}
        return httpx.Response(200, json={"id": "req_1", "position": self.row["version"], **told})

    def _shown(self, path: str, state: str | None) -> dict[str, Any]:
        if path == "/v1/service-requests":
            return {"data": [self.row] if state in {None, self.row["state"]} else [], "next_cursor": None}
        if path.endswith("/customer-details"):
            return {"location": {"lat": 12.97, "lng": 77.59}, "drop_location": None}
        if path.startswith("/v1/offers/"):
            return {"id": "off_1", "request_id": "req_1", "distance_m": 500, "state": "accepted"}
        return {"data": [], "next_cursor": None} if path == "/v1/offers" else self.row


async def lived(deployment: Deployment, until: str) -> Counter[str]:
    """A city over it until the request stands there."""
    api = Api("http://city", "demo-city", 60, transport=httpx.MockTransport(deployment))
    told: list[str] = []
    city = City(Place("http://city", "demo-city", 600, 2), Demand(1, 3_600), api, told.append)
    city.crews.all[3].provider_id = "prv_7"
    there = asyncio.Event()
    deployment.reached = lambda state: there.set() if state == until else None
    living = asyncio.create_task(city.live())
    try:
        await asyncio.wait_for(there.wait(), 60)
    finally:
        living.cancel()
        await asyncio.gather(living, return_exceptions=True)
        await api.close()
    assert told == []
    return deployment.said


async def test_a_crew_goes_on_with_its_job() -> None:
    said = await lived(Deployment("en_route"), until="completed")
    work = [path.rsplit("/", 1)[-1] for path in said if path.startswith("/v1/service-requests/req_1/")]
    assert work[:4] == ["arrival", "start", "evidence", "completion"]
    assert max(count for path, count in said.items() if not path.endswith(("/evidence", "/plans"))) == 1


async def test_a_customer_goes_on_with_deciding() -> None:
    deployment = Deployment("quoted")
    deployment.row |= {"provider_id": None, "offer_id": None}
    said = await lived(deployment, until="searching")
    assert said["/v1/service-requests/req_1/confirmation"] == 1
