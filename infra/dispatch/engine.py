"""With which engine does the dispatcher order? One without the personal store: dispatch knows cells and ids only."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg_pool import AsyncConnectionPool

from application.engine import Engine
from infra.database_url import app_dsn
from infra.event_store.aggregates import StoredAggregates
from infra.event_store.log import PostgresEventLog
from infra.telemetry.observed import LogObserver, RunsCommands, TracedEngine, TracedLog
from infra.telemetry.tracing import is_tracing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from infra.settings import Settings

# A round's commands load their aggregates over these; four keep two cores busy.
READERS: Final = 4


@asynccontextmanager
async def command_engine(settings: Settings) -> AsyncIterator[RunsCommands]:
    """An engine on the log of the settings' cell; the database need not be there yet."""
    dsn = app_dsn(settings, "vehicaid-dispatcher-orders")
    readers: AsyncConnectionPool[psycopg.AsyncConnection[tuple[Any, ...]]] = AsyncConnectionPool(
        dsn, min_size=1, max_size=READERS, open=False, kwargs={"autocommit": True}
    )
    await readers.open(wait=False)
    log = PostgresEventLog(dsn, readers, observer=LogObserver())
    aggregates = StoredAggregates(readers)
    try:
        yield TracedEngine(Engine(TracedLog(log), aggregates)) if is_tracing() else Engine(log, aggregates)
    finally:
        await log.close()
        await aggregates.settle()
        await readers.close()
