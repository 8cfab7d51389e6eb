"""Do timers and positions do their work in a real process, on real PostgreSQL, that is killed again and again?"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from application.positions import Seen
from application.search_plan import SearchPlan
from application.trade import FREE_EVERYWHERE
from domain.positions import Ping
from infra.dispatch.engine import command_engine
from infra.positions.store import open_positions
from infra.projections.install import install_read_models
from infra.projections.projector import Projector
from tests.dispatcher.city import near
from tests.dispatcher.processes import Desk, Process, events, until
from tests.support.roadside import TENANT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path
    from uuid import UUID

    from tests.support.servers import Database

# Processes are started one after the other: minutes on a machine that does much else.
pytestmark = [pytest.mark.anyio, pytest.mark.timeout(420)]

WIDENS_S = 0.4
QUICK = replace(FREE_EVERYWHERE, search=SearchPlan(widens_after=timedelta(seconds=WIDENS_S)))


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    install_read_models(database.settings)
    running = Projector(database.settings)
    running.start()
    async with command_engine(database.settings) as engine:
        yield Desk(engine)
    running.stop()


@pytest.fixture
def start(database: Database, tmp_path: Path) -> Iterator[Callable[[], Process]]:
    started: list[Process] = []

    def begin() -> Process:
        started.append(
            Process(
                database.settings,
                tmp_path,
                search_widens_every_s=str(WIDENS_S),
                shift_stale_after_s="2",
                dispatcher_attendance_s="0.2",
            )
        )
        return started[-1]

    yield begin
    for process in started:
        process.end()


def radii(database: Database, request_id: UUID) -> list[int | None]:
    """How far each widening went, in order."""
    with psycopg.connect(database.app_dsn) as connection:
        rows = connection.execute(
            "SELECT (data ->> 'radius_m')::int FROM log"
            " WHERE stream_id = %s AND topic = 'service_request.search_widened' ORDER BY version",
            [request_id],
        ).fetchall()
    return [row[0] for row in rows]


@pytest.mark.parametrize("kills", [3, pytest.param(10, marks=pytest.mark.slow)])
async def test_kill_9_while_searches_widen_forgets_none_and_widens_none_twice(
    desk: Desk, start: Callable[[], Process], database: Database, kills: int
) -> None:
    """Nobody is on duty: each search goes from ring to ring, whoever dies on the way."""
    process, requests = start(), []
    await until(lambda: process.leads)
    for number in range(kills):
        requests.append(await desk.calls(QUICK))
        # Around the instant at which the first ring is over: before the decision, at it, after it.
        await asyncio.sleep(WIDENS_S - 0.05 + 0.1 * number / (kills - 1))
        process.process.kill()
        process.process.wait()
        process = start()
        await until(lambda process=process: process.leads)  # type: ignore[misc]  # bound now
    for request_id in requests:
        await until(lambda request_id=request_id: None in radii(database, request_id))  # type: ignore[misc]
        assert radii(database, request_id) == [10_000, 20_000, 50_000, None]
    with psycopg.connect(database.app_dsn) as connection:
        waiting = connection.execute("SELECT subject_id FROM timers WHERE kind = 'search_due'").fetchall()
    assert {row[0] for row in waiting} == set(requests)
    await until(lambda: process.number("vehicaid_dispatch_orphan_checks_total") > 1)
    assert process.number("vehicaid_dispatch_orphaned_requests") == 0
    assert process.number("vehicaid_dispatch_untimed_requests") == 0


async def test_shifts_are_followed_by_what_they_say(
    desk: Desk, start: Callable[[], Process], database: Database
) -> None:
    shift_id = await desk.on_duty(near(0))
    process = start()
    await until(lambda: process.leads)
    async with open_positions(database.settings, "test-crew") as positions:

        async def says_until(kilometres: float, topic: str) -> None:
            """As a phone does: every now and then, for as long as the shift is."""
            while events(database, topic) != [shift_id]:
                at = datetime.now(UTC)
                ping = Ping(at, 12.9716 + kilometres / 111.195, 77.5946, 5.0)
                await positions.keep(TENANT, [Seen(shift_id, ping, at)])
                await asyncio.sleep(0.2)

        await says_until(3, "shift.moved")
        assert events(database, "shift.went_stale") == []
        await until(lambda: events(database, "shift.went_stale") == [shift_id])
        await says_until(3.1, "shift.recovered")
