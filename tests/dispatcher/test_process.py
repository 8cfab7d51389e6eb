"""Does the dispatcher process lead alone, take over from a killed or frozen one, and do its work on real PostgreSQL?"""

from __future__ import annotations

import asyncio
import signal
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from infra.dispatch.board import PostgresDispatchBoard
from infra.dispatch.engine import command_engine
from infra.projections.install import install_read_models
from infra.projections.projector import Projector
from infra.projections.rebuild import rebuild
from projections.catalog import READ_MODELS
from tests.dispatcher.board import MemoryBoard
from tests.dispatcher.city import near
from tests.dispatcher.processes import Desk, Process, events, until
from tests.support.memory_log import MemoryEventLog
from tests.support.roadside import TOWING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path
    from uuid import UUID

    from tests.support.servers import Database

pytestmark = pytest.mark.anyio


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


@pytest.fixture
def start(database: Database, tmp_path: Path) -> Iterator[Callable[[], Process]]:
    started: list[Process] = []

    def begin() -> Process:
        started.append(Process(database.settings, tmp_path))
        return started[-1]

    yield begin
    for process in started:
        process.end()


async def test_it_offers_notes_lapses_and_asks_the_next(
    desk: Desk, projector: None, start: Callable[[], Process], database: Database
) -> None:
    first, second = await desk.on_duty(near(1)), await desk.on_duty(near(2))
    await desk.calls()
    process = start()
    await until(lambda: set(_asked(database)) == {first, second})
    # On a machine so slow that the list of offers is a second behind, the nearest may be asked twice before.
    assert _asked(database)[0] == first
    await until(lambda: process.number("vehicaid_dispatch_lapses_total") >= 1)
    assert process.number("vehicaid_dispatch_offers_total") >= 2


def _asked(database: Database) -> list[UUID]:
    with psycopg.connect(database.app_dsn) as connection:
        rows = connection.execute("SELECT shift_id FROM provider_jobs ORDER BY created_at, attempt").fetchall()
    return [row[0] for row in rows]


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_standby_leads_after_a_kill_and_after_a_freeze(
    blow: signal.Signals, start: Callable[[], Process]
) -> None:
    """How soon is for `vehicaid bench takeover` to say."""
    leader = start()
    await until(lambda: leader.leads)
    heir = start()
    await until(lambda: heir.number("vehicaid_dispatcher_leading") == 0)
    leader.process.send_signal(blow)
    await until(lambda: heir.leads)


async def test_a_leader_that_thaws_finds_that_another_leads(
    desk: Desk, projector: None, start: Callable[[], Process], database: Database
) -> None:
    first = start()
    await until(lambda: first.leads)
    second = start()
    await until(lambda: second.number("vehicaid_dispatcher_leading") == 0)
    assert not second.leads
    first.process.send_signal(signal.SIGSTOP)
    await until(lambda: second.leads)
    await desk.on_duty(near(1))
    first.process.send_signal(signal.SIGCONT)
    await desk.calls()
    await until(lambda: events(database, "offer.made"))
    await until(lambda: second.leads and not first.leads)


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
    """Somebody took its timers away: no lapse will be noted, no search widened. It is missed, and then seen to."""
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
    assert process.number("vehicaid_dispatch_untimed_requests") in {0, 1}
    await until(lambda: process.number("vehicaid_dispatch_orphaned_requests") == 0)

    def it_waits_for_something() -> bool:
        with psycopg.connect(database.app_dsn) as connection:
            found = connection.execute("SELECT 1 FROM timers WHERE request_id = %s", [forgotten]).fetchone()
        return found is not None

    await until(it_waits_for_something)


def _take_rows_away(database: Database, request_id: UUID) -> None:
    with psycopg.connect(database.app_dsn) as connection:
        connection.execute("DELETE FROM timers__g1 WHERE request_id = %s", [request_id])


async def test_a_read_model_may_be_swapped_under_it(
    desk: Desk, projector: None, start: Callable[[], Process], database: Database
) -> None:
    await desk.on_duty(near(1))
    process = start()
    await until(lambda: process.leads)
    await desk.calls()
    await until(lambda: len(events(database, "offer.made")) == 1)
    for model in READ_MODELS:
        swapped = await asyncio.to_thread(rebuild, database.settings, model, confirm=lambda _differences: True)
        assert swapped.swapped
    await desk.on_duty(near(2))
    second = await desk.calls()
    await until(lambda: second in events(database, "service_request.offer_made"))
    assert process.number("vehicaid_dispatcher_restarts_total") == 0


@pytest.mark.parametrize("kills", [3, pytest.param(10, marks=pytest.mark.slow)])
async def test_kill_9_again_and_again_loses_and_doubles_nothing(
    desk: Desk, projector: None, start: Callable[[], Process], database: Database, kills: int
) -> None:
    for kilometres in range(1, 1 + kills):
        await desk.on_duty(near(kilometres))
    process = start()
    await until(lambda: process.leads)
    requests = []
    for number in range(kills):
        requests.append(await desk.calls())
        await asyncio.sleep(0.012 * number / (kills - 1))
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
    await until(lambda: _count(database, "request_board") == 2 and _count(database, "matching_table") == 1)
    running.stop()
    with psycopg.connect(database.app_dsn) as connection:
        connection.execute("UPDATE request_board__g1 SET service = 'teleport' WHERE request_id = %s", [strange])
        connection.execute("UPDATE matching_table__g1 SET capabilities = capabilities || '\"levitate\"'")
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
                if min(reached.requests, reached.shifts, reached.jobs, reached.timers) == head:
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
            at = datetime.now(UTC) + timedelta(minutes=5)
            assert list(await board.due(at, 10)) == list(await folds.due(at, 10))
            assert len(await board.due(at, 10)) == 3, "each request has to be looked at again"
            on_duty = {each.shift_id: each for each in await folds.on_duty(10)}
            assert {each.shift_id: each for each in await board.on_duty(10)} == on_duty
    finally:
        running.stop()
