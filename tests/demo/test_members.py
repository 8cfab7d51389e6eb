"""Does the demo city sell the original's four plans, and do its members ask once what is borne of a price?"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from domain.plan_terms import FIRST_FOUR
from interfaces.demo.demand import Demand
from interfaces.demo.members import MEMBERS, PLANS, Members, plan_of
from interfaces.simulation.acts import Acts
from interfaces.simulation.api import Api, Who
from interfaces.simulation.day import Journal
from tests.support.roadside import NOON

pytestmark = pytest.mark.anyio
SUBSCRIPTION = {"id": "sub_1", "state": "active", "gateway_order": None, "position": 2}


class Deployment:
    """An API of a few lines in which whoever asks is a member at once."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str, dict[str, Any]]] = []
        self.refuses = ""
        self.is_sold = asyncio.Event()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/v1/tokens":
            return httpx.Response(201, json={"access_token": "t", "expires_in": 600})
        if request.method == "GET":
            return httpx.Response(200, json=SUBSCRIPTION)
        self.said.append((path, request.headers["idempotency-key"], json.loads(request.content)))
        if len(self.said) == len(PLANS):
            self.is_sold.set()
        if path.endswith("/coverage"):
            if self.refuses:
                return httpx.Response(409, json={"code": self.refuses, "detail": "no"})
            return httpx.Response(200, json={"id": "cov_1", "covered_minor": 29_400, "position": 3})
        return httpx.Response(201, json=SUBSCRIPTION)


async def lived(deployment: Deployment, checkout: str) -> tuple[Members, list[int]]:
    """Until the first member broke down, or the plans are offered."""
    api = Api("http://city", "demo-city", 60, transport=httpx.MockTransport(deployment))
    broke_down: list[int] = []
    done = asyncio.Event()

    def breaks_down(number: int, _at: object) -> None:
        broke_down.append(number)
        done.set()

    members = Members(Acts(api, "demo", Journal()), checkout, lambda number, _at: f"usr_{number}", breaks_down)
    living = asyncio.create_task(members.live())
    deployment.is_sold = done if not checkout else asyncio.Event()
    await asyncio.wait_for(done.wait(), 60)
    await asyncio.sleep(0)
    living.cancel()
    await asyncio.gather(living, return_exceptions=True)
    return members, broke_down


def test_the_four_plans_of_the_original_are_sold() -> None:
    assert {plan["code"]: plan["price_minor"] for plan in PLANS} == {
        code: terms.price_minor for code, terms in FIRST_FOUR.items()
    }
    for plan in PLANS:
        terms = FIRST_FOUR[str(plan["code"])]
        told = [_told(each) for each in terms.benefits]
        assert (plan["benefits"], plan["term_days"], plan["vehicles"]) == (told, terms.term_days, terms.vehicles)
    assert {plan_of(number) for number in MEMBERS} == set(FIRST_FOUR)


def _told(benefit: Any) -> dict[str, object]:
    return {"benefit": benefit.benefit.value, "units": benefit.units, "most_per_event": benefit.most_per_event}


async def test_without_a_stand_in_plans_are_sold_and_nobody_pays_at_the_real_gateway() -> None:
    deployment = Deployment()
    _, broke_down = await lived(deployment, "")
    assert [path for path, _, _ in deployment.said] == ["/v1/plans"] * len(PLANS)
    assert broke_down == []


async def test_a_member_joins_breaks_down_and_asks_what_is_borne() -> None:
    deployment = Deployment()
    members, broke_down = await lived(deployment, "http://127.0.0.1:1")
    assert broke_down == [MEMBERS[0]]
    member = Who("customer", f"usr_{MEMBERS[0]}")
    assert await members.cover(member, "req_1", {"version": 1})
    path, _, body = deployment.said[-1]
    joined = next(told for where, _, told in deployment.said if where == "/v1/subscriptions")
    assert path == "/v1/service-requests/req_1/coverage"
    assert body == {"subscription_id": "sub_1", "vehicle_id": joined["vehicle_ids"][0]}
    said = len(deployment.said)
    assert not await members.cover(Who("customer", "usr_nobody"), "req_1", {"version": 1})
    assert len(deployment.said) == said
    deployment.refuses = "not_covered"
    assert not await members.cover(member, "req_2", {"version": 1})


def test_a_members_breakdown_is_the_same_all_day() -> None:
    demand = Demand(1, 20)
    first, again = demand.of_member(25, NOON), demand.of_member(25, NOON.replace(hour=18))
    assert (first.key, first.customer, first.service) == (again.key, 25, "flat_tyre")
