"""Does a client read its own writes, and is it told in time when it cannot?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from infra.projections.catch_up import bring_up_to_date
from infra.projections.facts import Connection
from infra.projections.waiting import ProjectionBehind, ProjectionWaiter
from tests.projections.conftest import StartProjector
from tests.projections.telling import PATIENCE_S, committer, one_save, tell
from tests.support.saves import event
from tests.support.servers import Database

pytestmark = pytest.mark.anyio

KILL_LISTENER = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE application_name = %s AND datname = current_database()"
)


@asynccontextmanager
async def waiter(cell: Database) -> AsyncIterator[ProjectionWaiter]:
    """One that listens."""
    made = ProjectionWaiter(cell.settings)
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


async def test_what_was_seen_already_needs_no_waiting(cell: Database) -> None:
    head = tell(cell, 1, 100)
    bring_up_to_date(cell.settings)
    async with waiter(cell) as waits:
        assert await waits.wait_for("request_board", head) == head
        assert await waits.wait_for("request_board", 5) == head


async def test_a_reader_waits_for_its_own_write(cell: Database, start_projector: StartProjector) -> None:
    start_projector()
    log = committer(cell)
    async with waiter(cell) as waits:
        for number in range(20):
            receipt = await asyncio.to_thread(log.append, one_save([event(f"s{number}")]))
            names = ["request_board", "audit_trail", "provider_jobs", "matching_table"]
            found = await asyncio.gather(*[waits.wait_for(name, receipt.position, PATIENCE_S) for name in names])
            assert min(found) >= receipt.position
    log.close()


async def test_who_waits_in_vain_is_told_where_it_stands(cell: Database) -> None:
    head = tell(cell, 1, 50)
    bring_up_to_date(cell.settings)
    async with waiter(cell) as waits:
        begun = time.monotonic()
        with pytest.raises(ProjectionBehind) as behind:
            await waits.wait_for("request_board", head + 1, 0.3)
        assert time.monotonic() - begun >= 0.3
        assert (behind.value.position, behind.value.min_position) == (head, head + 1)


async def test_a_read_model_that_does_not_exist_is_never_reached(cell: Database) -> None:
    async with waiter(cell) as waits:
        with pytest.raises(ProjectionBehind):
            await waits.wait_for("dashboards", 1, 0.1)


async def test_a_lost_listener_only_costs_a_look(
    cell: Database, owner: Connection, start_projector: StartProjector
) -> None:
    start_projector()
    log = committer(cell)
    async with waiter(cell) as waits:
        for number in range(5):
            for name in ("vehicaid-projected", "vehicaid-positions"):
                owner.execute(KILL_LISTENER, (name,))
            receipt = await asyncio.to_thread(log.append, one_save([event(f"s{number}")]))
            assert await waits.wait_for("request_board", receipt.position, PATIENCE_S) >= receipt.position
    log.close()


async def test_many_waiters_are_woken_by_one_batch(cell: Database) -> None:
    async with waiter(cell) as waits:
        waiting = [asyncio.create_task(waits.wait_for("request_board", 40, PATIENCE_S)) for _ in range(500)]
        await asyncio.sleep(0.05)
        tell(cell, 1, 50)
        await asyncio.to_thread(bring_up_to_date, cell.settings)
        assert min(await asyncio.gather(*waiting)) >= 40


async def test_more_waiters_than_a_process_should_have_are_turned_away(
    cell: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.projections.waiting.MOST_WAITERS", 2)
    async with waiter(cell) as waits:
        waiting = [asyncio.create_task(waits.wait_for("request_board", 1, 1.0)) for _ in range(2)]
        await asyncio.sleep(0.01)
        begun = time.monotonic()
        with pytest.raises(ProjectionBehind):
            await waits.wait_for("request_board", 1, 30.0)
        assert time.monotonic() - begun < 15
        await asyncio.gather(*waiting, return_exceptions=True)
