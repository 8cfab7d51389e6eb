"""Who may see and order what about providers' money, and does the API say what happened to it?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
import pytest

from application.batch_payout import BatchPayout, batch_payout
from application.log import CommandContext, fingerprint_of
from application.payout_run import ToEnd, ToPay
from application.record_account_check import RecordAccountCheck, record_account_check
from domain.actor import Actor, Role
from domain.earnings_terms import earning_id
from domain.ids import Prefix, new_id, parse, show
from domain.payout_account import PayoutAccount, payout_account_id
from domain.payout_batch import batch_id
from infra.database_url import app_dsn
from infra.payout_board import PostgresPayoutBoard
from tests.interfaces.http.admitted import admitted, tagged
from tests.interfaces.http.of_money import told
from tests.support.api import Api, somebody
from tests.support.paid import PaidJob, a_paid_job

if TYPE_CHECKING:
    import httpx

    from infra.bootstrap import Stack

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

ACCOUNT = {"holder": "Asha Rao", "account_number": "50100123456789", "branch_code": "HDFC0000123"}
RULES = {"tcs_bp": 50, "tds_bp": 10, "tds_without_pan_bp": 500, "waits_s": 86_400}
EARNED = 118_000 - 17_700
OF_PROVIDER = "/v1/providers/{provider_id}"
ROUTES = (
    f"POST {OF_PROVIDER}/payout-account",
    f"GET {OF_PROVIDER}/payout-account",
    f"POST {OF_PROVIDER}/payout-account/check",
    f"GET {OF_PROVIDER}/earnings",
    f"POST {OF_PROVIDER}/reserve-release",
    "POST /v1/earnings/{earning_id}/hold",
    "POST /v1/earnings/{earning_id}/hold-end",
    "GET /v1/payouts",
    "GET /v1/payouts/{payout_id}",
    "POST /v1/payouts/{payout_id}/withdrawal",
    f"GET {OF_PROVIDER}/cash-in-hand",
    f"POST {OF_PROVIDER}/cash-payments",
    "GET /v1/payout-batches",
    "GET /v1/payout-batches/{batch_id}",
    "GET /v1/payout-batches/{batch_id}/payouts",
    "POST /v1/earning-rules",
    "GET /v1/earning-rules",
)
BODIES = {
    f"POST {OF_PROVIDER}/payout-account": ACCOUNT,
    f"POST {OF_PROVIDER}/reserve-release": {"amount_minor": 1, "currency": "INR"},
    f"POST {OF_PROVIDER}/cash-payments": {"amount_minor": 1, "currency": "INR"},
    "POST /v1/earnings/{earning_id}/hold": {"reason": "disputed"},
    "POST /v1/earning-rules": RULES,
}
REFUSED_BY_STATE = {
    f"POST {OF_PROVIDER}/reserve-release": "reserve_too_small",
    f"POST {OF_PROVIDER}/cash-payments": "more_than_in_hand",
    "POST /v1/earnings/{earning_id}/hold": "not_payable",
}
"""Allowed, but refused later: nothing is kept back of this provider, and its earning is in a payout."""
ABOUT_ONE = [route for route in ROUTES if "{" in route]


@dataclass(frozen=True)
class Paid:
    """A provider with a payout."""

    job: PaidJob
    provider: Actor
    payout: str
    batch_id: UUID
    position: int

    def path(self, route: str) -> str:
        """The address of a route, about that provider."""
        assert self.provider.subject_id is not None
        ids = {
            "{provider_id}": show(Prefix.PROVIDER, self.provider.subject_id),
            "{earning_id}": show(Prefix.EARNING, earning_id(self.job.payment_id)),
            "{payout_id}": self.payout,
            "{batch_id}": show(Prefix.PAYOUT_BATCH, self.batch_id),
        }
        path = route.partition(" ")[2]
        for name, value in ids.items():
            path = path.replace(name, value)
        return path


async def a_payout(api: Api, stack: Stack, tenant: str = "demo") -> Paid:
    """A registered provider earns, gives an account that the bank knows, and is to be paid."""
    desk = somebody(Role.DISPATCHER, tenant)
    company = await api.done("/v1/providers", desk, {"name": "Fast Tow", "phone": "+919845012345"})
    provider_id = parse(Prefix.PROVIDER, str(company["id"]))
    provider = somebody(Role.PROVIDER, tenant, provider_id)
    job = await a_paid_job(stack.engine, tenant, provider_id=provider_id)  # type: ignore[arg-type]  # it is an engine
    await api.done(f"/v1/providers/{company['id']}/payout-account", provider, ACCOUNT)
    await verified(stack, tenant, provider_id)
    now = datetime.now(UTC)
    later = now + timedelta(days=2)
    payer = Actor.system("payouts", tenant)
    day = new_day(provider_id)
    order = BatchPayout(payer, provider_id, "INR", (earning_id(job.payment_id),), day, later)
    context = CommandContext(tenant, payer.text, new_id(now).hex, fingerprint_of(job.payment_id.hex), new_id(now), now)
    done = await stack.engine.run(context, lambda work: batch_payout(order, work))
    payout = show(Prefix.PAYOUT, UUID(hex=str(done.answer["id"])))
    return Paid(job, provider, payout, batch_id(tenant, day, "INR"), done.position)


def a_tenant() -> str:
    """One for which nobody has decided anything."""
    return f"fleet-{new_id(datetime.now(UTC)).hex}"


def new_day(provider_id: UUID) -> Any:
    """A day of its own for each provider, so that no batch of another test is in the way."""
    return (datetime(2027, 1, 1, tzinfo=UTC) + timedelta(days=provider_id.int % 20_000)).date()


async def verified(stack: Stack, tenant: str, provider_id: UUID) -> None:
    """The bank says that the account is there."""
    account = await stack.aggregates.load(PayoutAccount, tenant, payout_account_id(provider_id))
    assert account is not None
    assert account.operation_id is not None
    now, actor = datetime.now(UTC), Actor.system("worker", tenant)
    said = RecordAccountCheck(actor, account.id, account.operation_id, now, gateway_account="fa_1", is_there=True)
    context = CommandContext(tenant, actor.text, new_id(now).hex, fingerprint_of("said"), new_id(now), now)
    await stack.engine.run(context, lambda work: record_account_check(said, work))


@pytest.fixture(scope="module")
async def paid(api: Api, stack: Stack) -> Paid:
    """One for everything that changes nothing."""
    return await a_payout(api, stack)


async def call(api: Api, route: str, actor: Actor, one: Paid) -> httpx.Response:
    """The route about that provider by that actor."""
    if route.startswith("POST"):
        return await api.post(one.path(route), actor, BODIES.get(route))
    return await api.get(one.path(route), actor, min_position=one.position)


def test_no_route_about_payouts_is_missing_here() -> None:
    assert tagged("Payouts") == set(ROUTES)


@pytest.mark.parametrize("route", [route for route in ROUTES if "withdrawal" not in route])
async def test_those_whose_it_is_and_who_run_the_service(api: Api, paid: Paid, route: str) -> None:
    for role in sorted(admitted(route)):
        answer = await call(api, route, paid.provider if role is Role.PROVIDER else somebody(role), paid)
        if route in REFUSED_BY_STATE:
            assert answer.json()["code"] == REFUSED_BY_STATE[route]
        else:
            assert answer.is_success, answer.text


@pytest.mark.parametrize("route", ABOUT_ONE)
async def test_what_is_anothers_or_another_tenants_is_not_there(api: Api, paid: Paid, route: str) -> None:
    of_another_company = [somebody(Role.PROVIDER)] if Role.PROVIDER in admitted(route) else []
    for stranger in (*of_another_company, *(somebody(role, "rival") for role in sorted(admitted(route)))):
        answer = await call(api, route, stranger, paid)
        if route.startswith("GET") and route.endswith("/earnings") and answer.is_success:
            assert answer.json()["data"] == []
        else:
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), stranger


async def test_a_payout_is_seen_by_its_provider_and_withdrawn_by_finance(api: Api, stack: Stack) -> None:
    one = await a_payout(api, stack, a_tenant())
    desk = somebody(Role.FINANCE, one.job.tenant)
    path = one.path("GET /v1/payouts/{payout_id}")
    shown = await told(api, path, one.provider, min_position=one.position)
    assert (shown["state"], shown["amount_minor"], shown["currency"]) == ("batched", EARNED, "INR")
    mine = await told(api, "/v1/payouts", one.provider, min_position=one.position)
    assert [row["id"] for row in mine["data"]] == [one.payout]
    done = await api.done(f"{path}/withdrawal", desk)
    assert done["state"] == "withdrawn"
    earned = await told(api, one.path(f"GET {OF_PROVIDER}/earnings"), one.provider, min_position=done["position"])
    assert [(row["amount_minor"], row["payout_id"]) for row in earned["data"]] == [(EARNED, None), (EARNED, one.payout)]
    late = await api.post(f"{path}/withdrawal", desk)
    assert late.json()["state"] == "withdrawn"


async def test_the_board_shows_who_can_be_paid_and_what_the_bank_covers(api: Api, stack: Stack) -> None:
    tenant = a_tenant()
    desk = somebody(Role.FINANCE, tenant)
    one = await a_payout(api, stack, tenant)
    await api.done(f"/v1/payouts/{one.payout}/withdrawal", desk)
    accountless = await a_paid_job(stack.engine, tenant)  # type: ignore[arg-type]  # it is an engine
    await told(api, "/v1/payouts", desk, min_position=accountless.position)
    await told(api, one.path(f"GET {OF_PROVIDER}/earnings"), desk, min_position=accountless.position)
    await told(api, "/v1/ledger/balances", desk, min_position=accountless.position)
    connection = await psycopg.AsyncConnection.connect(app_dsn(stack.settings, "test-board"), autocommit=True)
    async with connection:
        board = PostgresPayoutBoard(connection)
        assert one.provider.subject_id is not None
        back = earning_id(parse(Prefix.PAYOUT, one.payout))
        await stack.waiting.wait_for("payout_accounts", accountless.position, 10)
        found = [due for due in await board.to_pay(datetime.now(UTC), 500) if due.tenant == tenant]
        # The one for the job is in the payout that was withdrawn.
        assert found == [ToPay(tenant, one.provider.subject_id, "INR", (back,))]
        assert await board.in_bank(tenant, "INR") == 0
        waiting = [each.payout_id for each in await board.to_request(500) if each.tenant == tenant]
        assert waiting == []
        day = new_day(one.provider.subject_id)
        await told(api, one.path("GET /v1/payout-batches/{batch_id}"), desk, min_position=accountless.position)
        over = [each for each in await board.to_end(day + timedelta(days=1), 500) if each.tenant == tenant]
        assert over == [ToEnd(tenant, "INR", day, is_closed=False, under_way=0)]
        assert not [each for each in await board.to_end(day, 500) if each.tenant == tenant]


async def test_a_day_of_payouts_is_told_with_each_of_them(api: Api, stack: Stack) -> None:
    one = await a_payout(api, stack, a_tenant())
    desk = somebody(Role.FINANCE, one.job.tenant)
    path = one.path("GET /v1/payout-batches/{batch_id}")
    shown = await told(api, path, desk, min_position=one.position)
    assert (shown["state"], shown["payouts"], shown["amount_minor"], shown["paid"]) == ("open", 1, EARNED, None)
    statement = await told(api, f"{path}/payouts", desk, min_position=one.position)
    assert [(row["id"], row["state"]) for row in statement["data"]] == [(one.payout, "batched")]
    listed = await told(api, "/v1/payout-batches", desk, min_position=one.position)
    assert [row["id"] for row in listed["data"]] == [shown["id"]]


async def test_an_account_is_shown_by_its_end_and_the_same_again_is_no_change(api: Api, stack: Stack) -> None:
    one = await a_payout(api, stack)
    path = one.path(f"GET {OF_PROVIDER}/payout-account")
    shown = await told(api, path, one.provider)
    assert (shown["ends_in"], shown["branch_code"], shown["is_verified"]) == ("6789", "HDFC0000123", True)
    assert "Asha" not in str(shown)
    same = await api.done(path, one.provider, ACCOUNT)
    assert (same["version"], same["held_until"]) == (shown["version"], None)
    other = await api.done(path, one.provider, {**ACCOUNT, "account_number": "50100123450000"})
    assert other["held_until"] is not None
    assert (other["is_verified"], other["is_asked"]) == (False, True)
    assert (await told(api, path, one.provider))["ends_in"] == "0000"


@pytest.mark.parametrize(
    "wrong",
    [{"account_number": "12"}, {"branch_code": "HDFC1000123"}, {"holder": " "}, {"swift": "HDFCINBB"}],
)
async def test_an_account_that_cannot_be_one_is_refused(api: Api, paid: Paid, wrong: dict[str, str]) -> None:
    answer = await api.post(paid.path(f"POST {OF_PROVIDER}/payout-account"), paid.provider, {**ACCOUNT, **wrong})
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


async def test_rules_are_decided_from_an_instant_on(api: Api) -> None:
    tenant = a_tenant()
    admin, auditor = somebody(Role.ADMIN, tenant), somebody(Role.AUDITOR, tenant)
    assert (await told(api, "/v1/earning-rules", auditor))["tcs_bp"] == 0
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="seconds").replace("+00:00", "Z")
    done = await api.post("/v1/earning-rules", admin, {**RULES, "effective_from": soon})
    assert done.is_success, done.text
    position = done.json()["position"]
    assert (await told(api, "/v1/earning-rules", auditor, min_position=position))["tcs_bp"] == 0
    assert (await told(api, "/v1/earning-rules", auditor, at=soon, min_position=position))["tcs_bp"] == 50
    bad = await api.post("/v1/earning-rules", admin, {**RULES, "effective_from": "2020-01-01T00:00:00Z"})
    assert (bad.status_code, bad.json()["code"]) == (422, "bad_effect")
