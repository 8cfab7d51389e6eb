"""Who may give customers something to spend, who sees it, and can it be farmed? Every route, every role."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import psycopg
import pytest

from application.promo_run import Expired
from domain.actor import Actor, Role
from domain.ids import Prefix, new_id, show
from infra.database_url import app_dsn
from infra.dispatch.promo_board import PostgresPromoBoard
from tests.interfaces.http.admitted import admitted, pairs, tagged
from tests.interfaces.http.of_money import WALLET, customer_of
from tests.support.api import Api, somebody

if TYPE_CHECKING:
    import httpx

    from infra.bootstrap import Stack
    from tests.support.paid import PaidJob

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

REFERRAL = "/v1/customers/{customer_id}/referral"
ROUTES = (
    f"POST {WALLET}/grants",
    f"GET {WALLET}/grants",
    f"POST {REFERRAL}",
    f"GET {REFERRAL}",
    f"POST {REFERRAL}/reward",
    f"POST {WALLET}/tier-reward",
)
REFUSED_BY_RULE = {
    f"POST {REFERRAL}": "not_referable",
    f"GET {REFERRAL}": "not_found",
    f"POST {REFERRAL}/reward": "not_found",
}
"""Allowed, but refused later: who had a job already was not brought by anybody."""


def grant(minor: int = 5_000, **more: object) -> dict[str, Any]:
    now = datetime.now(UTC)
    told = {"grant_id": show(Prefix.GRANT, new_id(now)), "amount_minor": minor, "currency": "INR"}
    return {**told, "reason": "goodwill", **more}


def body_of(route: str, job: PaidJob) -> dict[str, Any] | None:
    bodies: dict[str, dict[str, Any]] = {
        f"POST {WALLET}/grants": grant(),
        f"POST {REFERRAL}": {"referrer_id": show(Prefix.USER, new_id(datetime.now(UTC)))},
        f"POST {REFERRAL}/reward": {
            "request_id": show(Prefix.REQUEST, job.request_id),
            "amount_minor": 10_000,
            "currency": "INR",
        },
    }
    return bodies.get(route)


async def call(api: Api, route: str, actor: Actor, job: PaidJob) -> httpx.Response:
    method, _, template = route.partition(" ")
    path = template.replace("{customer_id}", customer_of(job))
    if method == "GET":
        return await api.get(path, actor, min_position=api.reached)
    return await api.post(path, actor, body_of(route, job))


def test_no_route_about_rewards_is_missing_here() -> None:
    assert tagged("Rewards") == set(ROUTES)


@pytest.mark.parametrize(("route", "role"), pairs(ROUTES))
async def test_those_who_may(api: Api, job: PaidJob, route: str, role: Role) -> None:
    answer = await call(api, route, job.customer if role is Role.CUSTOMER else somebody(role), job)
    if route in REFUSED_BY_RULE:
        assert answer.json()["code"] == REFUSED_BY_RULE[route]
    else:
        assert answer.is_success, answer.text


async def test_what_is_anothers_is_not_there(api: Api, job: PaidJob) -> None:
    for route in (f"GET {WALLET}/grants", f"POST {REFERRAL}", f"GET {REFERRAL}"):
        answer = await call(api, route, somebody(Role.CUSTOMER), job)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    for role in sorted(admitted(f"POST {REFERRAL}/reward")):
        for route in (f"POST {REFERRAL}/reward", f"POST {WALLET}/tier-reward"):
            answer = await call(api, route, somebody(role, "rival"), job)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_grant_is_given_once_and_its_time_is_looked_for(api: Api, stack: Stack, job: PaidJob) -> None:
    path = WALLET.replace("{customer_id}", customer_of(job)) + "/grants"
    until = datetime.now(UTC) + timedelta(days=2)
    given = grant(7_000, expires_at=until.isoformat().replace("+00:00", "Z"))
    for _ in range(2):
        assert (await api.post(path, api.desk, given)).status_code == 200
    listed = (await api.get(path, job.customer, min_position=api.reached)).json()["data"]
    assert [(each["id"], each["left_minor"]) for each in listed] == [(given["grant_id"], 7_000)]
    connection = await psycopg.AsyncConnection.connect(app_dsn(stack.settings, "vehicaid-test"), autocommit=True)
    async with connection:
        board = PostgresPromoBoard(cast("Any", connection))
        over = [each.customer_id for each in await board.expired(until, 500)]
        assert all(isinstance(each, Expired) for each in await board.expired(until, 500))
        assert job.customer.subject_id in over
        assert job.customer.subject_id not in [
            each.customer_id for each in await board.expired(until - timedelta(days=1), 500)
        ]


async def test_nobody_brings_oneself_or_changes_who_did(api: Api, job: PaidJob) -> None:
    new = somebody(Role.CUSTOMER)
    assert new.subject_id is not None
    path = REFERRAL.replace("{customer_id}", show(Prefix.USER, new.subject_id))
    own = await api.post(path, new, {"referrer_id": show(Prefix.USER, new.subject_id)})
    assert (own.status_code, own.json()["code"]) == (409, "not_referable")
    for _ in range(2):
        assert (await api.post(path, new, {"referrer_id": customer_of(job)})).status_code == 200
    other = await api.post(path, new, {"referrer_id": show(Prefix.USER, new_id(datetime.now(UTC)))})
    assert other.json()["code"] == "not_referable"
    told = (await api.get(path, new, min_position=api.reached)).json()
    assert (told["referrer_id"], told["state"], told["withheld"]) == (customer_of(job), "waits_for_job", None)
    rival = await api.get(path, somebody(Role.ADMIN, "rival"))
    assert (rival.status_code, rival.json()["code"]) == (404, "not_found")
