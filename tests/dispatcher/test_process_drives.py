"""Is a crew that stands asked, rung up and replaced exactly once, by processes that are killed at every step?"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import psycopg
import pytest

from application.accept_offer import AcceptOffer, accept_offer
from application.positions import Seen
from domain.positions import Ping
from infra.dispatch.engine import command_engine
from infra.positions.store import open_positions
from infra.projections.install import install_read_models
from infra.projections.projector import Projector
from tests.dispatcher.city import near
from tests.dispatcher.processes import Desk, Process, events, until
from tests.support.roadside import DESK_ACTOR, TENANT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path
    from uuid import UUID

    from application.positions import PositionStore
    from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]

QUICK = {
    "dispatcher_attendance_s": "0.2",
    "drive_window_s": "0.5",
    "drive_stands_for_s": "1",
    "drive_silent_after_s": "600",
    "drive_doubt_holds_s": "0.3",
    "drive_stall_holds_s": "0.3",
    "drive_sets_out_within_s": "0",
    "drive_calls_after_s": "3",
    "drive_revokes_after_s": "6",
}


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
        started.append(Process(database.settings, tmp_path, 60, **QUICK))
        return started[-1]

    yield begin
    for process in started:
        process.end()


def told(database: Database, request_id: UUID) -> list[str]:
    """What was done about the drive, in order."""
    with psycopg.connect(database.app_dsn) as connection:
        rows = connection.execute(
            "SELECT topic FROM events WHERE stream_id = %s AND (topic LIKE '%%.drive_%%' OR topic LIKE '%%revoked')"
            " ORDER BY position",
            [request_id],
        ).fetchall()
    return [row[0].partition(".")[2] for row in rows]


async def _stands(positions: PositionStore, shift_id: UUID) -> None:
    """A phone on a windscreen that does not move."""
    while True:
        at = datetime.now(UTC)
        await positions.keep(TENANT, [Seen(shift_id, Ping(at, 12.9716 + 4 / 111.195, 77.5946, 5.0), at)])
        await asyncio.sleep(0.1)


async def test_kill_9_between_nudge_call_and_revocation_loses_and_doubles_none(
    desk: Desk, start: Callable[[], Process], database: Database
) -> None:
    shift_id = await desk.on_duty(near(4))
    process = start()
    request_id = await desk.calls()
    await until(lambda: events(database, "offer.made"))
    (offer_id,) = events(database, "offer.made")
    await desk.run(accept_offer, AcceptOffer(DESK_ACTOR, offer_id, datetime.now(UTC)))
    async with open_positions(database.settings, "test-crew") as positions:
        phone = asyncio.ensure_future(_stands(positions, shift_id))
        for step in ("drive_nudged", "assignment_revoked"):
            await until(lambda step=step: step in told(database, request_id), 90)  # type: ignore[misc]  # bound now
            process.process.kill()
            process.process.wait()
            process = start()
        await until(lambda: process.leads, 90)
        phone.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await phone
    happened = told(database, request_id)
    # A dispatcher that took long to come back finds the call's time over, and revokes at once.
    assert [step for step in happened if step != "drive_called"] == ["drive_nudged", "assignment_revoked"]
    assert happened.count("drive_called") <= 1
    await until(lambda: len(events(database, "offer.made")) == 2, 60)
