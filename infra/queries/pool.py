"""Which connections do queries borrow, and how long do they wait for one?"""

from typing import Final

import psycopg
from psycopg_pool import AsyncConnectionPool

Pool = AsyncConnectionPool[psycopg.AsyncConnection[tuple[object, ...]]]

# 8 connections answer a few thousand queries a second; a cell's server has some 200 for everything.
MOST_READERS: Final = 8
# 256 may wait for one: four times the connections of the load bar; beyond it the caller hears 503 at once.
MOST_WAITING: Final = 256
# 1 s: longer than any queue of a healthy server, short enough to tell the caller while it still listens.
WAIT_FOR_READER_S: Final = 1.0
# 5 s for one query: every query here is a look into an index.
STATEMENT_TIMEOUT_MS: Final = 5_000
# 1 s, then the next caller tries anew: longer pauses between attempts would only lengthen an outage.
RECONNECT_FOR_S: Final = 1.0


def reader_pool(dsn: str, most: int = MOST_READERS, name: str = "readers") -> Pool:
    """Connections for queries and for loading aggregates; open it in the loop that uses it."""
    return AsyncConnectionPool(
        dsn,
        connection_class=psycopg.AsyncConnection[tuple[object, ...]],
        kwargs={"autocommit": True},
        configure=_with_timeout,
        min_size=min(2, most),
        max_size=most,
        max_waiting=MOST_WAITING,
        timeout=WAIT_FOR_READER_S,
        reconnect_timeout=RECONNECT_FOR_S,
        open=False,
        name=name,
    )


async def _with_timeout(connection: psycopg.AsyncConnection[tuple[object, ...]]) -> None:
    await connection.execute(f"SET statement_timeout = {STATEMENT_TIMEOUT_MS}")
    # Sending for a helper takes a busy server longer than any of these queries, some of which the planner thinks large.
    await connection.execute("SET max_parallel_workers_per_gather = 0")
