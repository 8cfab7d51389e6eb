"""Who may see and move whose money, through the API, and does it say what happened?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import pytest

from domain.actor import Actor, Role
from domain.ids import Prefix, new_id, show
from domain.price_terms import PaymentMethod
from domain.wallet_terms import wallet_id
from infra.bootstrap import Stack, build
from interfaces.http.app import described_app
from tests.support.api import Api, fresh_key, somebody
from tests.support.paid import PAID_IN, TOTAL, PaidJob, a_paid_job

if TYPE_CHECKING:
    import httpx

    from application.engine import Engine
    from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

DESK = (Role.DISPATCHER, Role.ADMIN, Role.SYSTEM)
WALLET = "/v1/customers/{customer_id}/wallet"
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
    "GET /v1/providers/{provider_id}/statement": {Role.PROVIDER, Role.AUDITOR, *DESK},
    "GET /v1/ledger/balances": {Role.AUDITOR, *DESK},
}
"""Every route about money, and who may use it at all."""

BODIES = {
    f"POST {WALLET}/top-ups": {"amount_minor": 100, "currency": "INR"},
    f"POST {WALLET}/freeze": {"reason": "customer_asked"},
    "POST /v1/payments/{payment_id}/repayment": {"amount_minor": 1, "currency": "INR"},
    "POST /v1/payments/{payment_id}/waiver": {"reason": "goodwill"},
}
REFUSED_BY_STATE = {
    "POST /v1/payments/{payment_id}/repayment": "nothing_due",
    "POST /v1/payments/{payment_id}/waiver": "out_of_turn",
}
"""Allowed, but refused later by a rule, since the job of this file was paid."""
ABOUT_ONE = [route for route in ADMITTED if "{" in route]
OPENS_A_WALLET = f"POST {WALLET}/top-ups"
"""Nobody keeps a list of customers: the desk opens a wallet for whoever pays in."""


@pytest.fixture(scope="module")
async def stack(shared_database: Database) -> AsyncIterator[Stack]:
    """What the jobs of this file are paid through."""
    stack = await build(shared_database.settings, "vehicaid-test-money")
    yield stack
    await stack.close()


@pytest.fixture
async def job(stack: Stack) -> PaidJob:
    """A job that was paid from a wallet."""
    return await a_paid_job(cast("Engine", stack.engine))


def customer_of(job: PaidJob) -> str:
    assert job.customer.subject_id is not None
    return show(Prefix.USER, job.customer.subject_id)


def provider_of(job: PaidJob) -> str:
    assert job.provider.subject_id is not None
    return show(Prefix.PROVIDER, job.provider.subject_id)


def path_of(route: str, job: PaidJob) -> str:
    """The address of a route, about that job."""
    ids = {
        "{customer_id}": customer_of(job),
        "{provider_id}": provider_of(job),
        "{payment_id}": show(Prefix.PAYMENT, job.payment_id),
        "{invoice_id}": show(Prefix.INVOICE, job.invoice_id),
    }
    path = route.partition(" ")[2]
    for name, value in ids.items():
        path = path.replace(name, value)
    return path


async def call(api: Api, route: str, actor: Actor, job: PaidJob) -> httpx.Response:
    """The route on that job by that actor."""
    if route.startswith("POST"):
        return await api.post(path_of(route, job), actor, BODIES.get(route))
    return await api.get(path_of(route, job), actor, min_position=job.position)


async def pages(api: Api, path: str, actor: Actor, position: object, limit: int) -> list[dict[str, Any]]:
    """Every row of a list, page by page."""
    page = await told(api, path, actor, min_position=position, limit=limit)
    rows = list(page["data"])
    while page["next_cursor"] is not None:
        page = await told(api, path, actor, min_position=position, limit=limit, cursor=page["next_cursor"])
        rows += page["data"]
    return rows


async def told(api: Api, path: str, actor: Actor, **query: object) -> dict[str, Any]:
    answer = await api.get(path, actor, **query)
    assert answer.status_code == 200, answer.text
    return cast("dict[str, Any]", answer.json())


def own(role: Role, job: PaidJob) -> Actor:
    """Whose job it is, in that role."""
    return {Role.CUSTOMER: job.customer, Role.PROVIDER: job.provider}.get(role) or somebody(role, job.tenant)


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


async def test_a_paid_job_is_shown_from_every_side(api: Api, job: PaidJob) -> None:
    bill = await told(api, path_of("GET /v1/invoices/{invoice_id}", job), job.customer, min_position=job.position)
    assert bill["number"].startswith("VA/")
    assert (bill["net_minor"], bill["tax_minor"], bill["total_minor"]) == (100_000, 18_000, TOTAL)
    assert [line["kind"] for line in bill["tax_lines"]] == ["tax_cgst", "tax_sgst"]
    path = path_of("GET /v1/payments/{payment_id}", job)
    for actor, payable in ((job.customer, None), (job.provider, TOTAL - 17_700)):
        payment = await told(api, path, actor, min_position=job.position)
        assert (payment["state"], payment["paid_minor"], payment["payable_minor"]) == ("settled", TOTAL, payable)
        assert payment["invoice_id"] == bill["id"]
    wallet = await told(api, "/v1/wallets/me", job.customer)
    assert (wallet["balance_minor"], wallet["available_minor"], wallet["holds"]) == (
        PAID_IN - TOTAL,
        PAID_IN - TOTAL,
        [],
    )
    earned = await told(
        api,
        path_of("GET /v1/providers/{provider_id}/statement", job),
        job.provider,
        min_position=job.position,
    )
    assert earned["balances"] == [{"currency": "INR", "owed_minor": TOTAL - 17_700}]
    assert [row["net_minor"] for row in earned["data"]] == [TOTAL - 17_700]


async def test_cash_over_the_counter_is_taken_once_and_stands_in_the_statement(api: Api) -> None:
    customer, key = somebody(Role.CUSTOMER), fresh_key()
    assert customer.subject_id is not None
    path = f"/v1/customers/{show(Prefix.USER, customer.subject_id)}/wallet"
    assert (await api.get("/v1/wallets/me", customer)).status_code == 404
    body = {"amount_minor": 5_000, "currency": "INR"}
    first = await api.post(f"{path}/top-ups", api.desk, body, key=key)
    again = await api.post(f"{path}/top-ups", api.desk, body, key=key)
    assert (first.status_code, first.content) == (200, again.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    done = again.json()
    for number in range(4):
        done = await api.done(f"{path}/top-ups", api.desk, {**body, "amount_minor": number + 1})
    entries = await pages(api, f"{path}/statement", customer, done["position"], 2)
    assert [entry["amount_minor"] for entry in entries] == [4, 3, 2, 1, 5_000]
    assert [entry["balance_minor"] for entry in entries] == [5_010, 5_006, 5_003, 5_001, 5_000]
    stolen = await api.get(f"{path}/statement", api.desk, cursor=entries[0]["transfer_id"])
    assert stolen.json()["code"] == "invalid_cursor"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"amount_minor": 100, "currency": "JPY"}, "currency_mismatch"),
        ({"amount_minor": 0, "currency": "INR"}, "validation_failed"),
        ({"amount_minor": 10**15, "currency": "INR"}, "validation_failed"),
        ({"amount_minor": 1.5, "currency": "INR"}, "validation_failed"),
        ({"amount_minor": 100, "currency": "XXX"}, "validation_failed"),
        ({"amount_minor": 100}, "validation_failed"),
    ],
)
async def test_what_cannot_be_paid_in_is_refused(api: Api, job: PaidJob, body: object, code: str) -> None:
    answer = await api.post(path_of(OPENS_A_WALLET, job), api.desk, body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_a_wallet_is_frozen_and_let_go(api: Api, job: PaidJob) -> None:
    path = path_of(f"GET {WALLET}", job)
    frozen = await api.done(f"{path}/freeze", api.desk, {"reason": "suspected_fraud"})
    assert frozen["frozen"] == "suspected_fraud"
    assert (await told(api, path, job.customer))["frozen"] == "suspected_fraud"
    stale = await api.post(f"{path}/freeze-end", api.desk, version=1)
    assert stale.json()["code"] == "stale_version"
    assert (await api.done(f"{path}/freeze-end", api.desk))["frozen"] is None


async def test_a_debt_is_paid_once_there_is_money(api: Api, stack: Stack) -> None:
    job = await a_paid_job(cast("Engine", stack.engine), paid_in=TOTAL - 500)
    path = path_of("GET /v1/payments/{payment_id}", job)
    body = {"amount_minor": 500, "currency": "INR"}
    assert (await told(api, path, job.customer, min_position=job.position))["owed_minor"] == 500
    refused = await api.post(f"{path}/repayment", job.customer, body)
    assert (refused.status_code, refused.json()["code"]) == (409, "insufficient_funds")
    assert refused.json()["missing_minor"] == 500
    await api.done(path_of(OPENS_A_WALLET, job), api.desk, body)
    done = await api.done(f"{path}/repayment", job.customer, body)
    assert (done["paid_minor"], done["owed_minor"]) == (TOTAL, 0)
    shown = await told(api, path, job.customer, min_position=done["position"])
    assert (shown["state"], shown["owed_minor"]) == ("settled", 0)


async def test_cash_that_never_came_is_given_up(api: Api, stack: Stack) -> None:
    job = await a_paid_job(cast("Engine", stack.engine), method=PaymentMethod.CASH, collected=False)
    path = path_of("GET /v1/payments/{payment_id}", job)
    shown = await told(api, path, job.provider, min_position=job.position)
    assert (shown["state"], shown["invoice_id"]) == ("due", None)
    done = await api.done(f"{path}/waiver", api.desk, {"reason": "uncollectable"})
    assert done["state"] == "waived"
    request = f"/v1/service-requests/{show(Prefix.REQUEST, job.request_id)}"
    assert (await told(api, request, job.customer, min_position=done["position"]))["state"] == "completed"


async def test_all_accounts_of_a_tenant_sum_to_nothing(api: Api, stack: Stack) -> None:
    engine = cast("Engine", stack.engine)
    jobs = [await a_paid_job(engine, "books") for _ in range(3)]
    auditor = somebody(Role.AUDITOR, "books")
    rows = await pages(api, "/v1/ledger/balances", auditor, jobs[-1].position, 3)
    assert sum(row["balance_minor"] for row in rows) == 0
    assert [row["account"] for row in rows] == sorted(row["account"] for row in rows)
    assert {row["side"] for row in rows if row["balance_minor"] > 0} == {"debit"}
    cash = await told(api, "/v1/ledger/balances", auditor, prefix="A:Cash:")
    assert [(row["account"], row["balance_minor"]) for row in cash["data"]] == [("A:Cash:Desk", 3 * PAID_IN)]
    assert (await api.get("/v1/ledger/balances", auditor, prefix="'; DROP")).status_code == 422


@pytest.mark.parametrize("what", ["payment", "invoice", "wallet"])
async def test_an_auditor_sees_what_became_of_money(api: Api, job: PaidJob, what: str) -> None:
    customer = job.customer.subject_id
    assert customer is not None
    ids = {
        "payment": show(Prefix.PAYMENT, job.payment_id),
        "invoice": show(Prefix.INVOICE, job.invoice_id),
        "wallet": show(Prefix.WALLET, wallet_id(job.tenant, customer)),
    }
    auditor = somebody(Role.AUDITOR)
    events = await told(api, "/v1/audit/events", auditor, stream=ids[what], min_position=job.position)
    assert {event["topic"].partition(".")[0] for event in events["data"]} == {what}
    assert {event["stream_id"] for event in events["data"]} == {ids[what]}
    state = await told(api, f"/v1/audit/streams/{ids[what]}/state", auditor)
    assert state["kind"] == what
    if what == "wallet":
        assert state["state"]["balance_minor"] == PAID_IN - TOTAL
