"""From the order to the money in the wallet, over HTTP and the gateway's own wire: is it there once, for its owner?"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, cast

import pytest
from pydantic import SecretStr

from domain.actor import Actor, Role
from domain.ids import Prefix, new_id, show
from infra.bootstrap import Stack, build
from infra.database_url import app_dsn
from infra.queries.pool import reader_pool
from interfaces.worker.main import looking_after, rounds_of
from tests.support.api import Api, Json, fresh_key, in_process, projecting, somebody
from tests.support.paid import TOTAL, a_paid_job
from tests.support.razorpay import KEY_ID, KEY_SECRET, WEBHOOK_SECRET, StandIn, standing_in

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Iterator

    from application.engine import Engine
    from infra.queries.pool import Pool
    from infra.settings import Settings
    from interfaces.worker.rounds import Rounds
    from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

HOOK = "/v1/webhooks/razorpay"
ORDERS = "/v1/payment-orders"
AMOUNT = 50_000


async def safely(work: Awaitable[None]) -> None:
    """Whatever goes wrong is a failure of the test."""
    await work


class Till:
    """An API, a worker's rounds and a gateway, each of which does something only when it is told to."""

    def __init__(self, api: Api, rounds: Rounds, gateway: StandIn, stack: Stack, pool: Pool) -> None:
        self.pool = pool
        self.api = api
        self.rounds = rounds
        self.gateway = gateway
        self.stack = stack

    async def order(self, customer: Actor, **told: object) -> Json:
        assert customer.subject_id is not None
        body = {"customer_id": show(Prefix.USER, customer.subject_id), "purpose": "top_up", "amount_minor": AMOUNT}
        return await self.api.done(ORDERS, customer, {**body, "currency": "INR", **told})

    async def until(self, order: Json, customer: Actor, state: str) -> Json:
        """Rounds of the worker until the order is so."""
        async with asyncio.timeout(60):
            while True:
                await self.rounds.round(datetime.now(UTC))
                shown = (await self.api.get(f"{ORDERS}/{order['id']}", customer)).json()
                if shown.get("state") == state:
                    return cast("Json", shown)
                await asyncio.sleep(0.05)

    async def settle(self) -> None:
        """Rounds until nothing waits: neither a letter nor an intent."""
        async with asyncio.timeout(60):
            idle = 0
            while idle < 8:
                idle = 0 if await self.rounds.round(datetime.now(UTC)) else idle + 1
                await asyncio.sleep(0.05)

    async def post(self, body: bytes, event_id: str, secret: str = WEBHOOK_SECRET) -> int:
        signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"x-razorpay-signature": signature, "x-razorpay-event-id": event_id}
        return (await self.api.client.post(HOOK, content=body, headers=headers)).status_code

    async def deliver(self, times: int = 1) -> None:
        """Everything that the gateway has to tell, the newest first."""
        for each in reversed(self.gateway.post()):
            for _ in range(times):
                assert await self.post(each["body"].encode(), each["event_id"]) == 200

    async def balance(self, customer: Actor) -> int:
        return cast("int", (await self.api.get("/v1/wallets/me", customer)).json()["balance_minor"])


@pytest.fixture(scope="module")
def gateway() -> Iterator[StandIn]:
    with standing_in() as running:
        yield running


@pytest.fixture(scope="module")
def settings(shared_database: Database, gateway: StandIn) -> Settings:
    return shared_database.settings.model_copy(
        update={
            "razorpay_key_id": KEY_ID,
            "razorpay_key_secret": SecretStr(KEY_SECRET),
            "razorpay_webhook_secrets": SecretStr(f"newer,{WEBHOOK_SECRET}"),
            "razorpay_base_url": gateway.address,
        }
    )


@pytest.fixture(scope="module")
async def till(settings: Settings, gateway: StandIn) -> AsyncIterator[Till]:
    with projecting(settings):
        async with in_process(settings) as api:
            await api.until_ready()
            stack = await build(settings, "vehicaid-test-worker")
            pool = reader_pool(app_dsn(settings, "vehicaid-test-board"))
            await pool.open()
            yield Till(api, rounds_of(stack, pool, gateway.gateways()), gateway, stack, pool)
            await pool.close()
            await stack.close()


async def test_a_top_up_is_paid_at_the_gateway_and_in_the_wallet_once(till: Till) -> None:
    customer = somebody(Role.CUSTOMER)
    order = await till.order(customer)
    assert (order["state"], order["gateway_order"]) == ("opening", None)
    shown = await till.until(order, customer, "open")
    paid = till.gateway.pay(str(shown["gateway_order"]))
    told = {name: paid[name] for name in ("razorpay_payment_id", "razorpay_signature")}
    await till.api.done(f"{ORDERS}/{order['id']}/checkout", customer, told)
    await till.deliver(times=2)
    shown = await till.until(order, customer, "paid")
    assert shown["gateway_payment"] == paid["razorpay_payment_id"]
    await till.deliver(times=2)
    await till.settle()
    assert await till.balance(customer) == AMOUNT
    made = till.gateway.http.get("/v1/orders", params={"count": 100}).json()["items"]
    assert [each["id"] for each in made].count(shown["gateway_order"]) == 1


async def test_what_no_webhook_tells_is_asked_for_after_the_checkout(till: Till) -> None:
    customer = somebody(Role.CUSTOMER)
    order = await till.order(customer)
    shown = await till.until(order, customer, "open")
    paid = till.gateway.pay(str(shown["gateway_order"]))
    told = {name: paid[name] for name in ("razorpay_payment_id", "razorpay_signature")}
    await till.api.done(f"{ORDERS}/{order['id']}/checkout", customer, told)
    await till.until(order, customer, "paid")
    assert await till.balance(customer) == AMOUNT


async def test_a_second_payment_of_an_order_goes_back(till: Till) -> None:
    customer = somebody(Role.CUSTOMER)
    order = await till.order(customer)
    shown = await till.until(order, customer, "open")
    for _ in range(2):
        till.gateway.pay(str(shown["gateway_order"]))
    await till.deliver()
    await till.settle()
    refunds = till.gateway.http.get("/v1/refunds", params={"count": 100}).json()["items"]
    ours = [each for each in refunds if each["amount"] == AMOUNT]
    assert len(ours) == 1
    assert await till.balance(customer) == AMOUNT
    till.gateway.play("/clock", advance_s=86_400 * 3)
    await till.deliver()
    await till.settle()
    assert await till.balance(customer) == AMOUNT


async def test_a_part_goes_back_to_where_it_came_from(till: Till) -> None:
    customer = somebody(Role.CUSTOMER)
    order = await till.order(customer)
    shown = await till.until(order, customer, "open")
    paid = till.gateway.pay(str(shown["gateway_order"]))["razorpay_payment_id"]
    path = f"{ORDERS}/{order['id']}/refunds"
    early = await till.api.post(path, till.api.desk, {"amount_minor": 1_000})
    assert early.json()["code"] == "nothing_to_refund"
    await till.deliver()
    await till.until(order, customer, "paid")
    key = fresh_key()
    for _ in range(2):
        made = await till.api.post(path, till.api.desk, {"amount_minor": 20_000}, key=key)
        assert (made.status_code, made.json()["state"]) == (201, "requested")
    assert (await till.api.post(path, customer, {"amount_minor": 1_000})).status_code == 403
    too_much = await till.api.post(path, till.api.desk, {"amount_minor": 30_001})
    assert (too_much.json()["code"], too_much.json()["left_minor"]) == ("refund_too_large", 30_000)
    await till.settle()
    assert await till.balance(customer) == AMOUNT - 20_000
    given = till.gateway.http.get(f"/v1/payments/{paid}/refunds").json()["items"]
    assert [each["amount"] for each in given] == [20_000]


async def test_a_debt_is_paid_by_what_comes_through_the_gateway(till: Till) -> None:
    job = await a_paid_job(cast("Engine", till.stack.engine), paid_in=TOTAL - 500)
    payment = show(Prefix.PAYMENT, job.payment_id)
    order = await till.order(job.customer, purpose="debt", subject_id=payment, amount_minor=500)
    shown = await till.until(order, job.customer, "open")
    till.gateway.pay(str(shown["gateway_order"]))
    await till.deliver()
    shown = await till.until(order, job.customer, "paid")
    paid = await till.api.get(f"/v1/payments/{payment}", job.customer)
    assert paid.json()["owed_minor"] == 0
    assert await till.balance(job.customer) == 0
    again = {"purpose": "debt", "subject_id": payment, "amount_minor": 500, "currency": "INR"}
    assert job.customer.subject_id is not None
    body = {**again, "customer_id": show(Prefix.USER, job.customer.subject_id)}
    refused = await till.api.post(ORDERS, job.customer, body)
    assert refused.json()["code"] == "nothing_due"


async def test_a_payment_that_a_bank_asks_back_is_answered_and_won(till: Till) -> None:
    """By the worker's own board, the gateway's list and its news; the desk decides, since no job shows anything."""
    customer, desk = somebody(Role.CUSTOMER), till.api.desk
    order = await till.order(customer)
    shown = await till.until(order, customer, "open")
    payment = till.gateway.pay(str(shown["gateway_order"]))["razorpay_payment_id"]
    await till.deliver()
    await till.until(order, customer, "paid")
    raised = till.gateway.play("/disputes", payment_id=payment, deduct_at_onset=True)["id"]
    theirs, looks = datetime.fromtimestamp(till.gateway.books()["now"], UTC), count()
    asking = looking_after(till.stack, till.pool, till.gateway.gateways())
    await asking.look(theirs, safely)

    async def seen(**wanted: object) -> Json:
        """The dispute, once it is so."""
        async with asyncio.timeout(60):
            while True:
                found = (await till.api.get("/v1/disputes", desk)).json()["data"]
                for each in found:
                    if each["gateway_dispute"] == raised and wanted.items() <= each.items():
                        return cast("Json", each)
                await till.rounds.round(datetime.now(UTC))
                await asking.look(theirs + timedelta(minutes=next(looks)), safely)
                await asyncio.sleep(0.05)

    found = await seen(state="open", held_minor=AMOUNT)
    refused = await till.api.post(f"{ORDERS}/{order['id']}/refunds", desk, {"amount_minor": 100})
    assert refused.json()["code"] == "payment_disputed"
    assert (await till.api.get("/v1/wallets/me", customer)).json()["frozen"] == "disputed"
    await seen(state="open", can=["contest", "accept"])
    await till.api.done(f"/v1/disputes/{found['id']}/contest", desk)
    await seen(state="under_review", answered="contested")
    till.gateway.play(f"/disputes/{raised}", status="won")
    await till.deliver(times=2)
    await seen(state="won", held_minor=0, lost_minor=0)
    said = till.gateway.http.get(f"/v1/disputes/{raised}").json()["evidence"]
    assert len(said["proof_of_service"]) == 1
    assert (await till.api.get("/v1/wallets/me", customer)).json()["frozen"] is None
    assert await till.balance(customer) == AMOUNT


async def test_forged_news_is_refused_and_poison_is_taken(till: Till) -> None:
    body = json.dumps({"event": "payment.captured", "payload": {}}).encode()
    assert await till.post(body, "forged", secret="another") == 401
    assert (await till.api.client.post(HOOK, content=body)).status_code == 401
    for number, poison in enumerate(
        (b"{", b"null", b"\xff\xfe", body, b'{"event":"x","payload":{"payment":{"entity":3}}}')
    ):
        for _ in range(2):
            assert await till.post(poison, f"poison-{number}") == 200
    assert await till.post(body, "an id that is none\x7f") == 200
    await till.settle()


async def test_an_order_is_its_customers_and_the_desks(till: Till) -> None:
    customer, another = somebody(Role.CUSTOMER), somebody(Role.CUSTOMER)
    order = await till.order(customer)
    await till.until(order, customer, "open")
    path = f"{ORDERS}/{order['id']}"
    elsewhere = Actor(Role.ADMIN, new_id(datetime.now(UTC)), "rival")
    told = {"razorpay_payment_id": "pay_x", "razorpay_signature": "0" * 64}
    for actor in (another, elsewhere):
        assert (await till.api.get(path, actor)).status_code == 404
        assert (await till.api.post(f"{path}/abandonment", actor)).status_code == 404
        assert (await till.api.post(f"{path}/checkout", actor, told)).status_code == 404
        listed = (await till.api.get(ORDERS, actor)).json()["data"]
        assert order["id"] not in {each["id"] for each in listed}
    for role in (Role.PROVIDER,):
        assert (await till.api.get(path, somebody(role))).status_code == 403
        assert (await till.api.post(f"{path}/checkout", somebody(role), told)).status_code == 403
    assert (await till.api.post(f"{path}/capture", customer)).status_code == 403
    for reader in (customer, till.api.desk, somebody(Role.AUDITOR)):
        assert (await till.api.get(path, reader)).json()["id"] == order["id"]
    assert customer.subject_id is not None
    body = {"customer_id": show(Prefix.USER, customer.subject_id), "purpose": "top_up", "amount_minor": AMOUNT}
    stolen = await till.api.post(ORDERS, another, {**body, "currency": "INR"})
    assert stolen.status_code == 404
    forged = await till.api.post(f"{path}/checkout", customer, told)
    assert (forged.status_code, forged.json()["code"]) == (422, "forged_checkout")
    assert (await till.api.done(f"{path}/abandonment", customer))["state"] == "abandoned"
