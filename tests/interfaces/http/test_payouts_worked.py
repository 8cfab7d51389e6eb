"""From the account that a provider gives to the bank's reference: does the worker carry all of it out by itself?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from application.batch_payout import BatchPayout, batch_payout
from application.log import CommandContext, fingerprint_of
from application.request_payout import RequestPayout, request_payout
from domain.actor import Actor, Role
from domain.earnings_terms import earning_id
from domain.ids import Prefix, new_id, parse
from infra.database_url import app_dsn
from infra.gateway_settings import SANDBOX_ACCOUNT
from infra.queries.pool import reader_pool
from interfaces.worker.main import asking_of, rounds_of
from tests.interfaces.http.of_money import told
from tests.interfaces.http.test_payouts import ACCOUNT, EARNED, a_tenant
from tests.support.api import Api, somebody
from tests.support.paid import a_paid_job
from tests.support.razorpay import standing_in

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from application.engine import Answer, Done, Work
    from infra.bootstrap import Stack
    from interfaces.worker.asking import Asking
    from interfaces.worker.rounds import Rounds

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

MOST_ROUNDS = 20


async def ordered(stack: Stack, tenant: str, decide: Callable[[Work], Awaitable[Answer]]) -> Done:
    """By the system's own clock."""
    now, actor = datetime.now(UTC), Actor.system("payouts", tenant)
    context = CommandContext(tenant, actor.text, new_id(now).hex, fingerprint_of("order"), new_id(now), now)
    return await stack.engine.run(context, decide)


@dataclass
class Working:
    """The worker's rounds and questions, at instants that a test names."""

    api: Api
    stack: Stack
    desk: Actor
    rounds: Rounds
    asking: Asking
    begun_at: datetime

    async def until(self, path: str, position: int, **wanted: object) -> dict[str, object]:
        """Work until the API shows that, in a limited number of rounds; news is asked for every ten seconds."""
        shown: dict[str, object] = {}
        for number in range(MOST_ROUNDS):
            at = self.begun_at + timedelta(seconds=11 * (number + 1))
            await self.stack.waiting.wait_for("intents", position, 10)
            await self.rounds.round(at)
            await self.asking.look(at)
            shown = await told(self.api, path, self.desk, min_position=await self.stack.log_head())
            if wanted.items() <= shown.items():
                break
        assert wanted.items() <= shown.items()
        return shown

    async def hears(self, payout: dict[str, object], event: str, *, twice: bool) -> None:
        """News of a payout comes in, and is folded."""
        await self.stack.waiting.wait_for("payouts", await self.stack.log_head(), 10)
        body = json.dumps({"event": event, "payload": {"payout": {"entity": payout}}}).encode()
        for number in range(1 + twice):
            await self.stack.webhooks.keep("razorpay", f"{payout['id']}_{event.replace('.', '_')}_{number}", body)
        await self.rounds.round(self.begun_at + timedelta(hours=1))

    async def meant(self, provider_id: UUID, earning: UUID) -> Done:
        """A payout of that earning is to be paid; gives what asking for it came to."""
        tenant, at = self.desk.tenant, self.begun_at
        payer = Actor.system("payouts", tenant)
        order = BatchPayout(payer, provider_id, "INR", (earning,), at.date(), at)
        batched = await ordered(self.stack, tenant, lambda work: batch_payout(order, work))
        wanted = RequestPayout(payer, UUID(hex=str(batched.answer["id"])), at)
        return await ordered(self.stack, tenant, lambda work: request_payout(wanted, work))


async def test_the_worker_checks_the_account_pays_and_learns_what_became_of_it(api: Api, stack: Stack) -> None:
    tenant, later = a_tenant(), datetime.now(UTC) + timedelta(days=2)
    desk = somebody(Role.DISPATCHER, tenant)
    company = await api.done("/v1/providers", desk, {"name": "Fast Tow", "phone": "+919845012345"})
    provider_id = parse(Prefix.PROVIDER, str(company["id"]))
    job = await a_paid_job(stack.engine, tenant, provider_id=provider_id)  # type: ignore[arg-type]  # it is an engine
    account = f"/v1/providers/{company['id']}/payout-account"
    given = await api.done(account, somebody(Role.PROVIDER, tenant, provider_id), ACCOUNT)
    pool = reader_pool(app_dsn(stack.settings, "test-worker"))
    await pool.open()
    with standing_in() as stand_in:
        stand_in.play("/fund", amount=EARNED)
        gateways = stand_in.gateways()
        rounds, asking = rounds_of(stack, pool, gateways), asking_of(stack, pool, gateways)
        worker = Working(api, stack, somebody(Role.FINANCE, tenant), rounds, asking, later)
        await worker.until(account, int(str(given["position"])), is_verified=True)
        meant = await worker.meant(provider_id, earning_id(job.payment_id))
        path = f"/v1/payouts/{Prefix.PAYOUT.value}{meant.answer['id']}"
        await worker.until(path, meant.position, state="processing")
        (gone,) = stand_in.http.get("/v1/payouts", params={"account_number": SANDBOX_ACCOUNT}).json()["items"]
        stand_in.play(f"/payouts/{gone['id']}", status="processed")
        # The gateway tells of it; nobody has to ask, and told twice it is the same.
        await worker.hears(stand_in.http.get(f"/v1/payouts/{gone['id']}").json(), "payout.processed", twice=True)
        shown = await told(api, path, desk, min_position=await stack.log_head())
        assert shown["state"] == "processed"
        assert (shown["amount_minor"], shown["bank_reference"] is not None) == (EARNED, True)
    await pool.close()
    balances = await told(api, "/v1/ledger/balances", desk, prefix="L:Provider:", min_position=await stack.log_head())
    assert balances["data"] == []
