"""Does a provider who answers an offer too late take it calmly, whatever the answer was?"""

from __future__ import annotations

import asyncio
from collections import Counter

import httpx
import pytest

from interfaces.simulation.acts import Acts
from interfaces.simulation.api import Api
from interfaces.simulation.day import Journal, Pace
from interfaces.simulation.fleet import Fleet
from interfaces.simulation.sites import Site

pytestmark = pytest.mark.anyio


class TooLate:
    """An API of a few lines with one offer that lapses before anybody answers."""

    def __init__(self) -> None:
        self.said: Counter[str] = Counter()
        self.answered = asyncio.Event()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/v1/tokens":
            return httpx.Response(201, json={"access_token": "t", "expires_in": 600})
        if request.method == "GET":
            rows = [{"id": "off_1", "request_id": "req_1", "provider_id": "prv_1", "state": "made", "distance_m": 1}]
            return httpx.Response(200, json={"data": rows if path == "/v1/offers" else [], "next_cursor": None})
        self.said[path] += 1
        if path.startswith("/v1/offers/"):
            self.answered.set()
            return httpx.Response(409, json={"code": "offer_lapsed", "detail": "too late"})
        ids = {"id": "prv_1", "crew_id": "crw_1", "truck_id": "trk_1", "position": 1}
        return httpx.Response(201, json=ids)


@pytest.mark.parametrize("decline_percent", [0, 100])
async def test_an_answer_that_comes_too_late_is_no_fault(decline_percent: int) -> None:
    late = TooLate()
    api = Api("http://city", "demo", 60, transport=httpx.MockTransport(late))
    journal = Journal()
    acts = Acts(api, "x", journal)
    site = [Site("A", 40.1, -75.3)]
    fleet = Fleet(acts, site, Pace(100_000), journal, seed=1, decline_percent=decline_percent)
    await fleet.go_on_duty()
    working = asyncio.create_task(fleet.work())
    await asyncio.wait_for(late.answered.wait(), 30)
    await asyncio.sleep(0)
    async with asyncio.timeout(30):
        while not journal.counts["too_late"]:  # noqa: ASYNC110  (a counter has no event)
            await asyncio.sleep(0.01)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    await api.close()
    assert journal.faults == []
    assert late.said["/v1/offers/off_1/decline"] == (1 if decline_percent else 0)
    assert late.said["/v1/offers/off_1/acceptance"] == (0 if decline_percent else 1)
