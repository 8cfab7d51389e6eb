"""Who may see and move whose money? Every role that a route admits; own, others', other tenants' and unknown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

import pytest

from domain.actor import Actor, Role
from domain.ids import Prefix, new_id, show
from tests.interfaces.http.admitted import admitted, pairs, sees_all, tagged
from tests.interfaces.http.of_money import OPENS_A_WALLET, WALLET, own, path_of, told
from tests.support.api import Api, somebody
from tests.support.paid import PaidJob, a_paid_job

if TYPE_CHECKING:
    import httpx

    from application.engine import Engine
    from infra.bootstrap import Stack

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

ROUTES = (
    "GET /v1/wallets/me",
    f"GET {WALLET}",
    f"GET {WALLET}/statement",
    f"POST {WALLET}/top-ups",
    f"POST {WALLET}/freeze",
    f"POST {WALLET}/freeze-end",
    "GET /v1/payments",
    "GET /v1/payments/{payment_id}",
    "POST /v1/payments/{payment_id}/repayment",
    "POST /v1/payments/{payment_id}/waiver",
    "GET /v1/invoices",
    "GET /v1/invoices/{invoice_id}",
    "POST /v1/invoices/{invoice_id}/cancellation",
    "POST /v1/invoices/{invoice_id}/credit-notes",
    "POST /v1/invoices/{invoice_id}/registration",
    "GET /v1/tax-documents",
    "GET /v1/tax-documents/{document_id}",
    "GET /v1/tax-documents/{document_id}/file",
    "GET /v1/tax-registers/{month}/file",
    f"GET {WALLET}/statement/file",
    "GET /v1/providers/{provider_id}/statement/file",
    "POST /v1/tax-registrations",
    "POST /v1/tax-registrations/end",
    "GET /v1/tax-registrations",
    "POST /v1/supply-decision",
    "GET /v1/supply-decision",
    "GET /v1/providers/{provider_id}/statement",
    "GET /v1/ledger/balances",
)
"""Every route about money."""

LATE = (datetime.now(UTC) + timedelta(days=300)).isoformat().replace("+00:00", "Z")
"""When what is decided here begins: not before the other tests of this tenant are over."""
BODIES = {
    f"POST {WALLET}/top-ups": {"amount_minor": 100, "currency": "INR"},
    f"POST {WALLET}/freeze": {"reason": "customer_asked"},
    "POST /v1/payments/{payment_id}/repayment": {"amount_minor": 1, "currency": "INR"},
    "POST /v1/payments/{payment_id}/waiver": {"reason": "goodwill"},
    "POST /v1/invoices/{invoice_id}/cancellation": {"reason": "data_entry"},
    "POST /v1/invoices/{invoice_id}/credit-notes": {
        "amount_minor": 100,
        "currency": "INR",
        "reason": "price_too_high",
    },
    "POST /v1/invoices/{invoice_id}/registration": {
        "name": "Fleet and Sons",
        "gstin": "27AAPFU0939F1ZV",
        "street": "4 Link Road",
        "town": "Mumbai",
        "pin": "400053",
    },
    "POST /v1/tax-registrations": {"gstin": "29AAGCB7383J1Z4", "effective_from": LATE},
    "POST /v1/tax-registrations/end": {"state_code": "29", "effective_from": LATE},
    "POST /v1/supply-decision": {"model": "marketplace", "effective_from": LATE},
}
ASKED = {"GET /v1/tax-documents/{document_id}/file": {"as": "json"}}
"""What is asked along with a question: a form takes no press."""
REFUSED_BY_STATE = {
    "POST /v1/payments/{payment_id}/repayment": "nothing_due",
    "POST /v1/payments/{payment_id}/waiver": "out_of_turn",
    "POST /v1/invoices/{invoice_id}/registration": "not_for_registration",
}
"""Allowed, but refused later by a rule, since the job of this file was paid."""
ABOUT_ONE = [route for route in ROUTES if "{" in route and "{month}" not in route]


async def call(api: Api, route: str, actor: Actor, job: PaidJob) -> httpx.Response:
    """The route on that job by that actor."""
    if route.startswith("POST"):
        return await api.post(path_of(route, job), actor, BODIES.get(route))
    return await api.get(path_of(route, job), actor, min_position=job.position, **ASKED.get(route, {}))


def test_no_route_about_money_is_missing_here() -> None:
    assert tagged("Money") == set(ROUTES)


@pytest.fixture(scope="module")
async def theirs(stack: Stack) -> PaidJob:
    """A job of another tenant."""
    return await a_paid_job(cast("Engine", stack.engine), "rival")


@pytest.mark.parametrize(("route", "role"), pairs(ROUTES))
async def test_those_whose_it_is_and_who_run_the_service(api: Api, job: PaidJob, route: str, role: Role) -> None:
    answer = await call(api, route, own(role, job), job)
    if route in REFUSED_BY_STATE:
        assert answer.json()["code"] == REFUSED_BY_STATE[route]
    else:
        assert answer.is_success, answer.text


@pytest.mark.parametrize(("route", "role"), [one for one in pairs(ABOUT_ONE) if not sees_all(*one)])
async def test_what_is_anothers_is_not_there(api: Api, job: PaidJob, route: str, role: Role) -> None:
    answer = await call(api, route, somebody(role), job)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("route", [one for one in ABOUT_ONE if "statement" not in one and one != OPENS_A_WALLET])
async def test_what_is_another_tenants_or_unknown_is_not_there(
    api: Api, job: PaidJob, theirs: PaidJob, route: str
) -> None:
    now = datetime.now(UTC)
    nobodys = PaidJob("demo", somebody(Role.CUSTOMER), somebody(Role.PROVIDER), new_id(now), job.position)
    for role in sorted(admitted(route)):
        for other in (theirs, nobodys):
            answer = await call(api, route, somebody(role), other)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_paying_in_opens_a_wallet_here_and_none_of_another_tenant(api: Api, stack: Stack) -> None:
    another = await a_paid_job(cast("Engine", stack.engine), "rival")
    for number, role in enumerate(sorted(admitted(OPENS_A_WALLET)), 1):
        answer = await call(api, OPENS_A_WALLET, somebody(role), another)
        assert answer.json()["balance_minor"] == number * 100


async def test_statements_show_nothing_of_another_tenant(api: Api, theirs: PaidJob) -> None:
    for route in (f"GET {WALLET}/statement", "GET /v1/providers/{provider_id}/statement"):
        answer = await told(api, path_of(route, theirs), api.desk, min_position=theirs.position)
        assert (answer["data"], answer.get("balances", [])) == ([], [])


@pytest.mark.parametrize("path", ["/v1/payments", "/v1/invoices"])
async def test_lists_show_nothing_of_others(api: Api, stack: Stack, job: PaidJob, path: str) -> None:
    another = await a_paid_job(cast("Engine", stack.engine))
    theirs = await a_paid_job(cast("Engine", stack.engine), "rival")

    async def seen(actor: Actor) -> set[str]:
        listed = await told(api, path, actor, min_position=theirs.position, limit=200)
        return {row["request_id"] for row in listed["data"]}

    ours, others, rivals = (show(Prefix.REQUEST, each.request_id) for each in (job, another, theirs))
    assert await seen(job.customer) == await seen(job.provider) == {ours}
    for actor in (api.desk, somebody(Role.AUDITOR)):
        found = await seen(actor)
        assert {ours, others} <= found
        assert rivals not in found
