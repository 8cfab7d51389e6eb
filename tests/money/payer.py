"""Who pays for jobs without end, in a process of its own, until it is killed? `python -m tests.money.payer DSN`."""

import asyncio
import sys

from application.engine import Engine
from infra.event_store.aggregates import StoredAggregates
from infra.event_store.log import PostgresEventLog
from infra.queries.pool import reader_pool
from tests.support.paid import a_paid_job

AT_ONCE = 8


async def pay_without_end(dsn: str) -> None:
    """Several jobs at a time."""
    readers = reader_pool(dsn)
    await readers.open()
    engine = Engine(PostgresEventLog(dsn, readers), StoredAggregates(readers))
    while True:
        await asyncio.gather(*[a_paid_job(engine) for _ in range(AT_ONCE)])


if __name__ == "__main__":
    asyncio.run(pay_without_end(sys.argv[1]))
