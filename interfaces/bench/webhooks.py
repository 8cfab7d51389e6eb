"""How soon is each of a thousand webhooks a second acknowledged, and is anything doubled, lost or believed wrongly?"""

from __future__ import annotations

import contextlib
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final, LiteralString

import psycopg
import uvloop
from pydantic import SecretStr

from infra.bench.frame import Bar, Report, at_least, at_most, bench_server, machine, summary
from infra.embedded.ports import free_port
from interfaces.bench.http_load import fixed_rate
from interfaces.bench.sides import process, wait_until_it_answers
from interfaces.bench.storm import SECRETS, Storm, opened_orders

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.bench.frame import BenchServer
    from interfaces.bench.http_load import Load

RATE: Final = 1_000.0
DELIVERIES: Final = 100_000
QUICK: Final = 10_000
# One order for 50 deliveries: three different events of it, each many times over.
DELIVERIES_EACH: Final = 50
CONNECTIONS: Final = 64
WARM_UP_S: Final = 2.0
# The gateway gives up after five seconds; a tenth of a second would be fine with it.
ACKNOWLEDGED_WITHIN_MS: Final = 50
# The rate counts as held when no more than one in a hundred was late by a whole round.
RATE_HELD: Final = 0.99
FOLDED_WITHIN_S: Final = 900.0

WAITING: Final = "SELECT count(*) FROM webhook_inbox WHERE outcome IS NULL"
KEPT: Final = "SELECT count(*) FROM webhook_inbox"
PAID: Final = "SELECT count(*) FROM events WHERE topic = 'payment_order.payment_captured'"
CREDITED: Final = "SELECT count(*) FROM events WHERE topic = 'wallet.credited'"
ORDERS_PAID: Final = "SELECT count(DISTINCT stream_id) FROM events WHERE topic = 'payment_order.payment_captured'"


def run(*, quick: bool, say: Callable[[str], None]) -> Report:
    """The api, a worker and a projector, all of them at work while the storm goes on."""
    deliveries = QUICK if quick else DELIVERIES
    with bench_server() as server:
        say("opening orders")
        told = {"razorpay_webhook_secrets": SecretStr(",".join(SECRETS))}
        orders = uvloop.run(opened_orders(server.settings, deliveries // DELIVERIES_EACH))
        storm = Storm(orders, seed=5)
        with ExitStack() as running:
            port = _started(server, running, told)
            say("warming up")
            uvloop.run(fixed_rate(port, CONNECTIONS, WARM_UP_S, RATE / 4, storm.forged))
            storm.sent.clear()
            say(f"{deliveries:,} deliveries at {RATE:,.0f}/s")
            load = uvloop.run(fixed_rate(port, CONNECTIONS, deliveries / RATE, RATE, storm.delivery))
            say("folding")
            waited_s = _until_folded(server)
        found = {name: _count(server, query) for name, query in COUNTED.items()}
    return Report(
        bench="webhooks",
        machine=machine(),
        setting={"deliveries": deliveries, "rate_per_s": RATE, "orders": len(orders), "connections": CONNECTIONS},
        figures={
            "acknowledged": summary(load.latencies),
            "rate_per_s": round(load.rate, 1),
            "statuses": {str(status): number for status, number in sorted(load.statuses.items())},
            "sent": dict(storm.sent),
            "folded_after_the_last_s": round(waited_s, 1),
            **found,
        },
        bars=_bars(load, storm, found),
    )


COUNTED: Final[dict[str, LiteralString]] = {
    "kept": KEPT,
    "waiting": WAITING,
    "captures_booked": PAID,
    "wallet_credits": CREDITED,
    "orders_paid": ORDERS_PAID,
}


def _bars(load: Load, storm: Storm, found: dict[str, int]) -> list[Bar]:
    answered = sum(load.statuses.values())
    forged = storm.sent["forged"]
    wrong = answered - load.statuses.get(200, 0) - load.statuses.get(401, 0)
    doubled = found["captures_booked"] - found["orders_paid"] + max(0, found["wallet_credits"] - found["orders_paid"])
    return [
        at_most("acknowledged_p99_ms", summary(load.latencies)["p99_ms"], ACKNOWLEDGED_WITHIN_MS),
        at_least("share_of_rate_held", load.rate / RATE, RATE_HELD),
        at_most("forged_accepted", max(0, forged - load.statuses.get(401, 0)), 0),
        at_most("genuine_refused", max(0, load.statuses.get(401, 0) - forged), 0),
        at_most("other_answers", wrong, 0),
        at_most("kept_twice_or_lost", abs(found["kept"] - storm.distinct), 0),
        at_most("doubled", doubled, 0),
        at_most("lost", storm.to_be_paid - found["orders_paid"] + found["waiting"], 0),
    ]


def _started(server: BenchServer, running: ExitStack, told: dict[str, SecretStr]) -> int:
    settings = server.settings.model_copy(update=told)
    secrets = {
        "RAZORPAY_KEY_ID": "rzp_test_bench",
        "RAZORPAY_KEY_SECRET": "bench-only",
        "RAZORPAY_WEBHOOK_SECRETS": ",".join(SECRETS),
        # Nothing listens there: in a storm of news nobody has to be asked.
        "VEHICAID_RAZORPAY_BASE_URL": "http://127.0.0.1:1",
    }
    port = running.enter_context(process(["interfaces.cli", "api"], settings, free_port(), secrets))
    for name in ("projector", "worker"):
        running.enter_context(process(["interfaces.cli", name], settings, free_port(), secrets))
    wait_until_it_answers(port, "/readyz")
    return port


def _until_folded(server: BenchServer) -> float:
    """Until nothing waits, or nothing more will come of it; how long that took in seconds."""
    begun = time.monotonic()
    while time.monotonic() - begun < FOLDED_WITHIN_S and _count(server, WAITING):
        time.sleep(0.5)
    return time.monotonic() - begun


def _count(server: BenchServer, query: LiteralString) -> int:
    with contextlib.closing(psycopg.connect(server.app_dsn, autocommit=True)) as connection:
        row = connection.execute(query).fetchone()
        return int(row[0]) if row else 0
