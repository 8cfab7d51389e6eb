"""Is a provider over its cash limit passed by, told why, and asked again once it has handed its cash in, over HTTP?"""

import asyncio
from typing import TYPE_CHECKING, Any, cast

import pytest

from domain.actor import Actor, Role
from domain.ids import Prefix, show
from domain.price_terms import PaymentMethod
from infra.bootstrap import Stack
from tests.interfaces.http.town import Town, prv
from tests.support.api import HELP, Api, Json, somebody
from tests.support.paid import PaidJob, a_paid_job
from tests.support.servers import Database

if TYPE_CHECKING:
    from application.engine import Engine

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

RULES: Json = {
    "tcs_bp": 50, "tds_bp": 10, "tds_without_pan_bp": 500, "waits_s": 86_400, "cash_limit_minor": 1,
}  # fmt: skip


@pytest.fixture
async def town(api: Api, stack: Stack, shared_database: Database) -> Town:
    """Prices are in effect, and nobody may owe any cash."""
    town = Town(api, stack, shared_database)
    await api.done("/v1/tariffs/default", town.desk, {"state_code": "29"})
    await api.done("/v1/earning-rules", somebody(Role.ADMIN, town.tenant), RULES)
    return town


async def calls(town: Town, method: str, customer: Actor | None = None) -> Json:
    customer = customer or somebody(Role.CUSTOMER, town.tenant)
    body = {**HELP, "confirm": {"payment_method": method}}
    async with asyncio.timeout(30):
        # Prices reach the API's memory a moment after their read model; nobody tells us when.
        while (request := await town.api.done("/v1/service-requests", customer, body))["quote"] is None:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    return request


async def owing(town: Town, provider: Actor) -> PaidJob:
    """It took cash for a job, with another shift than that which it has now."""
    engine = cast("Engine", town.stack.engine)
    return await a_paid_job(engine, town.tenant, method=PaymentMethod.CASH, provider_id=provider.subject_id)


def usr(customer: Actor) -> str:
    assert customer.subject_id is not None
    return show(Prefix.USER, customer.subject_id)


async def test_who_owes_too_much_is_passed_by_and_told_so(town: Town) -> None:
    far, near = await town.on_duty(13.01), await town.on_duty(12.98)
    job = await owing(town, near)
    path = f"/v1/providers/{prv(near)}/cash-"
    cash = cast("dict[str, Any]", (await town.api.get(f"{path}in-hand", near, min_position=job.position)).json())
    assert (cash["limit_minor"], cash["left_minor"]) == (1, 0)
    request = await calls(town, "cash")
    await town.dispatched(request)
    (decision,) = await town.decisions(request)
    assert (decision["provider_id"], decision["ruled_out"]) == (prv(far), {"cash_limit": 2})
    looked = await town.compared(request, decision, near)
    assert [(each["ruled_out"], each["is_proven"]) for each in looked] == [("cash_limit", True)] * 2
    assert (await town.why_not(near, request)).json()["why"] == "cash_limit"
    # Once it has handed all of it in, it is as near as ever.
    owed = {"amount_minor": cash["owed_minor"], "currency": "INR"}
    await town.api.done(f"{path}payments", town.desk, owed)
    await town.stack.waiting.wait_for("cash_in_hand", await town.stack.log_head(), 5)
    again = await calls(town, "cash")
    await town.dispatched(again)
    (decision,) = await town.decisions(again)
    assert (decision["provider_id"], decision["ruled_out"].get("cash_limit")) == (prv(near), None)


async def test_who_owes_too_much_is_asked_for_jobs_that_others_pay(town: Town) -> None:
    near = await town.on_duty(12.98)
    job = await owing(town, near)
    await town.stack.waiting.wait_for("cash_in_hand", job.position, 5)
    customer = somebody(Role.CUSTOMER, town.tenant)
    wallet = f"/v1/customers/{usr(customer)}/wallet/top-ups"
    await town.api.done(wallet, town.desk, {"amount_minor": 500_000, "currency": "INR"})
    request = await calls(town, "wallet", customer)
    await town.dispatched(request)
    (decision,) = await town.decisions(request)
    assert (decision["provider_id"], "cash_limit" in decision["ruled_out"]) == (prv(near), False)
