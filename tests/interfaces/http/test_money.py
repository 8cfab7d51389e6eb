"""Does the API say of money what happened, to those whose it is?"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from domain.actor import Role
from domain.ids import Prefix, show
from domain.price_terms import PaymentMethod
from domain.wallet_terms import wallet_id
from tests.interfaces.http.of_money import OPENS_A_WALLET, WALLET, pages, path_of, told
from tests.support.api import Api, fresh_key, somebody
from tests.support.paid import PAID_IN, TOTAL, PaidJob, a_paid_job

if TYPE_CHECKING:
    from application.engine import Engine
    from infra.bootstrap import Stack

pytestmark = [pytest.mark.anyio, pytest.mark.servers]


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
        ({"amount_minor": 100, "currency": "ZZZ"}, "validation_failed"),
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
    done = await api.done(f"{path}/waiver", somebody(Role.FINANCE), {"reason": "uncollectable"})
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
