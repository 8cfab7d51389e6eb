"""Do appends go on while the log's tables are analysed, vacuumed and indexed?"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from infra.event_store.blocking import BlockingCommitter
from tests.infra.event_store.gap_stock import TABLE, stock_recorder
from tests.support.saves import event, save, stream
from tests.support.servers import Database

APPEND_WITHIN_S = 90.0
STILL_WAITING_AFTER_S = 0.5

MAINTENANCE = (
    "ANALYZE events",
    "VACUUM (ANALYZE) events",
    "VACUUM (FREEZE) receipts",
    "CREATE INDEX CONCURRENTLY probe ON events (topic)",
    "REINDEX INDEX CONCURRENTLY events_pkey",
    "DROP INDEX CONCURRENTLY probe",
)


@contextmanager
def maintained(database: Database, *tables: str) -> Iterator[None]:
    """The lock that ANALYZE, VACUUM and CREATE INDEX CONCURRENTLY hold while they work, however long that is."""
    with psycopg.connect(database.admin_dsn) as connection:
        connection.execute("SET statement_timeout = '20s'")
        connection.execute(f"LOCK TABLE {', '.join(tables)} IN SHARE UPDATE EXCLUSIVE MODE".encode())
        yield
        connection.rollback()


def test_an_append_does_not_wait_for_maintenance(database: Database) -> None:
    committer = BlockingCommitter(lambda: psycopg.connect(database.app_dsn, autocommit=True))
    told: list[int] = []

    def append() -> None:
        told.append(committer.append(save("k", event("a", 1), event("b", 1))).position)
        told.append(committer.append(save("k", event("a", 1), event("b", 1))).position)

    with maintained(database, "events", "receipts", "snapshots"):
        thread = threading.Thread(target=append, daemon=True)
        thread.start()
        thread.join(APPEND_WITHIN_S)
        assert told == [2, 2]
    committer.close()


def test_the_stock_recorder_waits_for_the_same_maintenance(database: Database) -> None:
    """What shows that the lock of the test above is the one that matters."""
    recorder, close = stock_recorder(database.admin_dsn, functions=False, create=True)
    done = threading.Event()

    def append() -> None:
        recorder.insert_events([StoredEvent(stream("a"), 1, "thing.done", b"{}")])
        done.set()

    with maintained(database, f"public.{TABLE}"):
        thread = threading.Thread(target=append, daemon=True)
        thread.start()
        assert not done.wait(STILL_WAITING_AFTER_S)
    assert done.wait(APPEND_WITHIN_S)
    thread.join()
    close()


@pytest.mark.parametrize("command", MAINTENANCE[:3])
def test_maintenance_does_not_wait_for_appends_either(database: Database, command: str) -> None:
    """A routine in the middle of an append holds no lock that these need."""
    with (
        psycopg.connect(database.admin_dsn, autocommit=True) as owner,
        psycopg.connect(database.admin_dsn) as appending,
    ):
        appending.execute("LOCK TABLE events, receipts IN ROW EXCLUSIVE MODE")
        owner.execute("SET lock_timeout = '5s'")
        owner.execute(command.encode())


def test_indexes_can_be_made_and_remade_while_events_arrive(database: Database) -> None:
    committer = BlockingCommitter(lambda: psycopg.connect(database.app_dsn, autocommit=True))
    stop = threading.Event()
    told: list[int] = []

    def append() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            told.append(committer.append(save(f"k{number}", event("a", number))).position)

    thread = threading.Thread(target=append, daemon=True)
    thread.start()
    try:
        with psycopg.connect(database.admin_dsn, autocommit=True) as owner:
            for command in MAINTENANCE:
                before = len(told)
                owner.execute(command.encode())
                while len(told) == before:
                    assert thread.is_alive()
                    time.sleep(0.001)
    finally:
        stop.set()
        thread.join(APPEND_WITHIN_S)
    committer.close()
    assert told == list(range(1, len(told) + 1))
