"""A free membership becomes one that costs something, over HTTP and the gateway's wire: what is shown, what begins?"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from domain.actor import Actor, Role
from domain.ids import Prefix, parse, show
from domain.subscription import Subscription
from infra.worker.memberships import MandatesToAsk
from interfaces.worker.main import asking_of
from tests.interfaces.http.test_memberships import FREE, an_id, offered
from tests.interfaces.http.test_payment_orders import gateway, settings, till
from tests.support.api import somebody

if TYPE_CHECKING:
    from tests.interfaces.http.test_payment_orders import Till

__all__ = ["gateway", "settings", "till"]
pytestmark = [pytest.mark.anyio, pytest.mark.servers]

PLUS = {**FREE, "code": "plus", "price_minor": 19_900}
PREMIUM = {**FREE, "code": "premium", "price_minor": 39_900}


class Member:
    """A member of a free plan of a tenant of its own, which sells two others."""

    def __init__(self, till: Till, customer: Actor, path: str, plans: dict[str, str]) -> None:
        self.till, self.customer, self.path, self.plans = till, customer, path, plans

    async def upgrade(self, plan: str) -> dict[str, Any]:
        return await self.till.api.done(f"{self.path}/upgrade", self.customer, {"plan": plan})

    async def shown(self) -> dict[str, Any]:
        told: dict[str, Any] = (
            await self.till.api.get(self.path, self.customer, min_position=self.till.api.reached)
        ).json()
        return told

    async def until(self, what: str, value: object = None) -> dict[str, Any]:
        """Rounds of the worker until the membership shows it."""
        async with asyncio.timeout(60):
            while True:
                await self.till.rounds.round(datetime.now(UTC))
                told = await self.shown()
                if told[what] == value if value else told[what]:
                    return told
                await asyncio.sleep(0.05)


async def free(till: Till) -> Member:
    tenant = an_id(Prefix.PLAN).replace("_", "-")
    for terms in (FREE, PLUS, PREMIUM):
        await offered(till.api, terms, tenant)
    customer = somebody(Role.CUSTOMER, tenant)
    assert customer.subject_id is not None
    listed = (await till.api.get("/v1/plans", customer, min_position=till.api.reached)).json()["data"]
    whose, vehicle = show(Prefix.USER, customer.subject_id), an_id(Prefix.VEHICLE)
    body = {"customer_id": whose, "plan": "free", "vehicle_ids": [vehicle]}
    begun = await till.api.done("/v1/subscriptions", customer, body)
    path = f"/v1/subscriptions/{begun['id']}"
    return Member(till, customer, path, {each["code"]: each["id"] for each in listed})


@pytest.mark.parametrize("is_told", [True, False])
async def test_it_becomes_what_was_paid_for_also_when_nobody_tells(till: Till, is_told: bool) -> None:  # noqa: FBT001
    member = await free(till)
    done = await member.upgrade("plus")
    assert (done["due_minor"], done["order_id"], done["state"]) == (19_900, None, "active")
    wanting = await member.until("gateway_order")
    assert (wanting["wanted_plan_id"], wanting["plan_id"]) == (member.plans["plus"], member.plans["free"])
    assert (await member.upgrade("plus"))["version"] == wanting["version"], "the same again is no news"
    till.gateway.pay(str(wanting["gateway_order"]))
    if is_told:
        await till.deliver(times=2)
        await till.settle()
    else:
        await asking_of(till.stack, till.pool, till.gateway.gateways()).look(datetime.now(UTC) + timedelta(seconds=9))
    paid = await member.until("plan_id", member.plans["plus"])
    assert (paid["state"], paid["term"], paid["price_minor"], paid["wanted_plan_id"]) == ("active", 2, 19_900, None)
    again = await member.upgrade("plus")
    assert (again["due_minor"], again["order_id"]) == (0, None)


async def test_money_for_a_wish_that_is_over_begins_nothing(till: Till) -> None:
    member = await free(till)
    await member.upgrade("plus")
    first = await member.until("gateway_order")
    await member.upgrade("premium")
    assert (await member.shown())["wanted_plan_id"] == member.plans["premium"]
    second = await member.until("gateway_order")
    assert second["gateway_order"] != first["gateway_order"]
    till.gateway.pay(str(first["gateway_order"]))
    await till.deliver(times=2)
    await till.settle()
    told = await member.shown()
    assert (told["plan_id"], told["term"]) == (member.plans["free"], 1)
    subscription_id = parse(Prefix.SUBSCRIPTION, member.path.rpartition("/")[2])
    booked = await till.stack.aggregates.load(Subscription, member.customer.tenant, subscription_id)
    assert booked is not None
    assert len(booked.payments) == 1
    wallet = (await till.api.get("/v1/wallets/me", member.customer)).json()
    assert wallet["balance_minor"] == 19_900, "it is the customer's, once"
    found = await MandatesToAsk(till.pool).awaited(datetime.now(UTC) + timedelta(seconds=9), 1_000)
    assert subscription_id in {whose for _, whose in found}
    till.gateway.pay(str(second["gateway_order"]))
    await till.deliver()
    assert (await member.until("plan_id", member.plans["premium"]))["term"] == 2


async def test_who_ends_it_waits_for_nothing(till: Till) -> None:
    member = await free(till)
    await member.upgrade("plus")
    await till.api.done(f"{member.path}/end", member.customer, None)
    told = await member.shown()
    assert (told["state"], told["wanted_plan_id"]) == ("cancelled", None)
    await till.settle()
    assert (await member.shown())["gateway_order"] is None, "nobody asks the gateway any more"
    refused = await till.api.post(f"{member.path}/upgrade", member.customer, {"plan": "plus"})
    assert (refused.status_code, refused.json()["code"]) == (409, "subscription_over")
    dear = await till.api.post("/v1/plans", somebody(Role.ADMIN, "cheap"), {**PLUS, "price_minor": 99})
    assert (dear.status_code, dear.json()["code"]) == (422, "bad_plan")
