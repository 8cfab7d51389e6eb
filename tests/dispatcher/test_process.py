"""Does the dispatcher process lead alone, take over from a killed or frozen one, and do its work on real PostgreSQL?"""

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
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest

from application.add_crew_member import AddCrewMember, add_crew_member
from application.add_truck import AddTruck, add_truck
from application.log import CommandContext, fingerprint_of
from application.register_provider import RegisterProvider, register_provider
from application.request_service import RequestService, request_service
from application.start_shift import StartShift, start_shift
from domain.actor import Actor, Role
from infra.dispatch.board import PostgresDispatchBoard
from infra.dispatch.engine import command_engine
from infra.embedded.postgres import free_port
from infra.projections.install import install_read_models
from infra.projections.projector import Projector
from tests.dispatcher.board import MemoryBoard
from tests.dispatcher.city import near
from tests.support.memory_log import MemoryEventLog
from tests.support.roadside import CALL, DESK_ACTOR, PROFILE, TENANT, TOWING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from pathlib import Path
    from typing import Any
    from uuid import UUID

    from application.dispatch.rounds import RunsCommands
    from application.engine import Answer, Work
    from infra.settings import Settings
    from tests.support.servers import Database

pytestmark = pytest.mark.anyio

PATIENCE_S = 30.0


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

    async def calls(self) -> UUID:
        customer_id, request_id = uuid4(), uuid4()
        call = replace(CALL, customer_id=customer_id)
        customer = Actor(Role.CUSTOMER, customer_id, TENANT)
        await self.run(request_service, RequestService(customer, request_id, call, datetime.now(UTC)))
        return request_id


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    install_read_models(database.settings)
    async with command_engine(database.settings) as engine:
        yield Desk(engine)


@pytest.fixture
def projector(database: Database) -> Iterator[None]:
    install_read_models(database.settings)
    running = Projector(database.settings)
    running.start()
    yield
    running.stop()


class Process:
    """`vehicaid dispatcher` in a process of its own."""

    def __init__(self, settings: Settings, directory: Path, offer_lapses_after_s: int = 1) -> None:
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


@pytest.fixture
def start(database: Database, tmp_path: Path) -> Iterator[Callable[[], Process]]:
    started: list[Process] = []

    def begin() -> Process:
        started.append(Process(database.settings, tmp_path))
        return started[-1]

    yield begin
    for process in started:
        process.end()


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


async def test_it_offers_notes_lapses_and_asks_the_next(
    desk: Desk, projector: None, start: Callable[[], Process], database: Database
) -> None:
    first, second = await desk.on_duty(near(1)), await desk.on_duty(near(2))
    await desk.calls()
    process = start()
    await until(lambda: len(events(database, "offer.made")) >= 3)
    with psycopg.connect(database.app_dsn) as connection:
        rows = connection.execute("SELECT shift_id FROM provider_jobs ORDER BY created_at LIMIT 3").fetchall()
    assert [row[0] for row in rows] == [first, second, first]
    assert process.number("vehicaid_dispatch_lapses_total") >= 2
    assert process.number("vehicaid_dispatch_offers_total") >= 3


async def test_a_standby_leads_within_two_seconds_of_a_kill_and_of_a_freeze(
    desk: Desk, projector: None, start: Callable[[], Process], database: Database
) -> None:
    first = start()
    await until(lambda: first.leads)
    second = start()
    await until(lambda: second.number("vehicaid_dispatcher_leading") == 0)
    await asyncio.sleep(0.5)
    assert first.leads
    assert not second.leads
    first.process.kill()
    assert await until(lambda: second.leads) < 2.0
    third = start()
    await until(lambda: third.number("vehicaid_dispatcher_leading") == 0)
    second.process.send_signal(signal.SIGSTOP)
    assert await until(lambda: third.leads) < 2.5, "1.4 s of silence, then the lock is free"
    await desk.on_duty(near(1))
    second.process.send_signal(signal.SIGCONT)
    await desk.calls()
    await until(lambda: events(database, "offer.made"))
    await until(lambda: third.leads and not second.leads)


async def test_a_log_that_stalls_does_not_cost_the_lead(
    desk: Desk, projector: None, start: Callable[[], Process], database: Database
) -> None:
    await desk.on_duty(near(1))
    process = start()
    await until(lambda: process.leads)
    await desk.calls()
    await until(lambda: events(database, "offer.made"))
    with psycopg.connect(database.admin_dsn) as order_lock:
        order_lock.execute("SELECT pg_advisory_xact_lock('events'::regclass::oid::bigint)")
        for _ in range(12):
            await asyncio.sleep(0.25)
            assert process.leads, "the offer has lapsed by now, and its lapse waits for the lock"
    await until(lambda: len(events(database, "offer.made")) > 1)
    assert process.number("vehicaid_dispatcher_restarts_total") == 0


async def test_connections_that_are_cut_are_made_anew(
    desk: Desk, projector: None, start: Callable[[], Process], database: Database
) -> None:
    await desk.on_duty(near(1))
    process = start()
    await until(lambda: process.leads)
    with psycopg.connect(database.admin_dsn, autocommit=True) as connection:
        cut = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name LIKE 'vehicaid-dispatcher%'"
        ).fetchall()
    assert cut
    await desk.calls()
    await until(lambda: events(database, "offer.made"))
    assert process.leads
    assert process.number("vehicaid_dispatcher_restarts_total") >= 1


async def test_a_forgotten_request_is_an_alarm(
    desk: Desk, projector: None, start: Callable[[], Process], database: Database
) -> None:
    """Somebody took the offer's row away: its lapse will never be noted, and nothing drives the request on."""
    await desk.on_duty(near(1))
    await desk.on_duty(near(2))
    process = start()
    await desk.calls()
    await until(lambda: events(database, "offer.made"))
    await until(lambda: process.number("vehicaid_dispatch_orphan_checks_total") > 1)
    assert process.number("vehicaid_dispatch_orphaned_requests") == 0
    forgotten = await desk.calls()

    def it_is_missed() -> bool:
        _take_rows_away(database, forgotten)
        return process.number("vehicaid_dispatch_orphaned_requests") == 1

    await until(it_is_missed)
    assert f'"request_ids":["{forgotten}"]' in process.log.read_text()


def _take_rows_away(database: Database, request_id: UUID) -> None:
    with psycopg.connect(database.app_dsn) as connection:
        connection.execute("DELETE FROM provider_jobs__g1 WHERE request_id = %s AND state = 'made'", [request_id])


async def test_kill_9_again_and_again_loses_and_doubles_nothing(
    desk: Desk, projector: None, start: Callable[[], Process], database: Database
) -> None:
    for kilometres in range(1, 6):
        await desk.on_duty(near(kilometres))
    process = start()
    await until(lambda: process.leads)
    requests = []
    for number in range(5):
        requests.append(await desk.calls())
        await asyncio.sleep(0.003 * number)
        process.process.kill()
        process.process.wait()
        process = start()
    await until(lambda: len(set(events(database, "service_request.offer_made"))) == len(requests))
    with psycopg.connect(database.app_dsn) as connection:
        live = connection.execute("SELECT request_id, count(*) FROM provider_jobs WHERE state = 'made' GROUP BY 1")
        assert all(count == 1 for _, count in live.fetchall())


async def test_what_this_release_does_not_know_keeps_nobody_waiting(desk: Desk, database: Database) -> None:
    """A newer release may have written a service or a capability that this one has never heard of."""
    shift_id, strange, plain = await desk.on_duty(near(1)), await desk.calls(), await desk.calls()
    running = Projector(database.settings)
    running.start()
    await until(lambda: _count(database, "request_board") == 2 and _count(database, "shifts_on_duty") == 1)
    running.stop()
    with psycopg.connect(database.app_dsn) as connection:
        connection.execute("UPDATE request_board__g1 SET service = 'teleport' WHERE request_id = %s", [strange])
        connection.execute("UPDATE shifts_on_duty__g1 SET capabilities = capabilities || '\"levitate\"'")
    async with await psycopg.AsyncConnection.connect(database.app_dsn, autocommit=True) as connection_:
        board = PostgresDispatchBoard(connection_)
        assert [search.request_id for search in await board.searches(10)] == [plain]
        (shift,) = await board.free_shifts(10)
        assert (shift.shift_id, shift.capabilities) == (shift_id, frozenset(TOWING))
        assert {each.request_id for each in await board.open_requests(10)} == {strange, plain}


def _count(database: Database, read_model: str) -> int:
    with psycopg.connect(database.app_dsn) as connection:
        row = connection.execute(f"SELECT count(*) FROM {read_model}").fetchone()  # noqa: S608  (a name of this file)
        return int(row[0]) if row else 0


async def test_the_board_in_postgresql_shows_what_the_folds_show(desk: Desk, database: Database) -> None:
    for kilometres in range(1, 5):
        await desk.on_duty(near(kilometres))
    for _ in range(3):
        await desk.calls()
    running = Projector(database.settings)
    running.start()
    try:
        memory = MemoryEventLog()
        async with await psycopg.AsyncConnection.connect(database.app_dsn, autocommit=True) as connection:
            board = PostgresDispatchBoard(connection)
            head = len(events(database, "provider.registered")) * 5 + 3
            for _ in range(500):
                reached = await board.positions()
                if min(reached.requests, reached.shifts, reached.jobs) == head:
                    break
                await asyncio.sleep(0.02)
            from infra.event_store.reader import LogReader

            with psycopg.connect(database.app_dsn) as reading:
                memory.events = LogReader(reading).read(0, 1000)
            folds = MemoryBoard(memory)
            assert await board.positions() == await folds.positions()
            assert list(await board.searches(10)) == list(await folds.searches(10))
            by_id = {shift.shift_id: shift for shift in await folds.free_shifts(10)}
            assert {shift.shift_id: shift for shift in await board.free_shifts(10)} == by_id
            assert len(await board.searches(2)) == 2
            assert list(await board.open_requests(10)) == list(await folds.open_requests(10))
            assert await board.overdue_offers(datetime.now(UTC), 10) == []
    finally:
        running.stop()
