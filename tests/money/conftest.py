"""What do tests of money on the real log stand on?"""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import psycopg
import pytest

from application.engine import Engine
from application.log import LoggedEvent
from infra.event_store.aggregates import StoredAggregates
from infra.event_store.log import COLUMNS, PostgresEventLog
from infra.queries.pool import reader_pool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from tests.support.servers import Database

    Engines = Callable[[], AbstractAsyncContextManager[Engine]]


@asynccontextmanager
async def an_engine(database: Database) -> AsyncIterator[Engine]:
    """What one process has: connections of its own, nothing shared with others."""
    async with AsyncExitStack() as closers:
        readers = reader_pool(database.app_dsn)
        # A caller of ours would be told to come back after a second; what is asked here is something else.
        readers.timeout = 60
        await readers.open()
        closers.push_async_callback(readers.close)
        aggregates = StoredAggregates(readers)
        closers.push_async_callback(aggregates.settle)
        log = PostgresEventLog(database.app_dsn, readers)
        closers.push_async_callback(log.close)
        yield Engine(log, aggregates)


def whole_log(database: Database) -> list[LoggedEvent]:
    """Everything that happened, in order."""
    with psycopg.connect(database.app_dsn) as connection:
        rows = connection.execute(f"SELECT {COLUMNS} FROM events ORDER BY position", binary=True).fetchall()  # noqa: S608
        return [LoggedEvent(*row) for row in rows]


@pytest.fixture
def engines(database: Database) -> Engines:
    """Makes engines on one database, each as if in a process of its own."""
    return lambda: an_engine(database)
