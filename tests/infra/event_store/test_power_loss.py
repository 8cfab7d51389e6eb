"""Does anything disappear that was acknowledged, or that somebody outside acted upon, when PostgreSQL dies?"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from infra.event_store.blocking import BlockingCommitter
from infra.event_store.committer import CommitLimits
from infra.event_store.reader import LogReader
from tests.support import faulty_log
from tests.support.saves import event, save
from tests.support.servers import Database, PrivatePostgres

WRITERS = 8
PATIENT = CommitLimits(retry_for_s=60.0)
UNDER_LOAD = 300
UNDER_WAY_WITHIN_S = 60.0
SETTLE_S = 0.5
UNFLUSHED = 20


@dataclass
class Load:
    """Writers that never give up, and what they were told."""

    database: Database
    acknowledged: dict[str, int] = field(default_factory=dict)
    failures: list[BaseException] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> list[threading.Thread]:
        committers = [
            BlockingCommitter(lambda: psycopg.connect(self.database.app_dsn, autocommit=True), PATIENT)
            for _ in range(2)
        ]
        threads = [
            threading.Thread(target=self._write, args=[number, committers[number % 2]], daemon=True)
            for number in range(WRITERS)
        ]
        for thread in threads:
            thread.start()
        return threads

    def wait_for_more(self, saves: int) -> None:
        """Until so many more were acknowledged."""
        enough = len(self.acknowledged) + saves
        give_up_at = time.monotonic() + UNDER_WAY_WITHIN_S
        while len(self.acknowledged) < enough:
            assert time.monotonic() < give_up_at, "nothing is under way"
            assert not self.failures
            time.sleep(0.001)

    def _write(self, writer: int, committer: BlockingCommitter) -> None:
        number = 0
        try:
            while not self.stop.is_set():
                number += 1
                key = f"{writer}/{number}"
                receipt = committer.append(save(key, event(f"own {writer}", number), event("common")))
                self.acknowledged[key] = receipt.position
        except BaseException as error:  # noqa: BLE001  judged by the test
            self.failures.append(error)


class OutsideReader(threading.Thread):
    """Notes what it sees in a file outside the database, as an exporter would; a crash must not take that back."""

    def __init__(self, database: Database, notes: Path, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.failure: BaseException | None = None
        self._database = database
        self._notes = notes
        self._stopped = stop

    def run(self) -> None:
        """Follow over any number of crashes."""
        at = 0
        try:
            while not self._stopped.is_set():
                try:
                    with psycopg.connect(self._database.app_dsn, autocommit=True) as connection:
                        at = self._follow(LogReader(connection), at)
                except psycopg.OperationalError:
                    time.sleep(0.02)
        except BaseException as error:  # noqa: BLE001  judged by the test
            self.failure = error

    def _follow(self, reader: LogReader, at: int) -> int:
        with self._notes.open("a") as notes:
            while not self._stopped.is_set():
                try:
                    found = reader.read(at, 100)
                    if found:
                        reader.make_durable()
                except psycopg.OperationalError:
                    return at
                for one in found:
                    notes.write(f"{one.position} {one.command_id} {one.recorded_at.isoformat()}\n")
                at = found[-1].position if found else at
        return at


def events_of(database: Database) -> dict[int, str]:
    with psycopg.connect(database.admin_dsn) as connection:
        rows = connection.execute("SELECT position, command_id, recorded_at FROM events ORDER BY position").fetchall()
    return {row[0]: f"{row[0]} {row[1]} {row[2].isoformat()}" for row in rows}


def kill_under_load(private: PrivatePostgres, notes: Path, rounds: int) -> None:
    load = Load(private.database)
    reader = OutsideReader(private.database, notes, load.stop)
    threads = load.run()
    reader.start()
    for _ in range(rounds):
        load.wait_for_more(UNDER_LOAD)
        private.kill()
        private.start()
    load.wait_for_more(UNDER_LOAD)
    load.stop.set()
    for thread in [*threads, reader]:
        thread.join(60)
        assert not thread.is_alive()
    assert (load.failures, reader.failure) == ([], None)
    stored = events_of(private.database)
    assert list(stored) == list(range(1, len(stored) + 1))
    with psycopg.connect(private.database.admin_dsn) as connection:
        receipts: dict[str, int] = dict(connection.execute("SELECT key, position FROM receipts").fetchall())
    lost = {key: position for key, position in load.acknowledged.items() if receipts.get(key) != position}
    assert lost == {}, "acknowledged, and gone"
    assert 2 * len(receipts) == len(stored), "something stands twice, or in part"
    noted = notes.read_text().splitlines()
    assert len(noted) > rounds
    gone = [line for line in noted if stored.get(int(line.split()[0])) != line]
    assert gone == [], "seen outside, and gone"


def test_nothing_acknowledged_or_seen_outside_is_lost_when_postgresql_is_killed(
    private_postgres: PrivatePostgres, tmp_path: Path
) -> None:
    kill_under_load(private_postgres, tmp_path / "notes", rounds=4)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_nothing_is_lost_when_postgresql_is_killed_many_times(
    private_postgres: PrivatePostgres, tmp_path: Path
) -> None:
    kill_under_load(private_postgres, tmp_path / "notes", rounds=40)


def let_nothing_be_flushed(private: PrivatePostgres) -> None:
    """A build without the second commit, a log writer that sleeps, sessions that do not wait for flushes."""
    faulty_log.install(private.database, faulty_log.without_flush(faulty_log.routines()))
    with psycopg.connect(private.database.admin_dsn, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
        connection.execute("ALTER SYSTEM SET synchronous_commit = off")
        connection.execute("ALTER SYSTEM SET autovacuum = off")
        connection.execute("CHECKPOINT")
        connection.execute("SELECT pg_reload_conf()")
    time.sleep(SETTLE_S)


def append_some(database: Database) -> list[int]:
    committer = BlockingCommitter(lambda: psycopg.connect(database.app_dsn, autocommit=True))
    told = [committer.append(save(f"k{n}", event("a", n + 1))).position for n in range(UNFLUSHED)]
    committer.close()
    return told


def test_control_without_the_second_commit_acknowledged_events_are_lost(private_postgres: PrivatePostgres) -> None:
    """What shows that the test above can fail, and what the second commit is for."""
    let_nothing_be_flushed(private_postgres)
    assert append_some(private_postgres.database) == list(range(1, UNFLUSHED + 1))
    private_postgres.kill()
    private_postgres.start()
    assert len(events_of(private_postgres.database)) < UNFLUSHED


def test_control_a_reader_that_does_not_make_durable_sees_what_will_disappear(
    private_postgres: PrivatePostgres,
) -> None:
    let_nothing_be_flushed(private_postgres)
    append_some(private_postgres.database)
    with psycopg.connect(private_postgres.database.app_dsn, autocommit=True) as connection:
        seen = [one.position for one in LogReader(connection).read(0, 100)]
    private_postgres.kill()
    private_postgres.start()
    assert set(seen) - events_of(private_postgres.database).keys()


def test_what_a_reader_has_made_durable_stays_even_if_nobody_else_flushed(private_postgres: PrivatePostgres) -> None:
    let_nothing_be_flushed(private_postgres)
    append_some(private_postgres.database)
    with psycopg.connect(private_postgres.database.app_dsn, autocommit=True) as connection:
        reader = LogReader(connection)
        seen = [one.position for one in reader.read(0, 100)]
        reader.make_durable()
    private_postgres.kill()
    private_postgres.start()
    assert seen == list(events_of(private_postgres.database)) == list(range(1, UNFLUSHED + 1))
