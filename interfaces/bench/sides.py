"""Which servers does the API bench put side by side, and how is each loaded?"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import uvloop

from domain.actor import Actor, Role
from infra.embedded.ports import free_port
from infra.identity.place import local_authority
from infra.settings import Settings
from interfaces.bench.http_load import Load, Seen, closed_loop, fixed_rate, order_and_look, post

PATH = "/v1/service-requests"
BODY = (
    b'{"service":"flat_tyre","vehicle_class":"car","location":{"lat":12.9716,"lng":77.5946},'
    b'"contact":{"name":"Asha Rao","phone":"+919845012345"},"note":"Blue hatchback by the bus stop",'
    b'"plate":"KA01AB1234"}'
)
CONNECTIONS = 64
READY_WITHIN_S = 60.0
STOPPED_WITHIN_S = 10.0
PAUSE_S = 0.02
"""Between two orders of one caller: the system is to be idle when the next comes."""
FIXED_RATE = 300.0
"""Calls a second in the open loop: the busiest day on record of the largest club saw one in 3.3 s."""


def started(
    arguments: list[str], settings: Settings, port: int, more: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """A process of ours on a port of its own, on its way; whoever starts it ends it. ``more`` is told besides."""
    environment = {
        **os.environ,
        "VEHICAID_DATABASE_URL": settings.database_url,
        "VEHICAID_ADMIN_DATABASE_URL": settings.admin_database_url,
        "VEHICAID_PORT": str(port),
        "VEHICAID_PROJECTOR_METRICS_PORT": str(free_port()),
        "VEHICAID_DISPATCHER_METRICS_PORT": str(free_port()),
        "VEHICAID_WORKER_METRICS_PORT": str(free_port()),
        "VEHICAID_LOG_LEVEL": "warning",
        "VEHICAID_STATE_DIR": "/nonexistent",
        **{
            f"VEHICAID_{name.upper()}": secret.get_secret_value()
            for name in ("token_signing_key", "cursor_signing_key", "personal_master_key")
            if (secret := getattr(settings, name)) is not None
        },
        **(more or {}),
    }
    return subprocess.Popen(  # noqa: S603  our own modules
        [sys.executable, "-m", *arguments], env=environment, cwd=Path(__file__).parents[2], stdout=subprocess.DEVNULL
    )


@contextmanager
def process(
    arguments: list[str], settings: Settings, port: int, more: Mapping[str, str] | None = None
) -> Iterator[int]:
    """A process of ours on a port of its own, and ended afterwards."""
    child = started(arguments, settings, port, more)
    try:
        yield port
    finally:
        child.terminate()
        try:
            child.wait(STOPPED_WITHIN_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def wait_until_it_answers(port: int, path: str) -> None:
    """Until a GET is answered with a yes; raises TimeoutError."""
    give_up_at = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < give_up_at:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"http://127.0.0.1:{port}{path}", timeout=1.0).is_success:
                return
        time.sleep(0.05)
    message = f"nothing says yes to {path} on port {port}"
    raise TimeoutError(message)


def servers(settings: Settings, running: ExitStack) -> tuple[int, int]:
    """The bare application and ours, both ready; a projector runs for as long as the read models are not there yet."""
    bare = running.enter_context(process(["interfaces.http.without_store"], settings, free_port()))
    ours = running.enter_context(process(["interfaces.cli", "api"], settings, free_port()))
    with process(["interfaces.cli", "projector"], settings, free_port()):
        wait_until_it_answers(bare, "/livez")
        wait_until_it_answers(ours, "/readyz")
    return bare, ours


class Rounds:
    """Rounds of load, one side after the other."""

    def __init__(self, settings: Settings, seconds: float) -> None:
        self._seconds = seconds
        authority = local_authority(settings.token_key, 86_400)
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

    def steady(self, port: int, seconds: float | None = None, rate: float = FIXED_RATE) -> Load:
        """One round at a fixed arrival rate."""
        return uvloop.run(fixed_rate(port, CONNECTIONS, seconds or self._seconds, rate, self.request))

    def side_by_side(self, ours: int, bare: int, rounds: int) -> tuple[list[Load], list[Load]]:
        """Rounds of ours and of the bare route in turn."""
        mine: list[Load] = []
        theirs: list[Load] = []
        for _ in range(rounds):
            theirs.append(self.load(bare))
            mine.append(self.load(ours))
        return mine, theirs

    def order_and_look(self, port: int, times: int) -> Seen:
        """One caller on an idle system: orders, then reads what came of it."""

        def order() -> tuple[bytes, str]:
            self._next = (self._next + 1) % CONNECTIONS
            token = self._tokens[self._next]
            return post(PATH, token, BODY), token

        return uvloop.run(order_and_look(port, times, PAUSE_S, order, PATH))
