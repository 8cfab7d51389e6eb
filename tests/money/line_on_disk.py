"""What is left when our process is killed: a log and an inbox in a real database, and a gateway in another process."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from application.log import LoggedEvent
from infra.database_url import app_dsn
from infra.event_store.aggregates import StoredAggregates
from infra.event_store.log import COLUMNS, PostgresEventLog
from infra.queries.pool import reader_pool
from infra.webhooks.inbox import WebhookInbox
from infra.worker.locks import OperationLocks
from tests.money.line import Life
from tests.money.line_terms import Names
from tests.support.crash_points import CrashPoints
from tests.support.razorpay import KEY_ID, KEY_SECRET, StandIn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from infra.queries.pool import Pool
    from infra.razorpay.build import Gateways
    from infra.settings import Settings

# A letter that a killed process had taken rests for half a second; the story's turns have to outlast that.
REST_S = 0.05
DONE = 7


@dataclass
class KeptOnDisk:
    """See ``Kept``."""

    run: str
    log: PostgresEventLog
    aggregates: StoredAggregates
    inbox: WebhookInbox
    stand_in: StandIn
    gateways: Gateways
    pool: Pool

    async def events(self) -> Sequence[LoggedEvent]:
        """Those of this run's tenant."""
        asked = f"SELECT {COLUMNS} FROM events WHERE tenant = %s ORDER BY position"  # noqa: S608  constant
        async with self.pool.connection() as connection:
            rows = await (await connection.execute(asked, (Names(self.run).tenant,), binary=True)).fetchall()
            return [_logged(row) for row in rows]


@asynccontextmanager
async def kept_on_disk(settings: Settings, run: str, address: str) -> AsyncIterator[KeptOnDisk]:
    """With connections of this process's own."""
    async with AsyncExitStack() as closers:
        dsn = app_dsn(settings, "vehicaid-line")
        pool = reader_pool(dsn)
        await pool.open()
        closers.push_async_callback(pool.close)
        aggregates = StoredAggregates(pool)
        closers.push_async_callback(aggregates.settle)
        log = PostgresEventLog(dsn, pool)
        closers.push_async_callback(log.close)
        client = closers.enter_context(
            httpx.Client(base_url=address, auth=(KEY_ID, KEY_SECRET), trust_env=False, timeout=30)
        )
        stand_in = StandIn(address, client)
        yield KeptOnDisk(run, log, aggregates, WebhookInbox(pool), stand_in, stand_in.gateways(), pool)


def live(settings: Settings, run: str, address: str, first_turn: int, kill_at: int | None) -> None:
    """One life in this process, which kills itself at that point; ends with ``DONE`` when the story is over."""
    asyncio.run(_live(settings, run, address, first_turn, kill_at))
    os._exit(DONE)


async def _live(settings: Settings, run: str, address: str, first_turn: int, kill_at: int | None) -> None:
    points = CrashPoints(kill_at, lambda _: os.kill(os.getpid(), signal.SIGKILL))
    locks = OperationLocks(settings)
    async with kept_on_disk(settings, run, address) as kept:
        await Life(kept, points, locks, REST_S).live(first_turn)
        await locks.close()


def _logged(row: tuple[object, ...]) -> LoggedEvent:
    return LoggedEvent(*row)  # type: ignore[arg-type]  # columns match
