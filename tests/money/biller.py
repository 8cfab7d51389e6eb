"""Who bills around the year's end, in a process of its own, until it is killed? `python -m tests.money.biller DSN`."""

import asyncio
import itertools
import sys
from datetime import UTC, datetime, timedelta

from application.engine import Engine
from infra.event_store.aggregates import StoredAggregates
from infra.event_store.log import PostgresEventLog
from infra.queries.pool import reader_pool
from tests.support.paid import a_paid_job
from tests.support.roadside import TENANT

WRITERS = 8
"""In one process; four processes make thirty-two."""

NEW_YEAR = datetime(2027, 3, 31, 18, 30, tzinfo=UTC)
"""Midnight of the first of April in India."""


async def bill_without_end(engine: Engine, writer: int) -> None:
    """One bill after the other: before midnight, in its last second, in the first of the year, after it."""
    offsets = (timedelta(seconds=-60), timedelta(microseconds=-1 - writer), timedelta(0), timedelta(seconds=60))
    for offset in itertools.cycle(offsets):
        await a_paid_job(engine, TENANT, at=NEW_YEAR + offset)


async def main(dsn: str) -> None:
    """All writers of one process."""
    readers = reader_pool(dsn)
    await readers.open()
    engine = Engine(PostgresEventLog(dsn, readers), StoredAggregates(readers))
    await asyncio.gather(*[bill_without_end(engine, writer) for writer in range(WRITERS)])


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
