"""Of what does a storm of webhooks consist? News of many orders, twice and late, forged ones and nonsense among it."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import random
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from application.log import CommandContext, fingerprint_of
from application.record_opening import RecordOpening, record_opening
from application.request_payment_order import RequestPaymentOrder, request_payment_order
from domain.actor import Actor, Role
from domain.money import Money
from domain.payment_order_terms import OrderPurpose
from infra.bootstrap import build

if TYPE_CHECKING:
    from uuid import UUID

    from application.dispatch.ordering import RunsCommands
    from application.engine import Answer, Work
    from infra.settings import Settings

PATH: Final = "/v1/webhooks/razorpay"
TENANT: Final = "bench"
AMOUNT: Final = 50_000
SECRETS: Final = ("the-one-in-use", "the-one-before")
"""What is sent again keeps the secret of its first time."""

EVENTS: Final = ("payment.authorized", "payment.captured", "order.paid")
# 5 in 100 are forged, 1 is signed nonsense, 1 is an event that we never heard of.
FORGED, POISON, STRANGE = 0.05, 0.01, 0.01
# As many as there are connections to read with: more would wait for one, and not for ever.
AT_ONCE: Final = 8
WIDTH: Final = 2_000
"""News is as old as some 2,000 others at most: everything comes twice and out of order, but not for ever."""


async def opened_orders(settings: Settings, number: int) -> list[str]:
    """So many top-ups that wait to be paid, under the names that the gateway gave them."""
    stack = await build(settings, "vehicaid-bench")
    room = asyncio.Semaphore(AT_ONCE)

    async def one(order: int) -> str:
        async with room:
            return await _opened(stack.engine, f"order_bench{order:08d}")

    try:
        return await asyncio.gather(*(one(order) for order in range(number)))
    finally:
        await stack.close()


async def _opened(engine: RunsCommands, gateway_order: str) -> str:
    now, customer_id, order_id = datetime.now(UTC), uuid4(), uuid4()
    customer, worker = Actor(Role.CUSTOMER, customer_id, TENANT), Actor.system("worker", TENANT)
    wanted = RequestPaymentOrder(customer, order_id, customer_id, OrderPurpose.TOP_UP, None, Money(AMOUNT, "INR"), now)
    told = RecordOpening(worker, order_id, now, gateway_order=gateway_order)

    async def request(work: Work) -> Answer:
        return await request_payment_order(wanted, work)

    async def opened(work: Work) -> Answer:
        return await record_opening(told, work)

    await engine.run(_context(customer, order_id, now), request)
    await engine.run(_context(worker, order_id, now), opened)
    return gateway_order


def _context(actor: Actor, order_id: UUID, now: datetime) -> CommandContext:
    key = f"{actor.text}/{order_id}"
    return CommandContext(TENANT, actor.text, key, fingerprint_of(key), order_id, now)


class Storm:
    """Draws deliveries from a seed; ``sent`` counts them by kind."""

    def __init__(self, orders: list[str], seed: int) -> None:
        """Everything genuine is made and signed beforehand, so that sending costs little."""
        self._chance = random.Random(seed)  # noqa: S311  (a seed, so that a storm can be told again)
        self._news = [
            _genuine(order, event, SECRETS[self._chance.random() < 0.2]) for order in orders for event in EVENTS
        ]
        self._chance.shuffle(self._news)
        self._told: set[int | str] = set()
        self._paid: set[int] = set()
        self._next = 0
        self._drawn = 0
        self.sent: Counter[str] = Counter()
        self.to_be_paid = len(orders)

    @property
    def distinct(self) -> int:
        """How many different events were delivered genuinely."""
        return len(self._told)

    def delivery(self) -> bytes:
        """The next: what was not told yet comes in between, so that all of it is told before the storm is over."""
        self._drawn += 1
        drawn = self._chance.random()
        if drawn < FORGED:
            return self.forged()
        if drawn < FORGED + POISON:
            return self._nonsense("poison", b'{"event": "payment.captured", "payload": {"payment": {"entity": [')
        if drawn < FORGED + POISON + STRANGE:
            return self._nonsense("strange", b'{"event": "moon.risen", "payload": {}}')
        if self._next < len(self._news) and self._chance.random() < 0.1:
            number, self._next = self._next, self._next + 1
        else:
            oldest = max(0, self._next - WIDTH)
            number = self._chance.randrange(oldest, max(self._next, 1))
            self._next = max(self._next, 1)
        self.sent["again" if number in self._told else "first"] += 1
        self._told.add(number)
        return self._news[number]

    def forged(self) -> bytes:
        """Genuine news with another sum, under the old signature or under none that anybody has."""
        self.sent["forged"] += 1
        body = json.dumps(_body("order_bench00000000", "payment.captured", AMOUNT * 10)).encode()
        secret = self._chance.choice(("guessed", "", "the-one-in-us"))
        return _request(body, f"forged-{self._drawn}", _signed(body, secret))

    def _nonsense(self, kind: str, body: bytes) -> bytes:
        self.sent[kind] += 1
        event_id = f"{kind}-{self._chance.randrange(100)}"
        self._told.add(event_id)
        return _request(body, event_id, _signed(body, SECRETS[0]))


def _genuine(order: str, event: str, secret: str) -> bytes:
    body = json.dumps(_body(order, event, AMOUNT)).encode()
    return _request(body, f"{order}-{event.replace('.', '_')}", _signed(body, secret))


def _body(order: str, event: str, amount: int) -> dict[str, object]:
    is_captured = event != "payment.authorized"
    payment = {
        "id": order.replace("order_", "pay_"),
        "entity": "payment",
        "amount": amount,
        "currency": "INR",
        "status": "captured" if is_captured else "authorized",
        "order_id": order,
        "captured": is_captured,
        "method": "upi",
        "amount_refunded": 0,
        "fee": 1_180 if is_captured else None,
        "tax": 180 if is_captured else None,
        "error_code": None,
        "created_at": 1_796_000_000,
        "notes": [],
        "email": "someone@example.org",
        "contact": "+919845012345",
        "acquirer_data": {"rrn": "012345678912"},
    }
    return {
        "entity": "event",
        "account_id": "acc_bench",
        "event": event,
        "contains": ["payment"],
        "payload": {"payment": {"entity": payment}},
        "created_at": 1_796_000_000,
    }


def _signed(body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _request(body: bytes, event_id: str, signature: str) -> bytes:
    return (
        f"POST {PATH} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
        f"X-Razorpay-Signature: {signature}\r\nX-Razorpay-Event-Id: {event_id}\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body
