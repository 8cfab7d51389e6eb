"""How do read models get the log's events, without missing one?"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Final, cast
from uuid import UUID

import psycopg

import domain.offer
import domain.provider
import domain.service_request
import domain.shift  # noqa: F401  (importing an aggregate makes its topics known to the codec)
from infra.event_store.codec import decode
from infra.event_store.reader import check_contiguous
from projections.fact import Fact, Trace

Body = tuple[int, str, UUID, int, str, bytes, str, datetime]
Connection = psycopg.Connection[tuple[object, ...]]

NO_END: Final = 2**63 - 1

_BODY: Final = "position, tenant, stream_id, version, topic, payload, actor, occurred_at"
_TRACE: Final = "command_id, correlation_id, causation_id, recorded_at"
_FROM: Final = "FROM events WHERE position > %s AND position <= %s ORDER BY position LIMIT %s"
_READ: Final = f"SELECT {_BODY} {_FROM}"
_READ_TRACED: Final = f"SELECT {_BODY}, {_TRACE} {_FROM}"


def read_facts(
    connection: Connection, after: int, limit: int, upto: int = NO_END, *, traced: bool = True
) -> list[Fact]:
    """Up to ``limit`` facts behind ``after``, none behind ``upto``; raises LogSkipDetected when one is missing."""
    query = _READ_TRACED if traced else _READ
    rows = connection.execute(query, (after, upto, limit), binary=True, prepare=True).fetchall()
    if traced:
        facts = [Fact(*cast("Body", row[:8]), decode, cast("Trace", row[8:])) for row in rows]
    else:
        facts = [Fact(*cast("Body", row), decode) for row in rows]
    if facts and (facts[0].position != after + 1 or facts[-1].position != after + len(facts)):
        check_contiguous(after, [fact.position for fact in facts])
    return facts


def pages_ahead(connection: Connection, size: int, upto: int, *, traced: bool) -> Iterator[list[Fact]]:
    """All facts up to a position, page by page; the next page is fetched while the caller works on one.

    The connection is the reading thread's until the last page. Raises LogSkipDetected.
    """
    with ThreadPoolExecutor(1, "read-ahead") as reader:
        coming = reader.submit(read_facts, connection, 0, size, upto, traced=traced)
        while facts := coming.result():
            coming = reader.submit(read_facts, connection, facts[-1].position, size, upto, traced=traced)
            yield facts


def head(connection: Connection) -> int:
    """The last position of the log; 0 for an empty one."""
    row = connection.execute("SELECT coalesce(max(position), 0) FROM events", prepare=True).fetchone()
    return cast("int", row[0]) if row else 0
