"""How many calls for help does the API take, against the same route with no store behind it?"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import uvloop

from domain.actor import Actor, Role
from infra.bench.frame import (
    BenchServer,
    Report,
    at_least,
    at_most,
    bench_server,
    machine,
    make_database,
    median_ratio,
    summary,
)
from infra.settings import Settings
from interfaces.bench.http_load import Load, closed_loop, fixed_rate, post
from interfaces.http.server import free_port
from interfaces.http.tokens import TokenAuthority

PATH = "/v1/service-requests"
BODY = (
    b'{"service":"flat_tyre","vehicle_class":"car","location":{"lat":12.9716,"lng":77.5946},'
    b'"contact":{"name":"Asha Rao","phone":"+919845012345"},"note":"Blue hatchback by the bus stop",'
    b'"plate":"KA01AB1234"}'
)
CONNECTIONS = 64
READY_WITHIN_S = 60.0
STOPPED_WITHIN_S = 10.0
FIXED_RATE = 300.0
"""Calls a second in the open loop: the busiest day on record of the largest club saw one in 3.3 s."""

Say = Callable[[str], None]


@contextmanager
def process(arguments: list[str], settings: Settings, port: int) -> Iterator[int]:
    """A process of ours on a port of its own, ready, and ended afterwards."""
    environment = {
        **os.environ,
        "VEHICAID_DATABASE_URL": settings.database_url,
        "VEHICAID_ADMIN_DATABASE_URL": settings.admin_database_url,
        "VEHICAID_PORT": str(port),
        "VEHICAID_PROJECTOR_METRICS_PORT": str(free_port()),
        "VEHICAID_DISPATCHER_METRICS_PORT": str(free_port()),
        "VEHICAID_LOG_LEVEL": "warning",
        "VEHICAID_STATE_DIR": "/nonexistent",
        **{
            f"VEHICAID_{name.upper()}": secret.get_secret_value()
            for name in ("token_signing_key", "cursor_signing_key", "personal_master_key")
            if (secret := getattr(settings, name)) is not None
        },
    }
    child = subprocess.Popen(  # noqa: S603  our own modules
        [sys.executable, "-m", *arguments], env=environment, cwd=Path(__file__).parents[2], stdout=subprocess.DEVNULL
    )
    try:
        yield port
    finally:
        child.terminate()
        try:
            child.wait(STOPPED_WITHIN_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def wait_until_it_lives(port: int) -> None:
    """Until /livez answers; raises TimeoutError."""
    give_up_at = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < give_up_at:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/livez", timeout=1.0).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    message = f"nothing answers on port {port}"
    raise TimeoutError(message)


def fill(server: BenchServer, events: int) -> None:
    """So many events more in the log, written in bulk by the owner: what counts is that the tables are large."""
    with psycopg.connect(server.admin_dsn, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO events SELECT (SELECT coalesce(max(position), 0) FROM events) + n, 'bench',"
            " gen_random_uuid(), 1, 'service_request.requested', %s, gen_random_uuid(), gen_random_uuid(), NULL,"
            " 'system:bench', now(), now() FROM generate_series(1, %s) n",
            (b'{"originator_topic":"service_request","customer_id":"0193"}' * 4, events),
        )
        connection.execute(
            "INSERT INTO receipts SELECT 'bench', gen_random_uuid(), 'system:bench', n::text, '\\x00', '\\x7b7d', n,"
            " now() FROM generate_series(1, %s) n",
            (events,),
        )
        connection.execute("ANALYZE events")
        connection.execute("ANALYZE receipts")


class Rounds:
    """Rounds of load, one side after the other."""

    def __init__(self, settings: Settings, seconds: float) -> None:
        self._seconds = seconds
        authority = TokenAuthority(settings.token_key, 86_400)
        self._tokens = [
            authority.sign(Actor(Role.CUSTOMER, uuid4(), "bench"), datetime.now(UTC)) for _ in range(CONNECTIONS)
        ]
        self._next = 0

    def request(self) -> bytes:
        """The next customer's call."""
        self._next = (self._next + 1) % CONNECTIONS
        return post(PATH, self._tokens[self._next], BODY)

    def load(self, port: int) -> Load:
        """One round; raises RuntimeError when not every call was taken."""
        found = uvloop.run(closed_loop(port, CONNECTIONS, self._seconds, self.request))
        if set(found.statuses) != {201}:
            message = f"expected every call to be taken, got {found.statuses}"
            raise RuntimeError(message)
        return found

    def steady(self, port: int) -> Load:
        """One round at a fixed arrival rate."""
        return uvloop.run(fixed_rate(port, CONNECTIONS, self._seconds, FIXED_RATE, self.request))

    def side_by_side(self, ours: int, bare: int, rounds: int) -> tuple[list[Load], list[Load]]:
        """Rounds of ours and of the bare route in turn."""
        mine: list[Load] = []
        theirs: list[Load] = []
        for _ in range(rounds):
            theirs.append(self.load(bare))
            mine.append(self.load(ours))
        return mine, theirs


def _told(mine: list[Load], theirs: list[Load]) -> dict[str, object]:
    return {
        "per_s": round(statistics.median(load.rate for load in mine)),
        "no_store_per_s": round(statistics.median(load.rate for load in theirs)),
        "ratio": round(_ratio(mine, theirs), 3),
        "latency": summary([value for load in mine for value in load.latencies]),
    }


def _ratio(mine: list[Load], theirs: list[Load]) -> float:
    return median_ratio([load.rate for load in mine], [load.rate for load in theirs])


def run(*, quick: bool, say: Say) -> Report:
    """Api alone, with a million events in the log, and with every process running."""
    rounds, seconds, events = (3, 2.0, 100_000) if quick else (7, 4.0, 1_000_000)
    with bench_server() as server, ExitStack() as running:
        round_of = Rounds(server.settings, seconds)
        with ExitStack() as few:
            bare, ours = _servers(server.settings, few)
            say("warming up")
            round_of.side_by_side(ours, bare, 1)
            say("api alone")
            alone = round_of.side_by_side(ours, bare, rounds)
            steady = round_of.steady(ours)
            say(f"{events:,} events in the log")
            fill(server, events)
            round_of.load(ours)
            full = round_of.side_by_side(ours, bare, rounds)
        say("every process running")
        everything = _with_all_processes(server, round_of, rounds, running)
    return Report(
        bench="api",
        machine=machine(),
        setting={"rounds": rounds, "seconds": seconds, "connections": CONNECTIONS, "events_in_the_log": events},
        figures={
            "alone": _told(*alone),
            "with_large_log": _told(*full),
            "with_all_processes": _told(*everything),
            f"fixed_rate_{FIXED_RATE:.0f}_per_s": summary(steady.latencies),
        },
        bars=[
            at_least("api_alone_share_of_no_store", _ratio(*alone), 0.7),
            at_most("api_alone_p99_ms", _p99_ms(alone[0]), 150),
            at_least("api_all_processes_share_of_no_store", _ratio(*everything), 0.4),
            at_most("api_all_processes_p99_ms", _p99_ms(everything[0]), 150),
            at_least("api_large_log_rate_kept", _ratio(*full) / _ratio(*alone), 0.9),
        ],
    )


def _p99_ms(loads: list[Load]) -> float:
    return summary([value for load in loads for value in load.latencies])["p99_ms"]


def _servers(settings: Settings, running: ExitStack) -> tuple[int, int]:
    """The bare application and ours, both ready."""
    bare = running.enter_context(process(["interfaces.http.without_store"], settings, free_port()))
    ours = running.enter_context(process(["interfaces.cli", "api"], settings, free_port()))
    for port in (bare, ours):
        wait_until_it_lives(port)
    return bare, ours


def _with_all_processes(
    server: BenchServer, round_of: Rounds, rounds: int, running: ExitStack
) -> tuple[list[Load], list[Load]]:
    """On a log of its own: the projector is to keep up with the load, not to catch up on the filling."""
    beside = make_database(server.server, "bench_beside")
    bare, ours = _servers(beside, running)
    for name in ("projector", "dispatcher"):
        running.enter_context(process(["interfaces.cli", name], beside, free_port()))
    round_of.side_by_side(ours, bare, 1)
    return round_of.side_by_side(ours, bare, rounds)
