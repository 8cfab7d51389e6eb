"""How does a test order through the engine, start dispatcher processes, and wait for what they do?"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg

from application.add_crew_member import AddCrewMember, add_crew_member
from application.add_truck import AddTruck, add_truck
from application.log import CommandContext, fingerprint_of
from application.register_provider import RegisterProvider, register_provider
from application.request_service import RequestService, request_service
from application.start_shift import StartShift, start_shift
from application.trade import FREE_EVERYWHERE, Trade
from domain.actor import Actor, Role
from infra.embedded.ports import free_port
from tests.support.roadside import CALL, DESK_ACTOR, PROFILE, TENANT, TOWING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path
    from typing import Any
    from uuid import UUID

    from application.dispatch.ordering import RunsCommands
    from application.engine import Answer, Work
    from infra.settings import Settings
    from tests.support.servers import Database

PATIENCE_S = 120.0
LAST_WORDS = 2_000


@dataclass
class Desk:
    """Orders through the engine, as routes do."""

    engine: RunsCommands

    async def run(self, use_case: Callable[[Any, Work], Awaitable[Answer]], command: Any) -> None:
        at = datetime.now(UTC)
        content = fingerprint_of(repr(command))
        context = CommandContext(TENANT, command.actor.text, str(uuid4()), content, uuid4(), at)
        await self.engine.run(context, lambda work: use_case(command, work))

    async def on_duty(self, cell: str) -> UUID:
        provider_id, crew_id, truck_id, shift_id = (uuid4() for _ in range(4))
        who, at = Actor(Role.PROVIDER, provider_id, TENANT), datetime.now(UTC)
        await self.run(register_provider, RegisterProvider(DESK_ACTOR, provider_id, PROFILE, at))
        await self.run(add_crew_member, AddCrewMember(who, provider_id, crew_id, TOWING, at))
        await self.run(add_truck, AddTruck(who, provider_id, truck_id, TOWING, at))
        await self.run(start_shift, StartShift(who, provider_id, shift_id, crew_id, truck_id, cell, at))
        return shift_id

    async def calls(self, trade: Trade = FREE_EVERYWHERE) -> UUID:
        customer_id, request_id = uuid4(), uuid4()
        call = replace(CALL, customer_id=customer_id)
        customer = Actor(Role.CUSTOMER, customer_id, TENANT)
        command = RequestService(customer, request_id, call, datetime.now(UTC))
        await self.run(partial(request_service, trade=trade), command)
        return request_id


class Process:
    """`vehicaid dispatcher` in a process of its own."""

    def __init__(self, settings: Settings, directory: Path, offer_lapses_after_s: int = 1, **set_to: str) -> None:
        self.metrics_port = free_port()
        self.log = directory / f"dispatcher-{self.metrics_port}"
        self._screen = self.log.open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "interfaces.cli", "dispatcher"],
            env={
                **os.environ,
                "PYTHONPATH": os.getcwd(),  # noqa: PTH109
                "VEHICAID_DATABASE_URL": settings.database_url,
                "VEHICAID_DISPATCHER_METRICS_PORT": str(self.metrics_port),
                "VEHICAID_STATE_DIR": str(directory / "no-state"),
                "VEHICAID_OFFER_LAPSES_AFTER_S": str(offer_lapses_after_s),
                "VEHICAID_DISPATCHER_ORPHAN_CHECK_S": "0.5",
                "VEHICAID_DISPATCHER_ORPHAN_PATIENCE_S": "3",
                **{f"VEHICAID_{name.upper()}": value for name, value in set_to.items()},
            },
            stdout=self._screen,
            stderr=self._screen,
        )

    def number(self, name: str) -> float:
        """A metric without labels; -1 while the process cannot be asked."""
        with contextlib.suppress(OSError):
            page = urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=5).read().decode()
            return next(float(line.split()[1]) for line in page.splitlines() if line.startswith(f"{name} "))
        return -1

    @property
    def leads(self) -> bool:
        return self.number("vehicaid_dispatcher_leading") == 1

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(PATIENCE_S)
        self._screen.close()
        # Seen only when the test failed: a process that ended by itself says why.
        print(self.log.read_text(errors="replace")[-LAST_WORDS:])  # noqa: T201


async def until(fact: Callable[[], object], patience_s: float = PATIENCE_S) -> float:
    """Wait until it is true; how long that took."""
    began = time.monotonic()
    while not fact():
        assert time.monotonic() - began < patience_s
        await asyncio.sleep(0.02)
    return time.monotonic() - began


def events(database: Database, topic: str) -> list[UUID]:
    with psycopg.connect(database.app_dsn) as connection:
        return [row[0] for row in connection.execute("SELECT stream_id FROM events WHERE topic = %s", [topic])]
