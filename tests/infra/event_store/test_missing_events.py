"""Does every reader notice an event that is missing, whoever took it away?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import psycopg
import pytest
from eventsourcing.persistence import ApplicationRecorder

from application.log import LogSkipDetected
from infra.event_store.blocking import BlockingCommitter
from infra.event_store.factory import LogFactory
from infra.event_store.reader import LogReader
from infra.projections.facts import read_facts
from tests.infra.event_store.test_library_suite import environment_of
from tests.support.saves import event, save
from tests.support.servers import Database

EVENTS = 40
Follow = Callable[[Database, int], list[int]]
"""Read a log of so many events to its end in pages of 10, and tell the positions seen."""


def in_pages(read: Callable[[int], list[int]], head: int) -> list[int]:
    seen: list[int] = []
    while (at := seen[-1] if seen else 0) < head:
        found = read(at)
        if not found:
            break
        seen += found
    return seen


def with_the_log_reader(database: Database, head: int) -> list[int]:
    with psycopg.connect(database.app_dsn, autocommit=True) as connection:
        reader = LogReader(connection)
        return in_pages(lambda at: [one.position for one in reader.read(at, 10)], head)


def with_facts(database: Database, head: int) -> list[int]:
    with psycopg.connect(database.app_dsn, autocommit=True) as connection:
        return in_pages(lambda at: [one.position for one in read_facts(connection, at, 10)], head)


@contextmanager
def recorder_of(database: Database) -> Iterator[ApplicationRecorder]:
    factory = LogFactory(environment_of(database))
    try:
        yield factory.application_recorder()
    finally:
        factory.close()


def with_the_recorder(database: Database, head: int) -> list[int]:
    with recorder_of(database) as recorder:
        return in_pages(
            lambda at: [one.id for one in recorder.select_notifications(at, 10, inclusive_of_start=False)], head
        )


def with_the_recorder_by_topic(database: Database, head: int) -> list[int]:
    with recorder_of(database) as recorder:
        return in_pages(
            lambda at: [
                one.id for one in recorder.select_notifications(at, 10, topics=["thing.odd"], inclusive_of_start=False)
            ],
            head,
        )


def with_a_subscription(database: Database, head: int) -> list[int]:
    seen: list[int] = []
    with ExitStack() as stack:
        recorder = stack.enter_context(recorder_of(database))
        subscription = stack.enter_context(recorder.subscribe(gt=0))
        while len(seen) < head:
            seen.append(next(subscription).id)
    return seen


READERS = {
    "LogReader": with_the_log_reader,
    "projections": with_facts,
    "select_notifications": with_the_recorder,
    "select_notifications by topic": with_the_recorder_by_topic,
    "subscription": with_a_subscription,
}
EVERY_READER = pytest.mark.parametrize("follow", READERS.values(), ids=READERS.keys())


@pytest.fixture
def log(database: Database) -> Database:
    committer = BlockingCommitter(lambda: psycopg.connect(database.app_dsn, autocommit=True))
    topics = ("thing.odd", "thing.even")
    committer.append(save("k", *(event("a", n + 1, topic=topics[n % 2]) for n in range(EVENTS))))
    committer.close()
    return database


def take_away(database: Database, first: int, last: int) -> None:
    with psycopg.connect(database.admin_dsn, autocommit=True) as connection:
        connection.execute("DELETE FROM events WHERE position BETWEEN %s AND %s", (first, last))


@EVERY_READER
def test_a_whole_log_is_read_to_its_end(log: Database, follow: Follow) -> None:
    seen = follow(log, EVENTS)
    assert seen in (list(range(1, EVENTS + 1)), list(range(1, EVENTS + 1, 2)))


@EVERY_READER
@pytest.mark.parametrize(
    ("first", "last"), [(1, 1), (2, 2), (10, 10), (11, 11), (17, 17), (39, 39), (1, 10), (11, 20), (5, 31), (1, 39)]
)
def test_a_missing_event_is_never_passed_over(log: Database, follow: Follow, first: int, last: int) -> None:
    take_away(log, first, last)
    with pytest.raises(LogSkipDetected):
        follow(log, EVENTS)


def test_a_reader_ahead_of_the_log_is_told_that_its_end_is_gone(log: Database) -> None:
    take_away(log, EVENTS - 1, EVENTS)
    with psycopg.connect(log.app_dsn, autocommit=True) as connection:
        reader = LogReader(connection)
        assert [one.position for one in reader.read(EVENTS - 5, 10)] == [36, 37, 38]
        assert reader.read(EVENTS - 2, 10) == []
        with pytest.raises(LogSkipDetected):
            reader.read(EVENTS, 10)
        take_away(log, 1, EVENTS)
        with pytest.raises(LogSkipDetected):
            reader.read(EVENTS - 2, 10)
        assert reader.read(0, 10) == []


def test_a_page_that_ends_where_it_begins_is_empty_and_no_alarm(log: Database) -> None:
    with psycopg.connect(log.app_dsn, autocommit=True) as connection:
        reader = LogReader(connection)
        assert reader.read(20, 10, upto=20) == []
        assert reader.read(20, 10, upto=5) == []
        assert [one.position for one in reader.read(20, 10, upto=22)] == [21, 22]
        assert reader.read(EVENTS, 10) == []
        assert reader.read(EVENTS, 10, upto=EVENTS + 5) == []
