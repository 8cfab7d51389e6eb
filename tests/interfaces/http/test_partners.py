"""Who may open partners' accounts, name a partner for a job, and see what partners owe?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from domain.actor import Actor, Role
from domain.ids import Prefix, new_id, parse, show
from tests.interfaces.http.admitted import admitted, tagged
from tests.interfaces.http.of_money import told
from tests.interfaces.http.test_payouts import a_tenant
from tests.support.api import Api, somebody

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

ONE = "/v1/partner-accounts/{partner_id}"
TERMS = {"credit_limit_minor": 5_000_000, "most_per_job_minor": 150_000}
ROUTES: dict[str, Mapping[str, Any] | None] = {
    "POST /v1/partner-accounts": {**TERMS, "currency": "INR"},
    "GET /v1/partner-accounts": None,
    f"GET {ONE}": None,
    f"POST {ONE}/terms": {**TERMS, "bears_fees": True},
    f"POST {ONE}/payments": {"amount_minor": 1, "currency": "INR"},
    "POST /v1/service-requests/{request_id}/partner": {},
}
REFUSED = {f"POST {ONE}/payments": "more_than_owed", "POST /v1/service-requests/{request_id}/partner": "not_found"}
"""Allowed, but refused later: nothing is owed yet, and there is no such request."""


def test_no_route_about_partners_is_missing_here() -> None:
    assert tagged("Partners") == set(ROUTES)


async def test_only_those_who_may_and_nobody_of_another_tenant(api: Api) -> None:
    tenant = a_tenant()
    opened = await api.done("/v1/partner-accounts", somebody(Role.ADMIN, tenant), {**TERMS, "currency": "INR"})
    own = parse(Prefix.PARTNER, str(opened["id"]))
    unknown = show(Prefix.REQUEST, new_id(datetime.now(UTC)))
    for route, body in ROUTES.items():
        method, _, template = route.partition(" ")
        path = template.replace("{partner_id}", str(opened["id"])).replace("{request_id}", unknown)
        sent = {"partner_id": opened["id"]} if body == {} else body
        for role in sorted(admitted(route)):
            actor = Actor(role, own, tenant) if role is Role.PARTNER else somebody(role, tenant)
            answer = await _sent(api, method, path, actor, sent)
            if route in REFUSED:
                assert answer.json()["code"] == REFUSED[route]
            else:
                assert answer.is_success, answer.text
        if "{" in template:
            for role in sorted(admitted(route)):
                stranger = await _sent(api, method, path, somebody(role, "rival"), sent)
                assert (stranger.status_code, stranger.json()["code"]) == (404, "not_found"), route


async def _sent(api: Api, method: str, path: str, actor: Any, body: Any) -> Any:
    return await (api.get(path, actor) if method == "GET" else api.post(path, actor, body))


async def test_terms_are_those_of_now_and_a_list_tells_what_is_owed(api: Api) -> None:
    admin = somebody(Role.ADMIN, a_tenant())
    opened = await api.done("/v1/partner-accounts", admin, {**TERMS, "currency": "INR"})
    path = f"/v1/partner-accounts/{opened['id']}"
    assert (opened["available_minor"], opened["owed_minor"]) == (5_000_000, 0)
    changed = await api.done(f"{path}/terms", admin, {**TERMS, "credit_limit_minor": 1})
    shown = await told(api, path, admin, min_position=changed["position"])
    assert (shown["credit_limit_minor"], shown["bears_fees"]) == (1, False)
    listed = await told(api, "/v1/partner-accounts", admin, min_position=changed["position"])
    assert [(row["id"], row["owed_minor"]) for row in listed["data"]] == [(opened["id"], 0)]
    bad = await api.post(f"{path}/terms", admin, {**TERMS, "effective_from": "2020-01-01T00:00:00Z"})
    assert (bad.status_code, bad.json()["code"]) == (422, "bad_effect")
