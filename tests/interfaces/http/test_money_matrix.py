"""Who may see and move whose money? Every route about money, every role; own, others', other tenants' and unknown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

import pytest

from domain.actor import Actor, Role
from domain.ids import Prefix, new_id, show
from interfaces.http.app import described_app
from tests.interfaces.http.of_money import OPENS_A_WALLET, WALLET, own, path_of, told
from tests.support.api import Api, somebody
from tests.support.paid import PaidJob, a_paid_job

if TYPE_CHECKING:
    import httpx

    from application.engine import Engine
    from infra.bootstrap import Stack

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

DESK = (Role.DISPATCHER, Role.ADMIN, Role.SYSTEM)
OF_CUSTOMER = {Role.CUSTOMER, Role.AUDITOR, *DESK}
ADMITTED: dict[str, set[Role]] = {
    "GET /v1/wallets/me": {Role.CUSTOMER},
    f"GET {WALLET}": OF_CUSTOMER,
    f"GET {WALLET}/statement": OF_CUSTOMER,
    f"POST {WALLET}/top-ups": set(DESK),
    f"POST {WALLET}/freeze": set(DESK),
    f"POST {WALLET}/freeze-end": set(DESK),
    "GET /v1/payments": set(Role),
    "GET /v1/payments/{payment_id}": set(Role),
    "POST /v1/payments/{payment_id}/repayment": {Role.CUSTOMER, *DESK},
    "POST /v1/payments/{payment_id}/waiver": set(DESK),
    "GET /v1/invoices": set(Role),
    "GET /v1/invoices/{invoice_id}": set(Role),
    "POST /v1/invoices/{invoice_id}/cancellation": set(DESK),
    "POST /v1/invoices/{invoice_id}/credit-notes": set(DESK),
    "POST /v1/invoices/{invoice_id}/registration": set(DESK),
    "GET /v1/tax-documents": set(Role),
    "GET /v1/tax-documents/{document_id}": set(Role),
    "GET /v1/tax-documents/{document_id}/file": set(Role),
    "GET /v1/tax-registers/{month}/file": {Role.AUDITOR, *DESK},
    f"GET {WALLET}/statement/file": OF_CUSTOMER,
    "GET /v1/providers/{provider_id}/statement/file": {Role.PROVIDER, Role.AUDITOR, *DESK},
    "POST /v1/tax-registrations": {Role.ADMIN},
    "POST /v1/tax-registrations/end": {Role.ADMIN},
    "GET /v1/tax-registrations": {Role.AUDITOR, *DESK},
    "POST /v1/supply-decision": {Role.ADMIN},
    "GET /v1/supply-decision": {Role.AUDITOR, *DESK},
    "GET /v1/providers/{provider_id}/statement": {Role.PROVIDER, Role.AUDITOR, *DESK},
    "GET /v1/ledger/balances": {Role.AUDITOR, *DESK},
}
"""Every route about money, and who may use it at all."""

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
ABOUT_ONE = [route for route in ADMITTED if "{" in route and "{month}" not in route]


async def call(api: Api, route: str, actor: Actor, job: PaidJob) -> httpx.Response:
    """The route on that job by that actor."""
    if route.startswith("POST"):
        return await api.post(path_of(route, job), actor, BODIES.get(route))
    return await api.get(path_of(route, job), actor, min_position=job.position, **ASKED.get(route, {}))


def test_no_route_about_money_is_missing_here() -> None:
    declared = {}
    for route in described_app().routes:
        if "Money" in (getattr(route, "tags", None) or ()):
            (method,) = getattr(route, "methods")  # noqa: B009  routes of all kinds
            declared[f"{method} {getattr(route, 'path')}"] = {  # noqa: B009
                Role(role)
                for role in getattr(route, "openapi_extra")["x-roles"]  # noqa: B009
            }
    assert declared == ADMITTED


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("route", ADMITTED)
async def test_only_those_whose_it_is_and_who_run_the_service(api: Api, job: PaidJob, route: str, role: Role) -> None:
    answer = await call(api, route, own(role, job), job)
    if role in ADMITTED[route] and route in REFUSED_BY_STATE:
        assert answer.json()["code"] == REFUSED_BY_STATE[route]
    elif role in ADMITTED[route]:
        assert answer.is_success, answer.text
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.PROVIDER])
@pytest.mark.parametrize("route", ABOUT_ONE)
async def test_what_is_anothers_is_not_there(api: Api, job: PaidJob, route: str, role: Role) -> None:
    answer = await call(api, route, somebody(role), job)
    refused = (404, "not_found") if role in ADMITTED[route] else (403, "forbidden")
    assert (answer.status_code, answer.json()["code"]) == refused


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("route", [route for route in ABOUT_ONE if "statement" not in route])
async def test_what_is_another_tenants_or_unknown_is_not_there(
    api: Api, stack: Stack, job: PaidJob, route: str, role: Role
) -> None:
    theirs = await a_paid_job(cast("Engine", stack.engine), "rival")
    now = datetime.now(UTC)
    nobodys = PaidJob("demo", somebody(Role.CUSTOMER), somebody(Role.PROVIDER), new_id(now), job.position)
    for other in (theirs, nobodys):
        answer = await call(api, route, somebody(role), other)
        if role not in ADMITTED[route]:
            assert answer.status_code == 403
        elif route == OPENS_A_WALLET:
            assert answer.json()["balance_minor"] == 100, "a wallet of that customer in this tenant, and no other"
        else:
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_statements_show_nothing_of_another_tenant(api: Api, stack: Stack) -> None:
    theirs = await a_paid_job(cast("Engine", stack.engine), "rival")
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
