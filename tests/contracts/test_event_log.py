"""Do the log in memory and the log in PostgreSQL keep the same promises?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from infra.event_store.log import PostgresEventLog
from tests.contracts.event_log import EventLogContract
from tests.support.memory_log import MemoryEventLog

if TYPE_CHECKING:
    from tests.support.servers import Database

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def postgres_log(database: Database) -> AsyncIterator[PostgresEventLog]:
    """The real log over a database of the test's own."""
    pool: AsyncConnectionPool[psycopg.AsyncConnection[tuple[object, ...]]] = AsyncConnectionPool(
        database.app_dsn, min_size=1, max_size=4, kwargs={"autocommit": True}, open=False
    )
    async with pool:
        log = PostgresEventLog(database.app_dsn, pool)
        yield log
        await log.close()


class TestMemoryEventLog(EventLogContract):
    """The fake."""

    @pytest.fixture
    def log(self) -> MemoryEventLog:
        return MemoryEventLog()


class TestPostgresEventLog(EventLogContract):
    """The real one."""

    @pytest.fixture
    async def log(self, database: Database) -> AsyncIterator[PostgresEventLog]:
        async with postgres_log(database) as log:
            yield log
