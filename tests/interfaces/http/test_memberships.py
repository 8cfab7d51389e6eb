"""Who may offer plans, and whose membership is whose? Every route, every role; and what becomes of a free one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from domain.actor import Actor, Role
from domain.ids import Prefix, new_id, show
from tests.interfaces.http.admitted import admitted, tagged
from tests.support.api import Api, somebody

if TYPE_CHECKING:
    import httpx

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

ONE = "/v1/subscriptions/{subscription_id}"
ROUTES = (
    "POST /v1/plans",
    "POST /v1/plans/{plan}/end",
    "GET /v1/plans",
    "POST /v1/subscriptions",
    "GET /v1/subscriptions",
    f"GET {ONE}",
    f"GET {ONE}/benefits",
    f"POST {ONE}/pause",
    f"POST {ONE}/pause-end",
    f"POST {ONE}/change",
    f"POST {ONE}/upgrade",
    f"POST {ONE}/end-with-term",
    f"POST {ONE}/end",
    "POST /v1/service-requests/{request_id}/coverage",
)
"""Every route about memberships."""

FREE = {
    "code": "free",
    "price_minor": 0,
    "currency": "INR",
    "tax_bp": 1800,
    "term_days": 45,
    "benefits": [{"benefit": "events", "units": 2, "most_per_event": 1}],
    "waiting_h": 0,
    "same_cause_days": 2,
    "vehicles": 1,
    "grace_days": 10,
}


def an_id(prefix: Prefix) -> str:
    return show(prefix, new_id(datetime.now(UTC)))


def body_of(route: str, customer: str) -> dict[str, Any] | None:
    """What is sent along."""
    vehicle = an_id(Prefix.VEHICLE)
    bodies: dict[str, dict[str, Any]] = {
        "POST /v1/plans": {**FREE, "code": "matrix"},
        "POST /v1/plans/{plan}/end": {},
        "POST /v1/subscriptions": {"customer_id": customer, "plan": "free", "vehicle_ids": [vehicle]},
        f"POST {ONE}/change": {"plan": "free"},
        f"POST {ONE}/upgrade": {"plan": "free"},
        "POST /v1/service-requests/{request_id}/coverage": {
            "subscription_id": an_id(Prefix.SUBSCRIPTION),
            "vehicle_id": vehicle,
        },
    }
    return bodies.get(route)


@pytest.fixture(scope="module")
async def plan(api: Api) -> None:
    """The tenant offers a free plan."""
    await offered(api, FREE)


async def offered(api: Api, terms: dict[str, Any], tenant: str = "demo") -> None:
    answer = await api.post("/v1/plans", somebody(Role.ADMIN, tenant), terms)
    assert answer.status_code == 201, answer.text


async def a_member(api: Api) -> tuple[Actor, dict[str, Any]]:
    """A customer who has just begun the free plan."""
    customer = somebody(Role.CUSTOMER)
    assert customer.subject_id is not None
    body = body_of("POST /v1/subscriptions", show(Prefix.USER, customer.subject_id))
    answer = await api.post("/v1/subscriptions", customer, body)
    assert answer.status_code == 201, answer.text
    return customer, answer.json()


async def call(api: Api, route: str, actor: Actor, member: dict[str, Any]) -> httpx.Response:
    """The route about that membership by that actor."""
    method, _, template = route.partition(" ")
    path = template.replace("{subscription_id}", str(member["id"])).replace("{plan}", "matrix")
    path = path.replace("{request_id}", an_id(Prefix.REQUEST))
    if method == "GET":
        return await api.get(path, actor, min_position=member["position"])
    own = actor.role is Role.CUSTOMER and actor.subject_id is not None
    customer = show(Prefix.USER, actor.subject_id) if own and actor.subject_id else str(member["customer_id"])
    return await api.post(path, actor, body_of(route, customer))


def test_no_route_about_memberships_is_missing_here() -> None:
    assert tagged("Memberships") == set(ROUTES)


@pytest.mark.parametrize("route", ROUTES)
async def test_those_who_may(api: Api, plan: None, route: str) -> None:
    for role in sorted(admitted(route)):
        customer, member = await a_member(api)
        answer = await call(api, route, customer if role is Role.CUSTOMER else somebody(role), member)
        if "coverage" in route or (route.endswith("/end") and "plan" in route):
            assert answer.status_code in {200, 404}
        else:
            assert answer.is_success, answer.text


@pytest.mark.parametrize("tenant", ["demo", "rival"])
async def test_what_is_anothers_is_not_there(api: Api, plan: None, tenant: str) -> None:
    _, member = await a_member(api)
    for route in (each for each in ROUTES if "{subscription_id}" in each):
        for role in [Role.CUSTOMER] if tenant == "demo" else sorted(admitted(route)):
            actor = somebody(role, tenant)
            answer = await call(api, route, actor, member)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), (route, role)


async def test_nobody_begins_a_membership_for_another(api: Api, plan: None) -> None:
    body = body_of("POST /v1/subscriptions", an_id(Prefix.USER))
    answer = await api.post("/v1/subscriptions", somebody(Role.CUSTOMER), body)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_free_membership_is_begun_rested_and_ended(api: Api, plan: None) -> None:
    plans = (await api.get("/v1/plans", somebody(Role.CUSTOMER), min_position=api.reached)).json()["data"]
    assert {"free"} <= {each["code"] for each in plans}
    customer, begun = await a_member(api)
    assert (begun["state"], begun["term"], begun["gateway_order"]) == ("active", 1, None)
    path = f"/v1/subscriptions/{begun['id']}"
    benefits = (await api.get(f"{path}/benefits", customer, min_position=begun["position"])).json()
    assert benefits["data"] == [{"benefit": "events", "units": 2, "most_per_event": 1, "left": 2}]
    states = [
        (await api.post(f"{path}/{act}", customer, None)).json()["state"] for act in ("pause", "pause-end", "end")
    ]
    assert states == ["paused", "active", "cancelled"]
    listed = (await api.get("/v1/subscriptions", customer, min_position=api.reached)).json()["data"]
    assert [(each["id"], each["state"]) for each in listed] == [(begun["id"], "cancelled")]
    refused = await api.post(f"{path}/change", customer, {"plan": "free"})
    assert (refused.status_code, refused.json()["code"]) == (409, "subscription_over")
