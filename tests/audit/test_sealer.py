"""Is every event sealed within a minute, once, by whoever happens to lead, and only by the routine?"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import annotated_types
import psycopg
import pytest

from infra.audit.sealer import LONGEST_PAUSE_S, POLL_S, SILENCE_MS, Sealer
from infra.settings import Settings
from infra.telemetry import metrics
from interfaces.projector.main import BACKGROUND_SERVICES, start_service
from tests.audit.lab import append, application, check, owner, root_of, seal, sealed_log, tamper
from tests.support.servers import Database, PrivatePostgres

SOON_S = 120.0


@contextmanager
def sealing(settings: Settings) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=Sealer(settings).run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(SOON_S)
        assert not thread.is_alive()


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON_S
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def sealed(database: Database) -> int:
    with application(database) as connection:
        row = connection.execute("SELECT coalesce(max(last_position), 0) FROM seals").fetchone()
    return int(str(row[0])) if row else 0


def measured(name: str) -> float:
    return metrics.REGISTRY.get_sample_value(name) or 0.0


def seal_in_a_process(settings: Settings) -> None:
    Sealer(settings).run(threading.Event())


def test_a_full_segment_is_sealed_at_once_and_the_rest_waits_for_its_age(database: Database) -> None:
    append(database, 1, 25)
    patient = database.settings.model_copy(update={"seal_segment_events": 10, "seal_after_s": 45})
    with sealing(patient):
        until(lambda: sealed(database) == 20)
        until(lambda: measured("vehicaid_unsealed_events") == 5)
    assert sealed(database) == 20
    assert measured("vehicaid_sealed_position") == 20
    assert 0 < measured("vehicaid_unsealed_seconds") < 60


def test_the_projector_seals(database: Database) -> None:
    append(database, 1, 5)
    stop = threading.Event()
    named = [path for path in BACKGROUND_SERVICES if "sealer" in path]
    threads = [start_service(path, database.settings.model_copy(update={"seal_after_s": 0}), stop) for path in named]
    try:
        until(lambda: sealed(database) == 5)
    finally:
        stop.set()
        for thread in threads:
            thread.join(SOON_S)


def test_an_old_event_is_sealed_though_the_segment_is_not_full(database: Database) -> None:
    append(database, 1, 3)
    with sealing(database.settings.model_copy(update={"seal_after_s": 0.5})):
        until(lambda: sealed(database) == 3)
        append(database, 4, 3)
        until(lambda: sealed(database) == 6)
    assert check(database, root_of(database)).ok


def test_the_routine_looks_at_the_age_of_the_oldest_event(database: Database) -> None:
    append(database, 1, 3)
    with application(database) as connection:
        seal_next = "SELECT segment FROM seal_next(%s, %s)"
        assert connection.execute(seal_next, (4096, timedelta(seconds=30))).fetchone() is None
    tamper(database, "UPDATE events SET recorded_at = clock_timestamp() - interval '30 seconds' WHERE position = 1")
    with application(database) as connection:
        assert connection.execute(seal_next, (4096, timedelta(seconds=30))).fetchone() == (1,)
        assert connection.execute(seal_next, (4096, timedelta(0))).fetchone() is None


def test_a_standby_waits_and_takes_over_from_a_leader_that_was_killed(database: Database) -> None:
    quick = database.settings.model_copy(update={"seal_after_s": 0})
    process = multiprocessing.get_context("spawn").Process(target=seal_in_a_process, args=(quick,))
    process.start()
    try:
        append(database, 1, 10)
        until(lambda: sealed(database) == 10)
        first = _leader(database)
        with sealing(quick):
            append(database, 11, 10)
            until(lambda: sealed(database) == 20)
            assert _leader(database) == first
            os.kill(process.pid or 0, signal.SIGKILL)
            append(database, 21, 10)
            until(lambda: sealed(database) == 30)
            assert _leader(database) != first
    finally:
        process.kill()
        process.join()
    assert check(database, root_of(database)).ok


@pytest.mark.slow
def test_a_frozen_leader_gives_way(database: Database) -> None:
    quick = database.settings.model_copy(update={"seal_after_s": 0})
    process = multiprocessing.get_context("spawn").Process(target=seal_in_a_process, args=(quick,))
    process.start()
    try:
        append(database, 1, 10)
        until(lambda: sealed(database) == 10)
        os.kill(process.pid or 0, signal.SIGSTOP)
        append(database, 11, 10)
        with sealing(quick):
            until(lambda: sealed(database) == 20)
    finally:
        process.kill()
        process.join()
    assert check(database, root_of(database)).ok


def test_the_unsealed_tail_is_at_most_a_minute_even_after_the_leader_froze() -> None:
    longest = next(
        item.le for item in Settings.model_fields["seal_after_s"].metadata if isinstance(item, annotated_types.Le)
    )
    assert longest == 45
    assert 45 + SILENCE_MS / 1000 + 2 * POLL_S + LONGEST_PAUSE_S <= 60


def test_a_sealer_goes_on_after_its_session_was_ended(database: Database) -> None:
    with sealing(database.settings.model_copy(update={"seal_after_s": 0})):
        append(database, 1, 5)
        until(lambda: sealed(database) == 5)
        with owner(database) as connection:
            connection.execute("SELECT pg_terminate_backend(%s)", (_leader(database),))
        append(database, 6, 5)
        until(lambda: sealed(database) == 10)
    assert check(database, root_of(database)).ok


def test_a_sealer_says_that_it_will_not_seal_over_a_gap_and_goes_on_when_it_is_mended(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.audit.sealer.DAMAGED_S", 0.1)
    failures = measured("vehicaid_seal_failures_total")
    sealed_log(database, events=10, tail=5)
    tamper(database, "CREATE TABLE kept AS SELECT * FROM events WHERE position = 12")
    tamper(database, "DELETE FROM events WHERE position = 12")
    with sealing(database.settings.model_copy(update={"seal_after_s": 0})):
        until(lambda: measured("vehicaid_seal_failures_total") > failures)
        assert sealed(database) == 10
        tamper(database, "INSERT INTO events SELECT * FROM kept")
        until(lambda: sealed(database) == 15)
    assert check(database, root_of(database)).ok


def test_a_seal_survives_kill_9_of_the_server(private_postgres: PrivatePostgres) -> None:
    database = private_postgres.database
    with sealing(database.settings.model_copy(update={"seal_after_s": 0})):
        append(database, 1, 20)
        until(lambda: sealed(database) == 20)
        root = root_of(database)
        private_postgres.kill()
        private_postgres.start()
        append(database, 21, 5)
        until(lambda: sealed(database) == 25)
    assert check(database, root, root_of(database)).ok


def test_a_seal_waits_for_the_disk_whatever_its_session_prefers(database: Database) -> None:
    append(database, 1, 3)
    with application(database) as connection:
        connection.execute("SET synchronous_commit = off")
        with connection.transaction():
            connection.execute("SELECT * FROM seal_next(10, '0')")
            assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO seals SELECT segment + 1, last_position + 1, last_position + leaf_count, leaf_count FROM seals",
        "UPDATE seals SET merkle_root = chain_hash",
        "DELETE FROM seals",
        "TRUNCATE seals",
        "DROP TABLE seals",
        "ALTER TABLE seals DROP CONSTRAINT seals_is_dense",
        "CREATE OR REPLACE FUNCTION seal_next(at_most int, min_age interval) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE OR REPLACE FUNCTION seal_field(content bytea) RETURNS bytea LANGUAGE sql AS 'SELECT null::bytea'",
    ],
)
def test_the_application_can_only_add_the_next_seal(database: Database, statement: str) -> None:
    sealed_log(database, events=10)
    with application(database) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement.encode())


def test_the_sealing_routine_takes_nothing_from_the_applications_schema(database: Database) -> None:
    """The application may create functions in its cell: none of them may run with the owner's rights."""
    with application(database) as connection:
        connection.execute("CREATE FUNCTION sha256(bytea) RETURNS bytea LANGUAGE sql AS 'SELECT ''forged''::bytea'")
        connection.execute("CREATE FUNCTION seal_field(text) RETURNS bytea LANGUAGE sql AS 'SELECT ''forged''::bytea'")
    append(database, 1, 10)
    seal(database, 4)
    assert check(database, root_of(database)).ok


def _leader(database: Database) -> int:
    with owner(database) as connection:
        row = connection.execute(
            "SELECT a.pid FROM pg_stat_activity a JOIN pg_locks l USING (pid)"
            " WHERE a.application_name = 'vehicaid-sealer' AND l.locktype = 'advisory' AND l.granted"
            " AND a.datname = current_database() LIMIT 1"
        ).fetchone()
    return int(str(row[0])) if row else 0
