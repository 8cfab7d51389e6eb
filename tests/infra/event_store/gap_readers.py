"""Who tails the log in the gap suite, and what did each of them see?"""

from __future__ import annotations

import threading
import time
from array import array
from collections.abc import Callable
from contextlib import ExitStack

import psycopg
from eventsourcing.persistence import ApplicationRecorder
from psycopg import sql
from psycopg_pool import ConnectionPool

from infra.event_store.blocking import BlockingCommitter
from infra.event_store.reader import LogReader
from infra.event_store.recorder import LogRecorder

PAGE = 500
PAUSE_S = 0.004

Read = Callable[[int], list[int]]
"""The positions behind a position, at most a page of them."""


class Tail(threading.Thread):
    """One reader that follows until it is told the last position and has seen it."""

    def __init__(self, name: str, read: Read) -> None:
        super().__init__(name=name, daemon=True)
        self.seen = array("q")
        self.error: Exception | None = None
        self.last: int | None = None
        self._read = read

    def run(self) -> None:
        """Follow; whatever goes wrong is kept for the test."""
        try:
            at = 0
            while self.last is None or at < self.last:
                found = self._read(at)
                if found:
                    self.seen.extend(found)
                    at = found[-1]
                else:
                    time.sleep(PAUSE_S)
        except Exception as error:  # noqa: BLE001  judged by the test
            self.error = error


def raw_reader(stack: ExitStack, dsn: str, table: str, column: str) -> Read:
    """What every projection of the world does: WHERE position > n."""
    connection = stack.enter_context(psycopg.connect(dsn, autocommit=True))
    statement = sql.SQL("SELECT {c} FROM {t} WHERE {c} > %s ORDER BY {c} LIMIT {n}").format(
        c=sql.Identifier(column),
        t=sql.SQL(table),
        n=PAGE,
    )
    return lambda at: [int(row[0]) for row in connection.execute(statement, [at], prepare=True).fetchall()]


def log_reader(stack: ExitStack, dsn: str) -> Read:
    """Our reader."""
    reader = LogReader(stack.enter_context(psycopg.connect(dsn, autocommit=True)))
    return lambda at: [event.position for event in reader.read(at, PAGE)]


def page_reader(recorder: ApplicationRecorder) -> Read:
    """The library's interface: one page of notifications after another."""
    return lambda at: [found.id for found in recorder.select_notifications(at, PAGE, inclusive_of_start=False)]


def subscriber(stack: ExitStack, recorder: ApplicationRecorder) -> Read:
    """The library's subscription, which is pushed to; it blocks, so the last event must come."""
    subscription = stack.enter_context(recorder.subscribe(gt=0))
    return lambda _at: [next(subscription).id]


def our_recorder(stack: ExitStack, dsn: str, cell: str) -> LogRecorder:
    """A recorder that is only read from."""
    pool: ConnectionPool[psycopg.Connection[tuple[object, ...]]] = ConnectionPool(
        dsn, min_size=1, max_size=4, kwargs={"autocommit": True}, open=True
    )
    stack.enter_context(pool)

    def connect() -> psycopg.Connection[tuple[object, ...]]:
        raise AssertionError("a reader does not append")

    return LogRecorder(BlockingCommitter(connect), pool, "demo", f"{cell}_log")
