"""Workers that share the work are killed, and Redis forgets, again and again: is every order opened, and once?"""

from __future__ import annotations

import random
import signal
import subprocess
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest
import redis

from application.log import CommandContext, fingerprint_of
from application.request_payment_order import RequestPaymentOrder, request_payment_order
from domain.actor import Actor, Role
from domain.money import Money
from domain.payment_order_terms import OrderPurpose, opening_of
from infra.embedded.ports import free_port
from interfaces.bench.sides import started
from tests.money.conftest import an_engine
from tests.support.api import projecting
from tests.support.razorpay import KEY_ID, KEY_SECRET, standing_in

if TYPE_CHECKING:
    from uuid import UUID

    from application.engine import Answer, Engine, Work
    from infra.settings import Settings
    from tests.support.razorpay import StandIn
    from tests.support.servers import Database

pytestmark = [pytest.mark.servers, pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(600)]

ORDERS, WORKERS, KILLS = 60, 2, 8
PATIENCE_S = 300.0
OPENED = "SELECT count(*) FROM events WHERE topic = 'payment_order.opened'"


def a_worker(settings: Settings, gateway: StandIn, running: ExitStack) -> subprocess.Popen[bytes]:
    """One more."""
    more = {
        "VEHICAID_REDIS_URL": settings.redis_url,
        "RAZORPAY_KEY_ID": KEY_ID,
        "RAZORPAY_KEY_SECRET": KEY_SECRET,
        "VEHICAID_RAZORPAY_BASE_URL": gateway.address,
    }
    worker = started(["interfaces.cli", "worker"], settings, free_port(), more)
    running.callback(worker.wait)
    running.callback(worker.kill)
    return worker


async def an_order(engine: Engine) -> UUID:
    """Somebody wants to pay in."""
    now, customer_id, order_id = datetime.now(UTC), uuid4(), uuid4()
    customer = Actor(Role.CUSTOMER, customer_id, "demo")
    wanted = RequestPaymentOrder(customer, order_id, customer_id, OrderPurpose.TOP_UP, None, Money(50_000, "INR"), now)
    context = CommandContext("demo", customer.text, order_id.hex, fingerprint_of(order_id.hex), order_id, now)

    async def decide(work: Work) -> Answer:
        return await request_payment_order(wanted, work)

    await engine.run(context, decide)
    return order_id


async def test_every_order_is_opened_once(database: Database, redis_url: str) -> None:
    settings = database.settings.model_copy(update={"redis_url": redis_url})
    chance = random.Random(17)  # noqa: S311  (a seed, so that a failure can be told again)
    with ExitStack() as running, redis.Redis.from_url(redis_url) as forgetful:
        gateway = running.enter_context(standing_in())
        running.enter_context(projecting(settings))
        eye = running.enter_context(psycopg.connect(database.app_dsn, autocommit=True))
        workers = [a_worker(settings, gateway, running) for _ in range(WORKERS)]
        orders: list[UUID] = []
        async with an_engine(database) as engine:
            for number in range(KILLS):
                orders += [await an_order(engine) for _ in range(ORDERS // KILLS)]
                _until(eye, len(orders) - chance.randrange(4))
                if number % 2:
                    forgetful.flushdb()
                which = chance.randrange(WORKERS)
                workers[which].send_signal(signal.SIGKILL)
                workers[which].wait()
                workers[which] = a_worker(settings, gateway, running)
        _until(eye, len(orders))
        for order_id in orders:
            found = gateway.http.get("/v1/orders", params={"receipt": str(opening_of(order_id))}).json()
            assert found["count"] == 1


def _until(eye: psycopg.Connection[tuple[object, ...]], opened: int) -> None:
    give_up_at = time.monotonic() + PATIENCE_S
    while True:
        row = eye.execute(OPENED).fetchone()
        if row is not None and int(str(row[0])) >= opened:
            return
        assert time.monotonic() < give_up_at, f"{row} of {opened} were opened"
        time.sleep(0.05)
