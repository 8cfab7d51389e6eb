"""From the account that a provider gives to the bank's reference: does the worker carry all of it out by itself?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from application.batch_payout import BatchPayout, batch_payout
from application.log import CommandContext, fingerprint_of
from application.request_payout import RequestPayout, request_payout
from domain.actor import Actor, Role
from domain.earnings_terms import earning_id
from domain.ids import Prefix, new_id, parse, show
from infra.database_url import app_dsn
from infra.queries.pool import reader_pool
from interfaces.worker.main import asking_of, rounds_of
from tests.interfaces.http.of_money import told
from tests.interfaces.http.test_payouts import ACCOUNT, EARNED, a_tenant
from tests.support.api import Api, somebody
from tests.support.paid import a_paid_job
from tests.support.razorpay import standing_in

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from application.engine import Answer, Done, Work
    from infra.bootstrap import Stack

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

MOST_ROUNDS = 20


async def ordered(stack: Stack, tenant: str, decide: Callable[[Work], Awaitable[Answer]]) -> Done:
    """By the system's own clock."""
    now, actor = datetime.now(UTC), Actor.system("payouts", tenant)
    context = CommandContext(tenant, actor.text, new_id(now).hex, fingerprint_of("order"), new_id(now), now)
    return await stack.engine.run(context, decide)


async def test_the_worker_checks_the_account_pays_and_learns_what_became_of_it(api: Api, stack: Stack) -> None:
    tenant, now = a_tenant(), datetime.now(UTC)
    desk, payer, later = somebody(Role.DISPATCHER, tenant), Actor.system("payouts", tenant), now + timedelta(days=2)
    company = await api.done("/v1/providers", desk, {"name": "Fast Tow", "phone": "+919845012345"})
    provider_id: UUID = parse(Prefix.PROVIDER, str(company["id"]))
    provider = somebody(Role.PROVIDER, tenant, provider_id)
    job = await a_paid_job(stack.engine, tenant, provider_id=provider_id)  # type: ignore[arg-type]  # it is an engine
    account = f"/v1/providers/{company['id']}/payout-account"
    given = await api.done(account, provider, ACCOUNT)
    pool = reader_pool(app_dsn(stack.settings, "test-worker"))
    await pool.open()
    with standing_in() as stand_in:
        stand_in.play("/fund", amount=EARNED)
        rounds, asking = rounds_of(stack, pool, stand_in.gateways()), asking_of(stack, pool, stand_in.gateways())

        async def work_until(
            path: str, is_done: Callable[[dict[str, object]], bool], position: int
        ) -> dict[str, object]:
            shown: dict[str, object] = {}
            for number in range(MOST_ROUNDS):
                # What is ordered two days from now is due then; news is asked for every ten seconds.
                at = later + timedelta(seconds=11 * (number + 1))
                await stack.waiting.wait_for("intents", position, 10)
                await rounds.round(at)
                await asking.look(at)
                shown = await told(api, path, desk, min_position=await stack.log_head())
                if is_done(shown):
                    break
            return shown

        shown = await work_until(account, lambda row: bool(row["is_verified"]), int(str(given["position"])))
        assert shown["is_verified"]
        order = BatchPayout(payer, provider_id, "INR", (earning_id(job.payment_id),), later.date(), later)
        batched = await ordered(stack, tenant, lambda work: batch_payout(order, work))
        payout = str(batched.answer["id"])
        path = f"/v1/payouts/{Prefix.PAYOUT.value}{payout}"
        wanted = RequestPayout(payer, parse(Prefix.PAYOUT, Prefix.PAYOUT.value + payout), later)
        meant = await ordered(stack, tenant, lambda work: request_payout(wanted, work))
        shown = await work_until(path, lambda row: row["state"] == "processing", meant.position)
        assert shown["state"] == "processing"
        (gone,) = stand_in.http.get("/v1/payouts", params={"account_number": "7878780080316316"}).json()["items"]
        stand_in.play(f"/payouts/{gone['id']}", status="processed")
        shown = await work_until(path, lambda row: row["state"] == "processed", meant.position)
        assert (shown["state"], shown["amount_minor"], shown["bank_reference"] is not None) == (
            "processed",
            EARNED,
            True,
        )
        stand_in.play(f"/payouts/{gone['id']}", status="reversed")
    await pool.close()
    balances = await told(api, "/v1/ledger/balances", desk, prefix="L:Provider:", min_position=await stack.log_head())
    assert balances["data"] == [], show(Prefix.PROVIDER, provider_id)
