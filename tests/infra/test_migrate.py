"""Are migrations applied once, whole, in order, and one runner at a time?"""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from infra.embedded.postgres import EmbeddedPostgres
from infra.migrate import Migration, MigrationError, migrate, migrations, pending
from tests.support.servers import Database, fresh_database

CELL = "cell_trial"


@pytest.fixture
def url(postgres_server: EmbeddedPostgres) -> Iterator[str]:
    with fresh_database(postgres_server) as fresh:
        yield fresh.settings.admin_database_url


def _file(number: int, text: str, sha256: str | None = None) -> Migration:
    return Migration(number, f"{number:04}_trial", text, sha256 or f"sha-{number}")


def _tables(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [CELL])
        return {str(row[0]) for row in rows}


def test_files_are_applied_in_order_with_gaps_and_only_once(url: str) -> None:
    files = [_file(1, "CREATE TABLE one (a int)"), _file(7, "CREATE TABLE seven AS SELECT * FROM one")]
    assert [applied.number for applied in migrate(url, CELL, files=files)] == [1, 7]
    assert migrate(url, CELL, files=files) == []
    assert _tables(url) == {"one", "seven", "schema_migrations"}
    assert pending(url, CELL, files) == ()


def test_a_late_file_with_a_small_number_is_still_applied(url: str) -> None:
    migrate(url, CELL, files=[_file(7, "SELECT 1")])
    assert [applied.number for applied in migrate(url, CELL, files=[_file(3, "SELECT 1"), _file(7, "SELECT 1")])] == [3]


def test_a_failing_file_leaves_nothing_and_the_files_before_it_stand(url: str) -> None:
    files = [_file(1, "CREATE TABLE one (a int)"), _file(2, "CREATE TABLE two (a int); SELECT 1 / 0")]
    with pytest.raises(MigrationError, match="0002_trial failed and was rolled back: division by zero"):
        migrate(url, CELL, files=files)
    assert _tables(url) == {"one", "schema_migrations"}
    assert [missing.number for missing in pending(url, CELL, files)] == [2]


def test_a_changed_file_is_refused(url: str) -> None:
    migrate(url, CELL, files=[_file(1, "SELECT 1")])
    changed = [_file(1, "SELECT 2", sha256="other"), _file(2, "CREATE TABLE two (a int)")]
    with pytest.raises(MigrationError, match="0001_trial was changed after it was applied"):
        migrate(url, CELL, files=changed)
    with pytest.raises(MigrationError, match="was changed"):
        pending(url, CELL, changed)
    assert _tables(url) == {"schema_migrations"}


def test_many_runners_apply_each_file_once(url: str) -> None:
    files = [_file(1, "CREATE TABLE one (a int); SELECT pg_sleep(0.2)"), _file(2, "CREATE TABLE two (a int)")]
    with ThreadPoolExecutor(4) as pool:
        applied = [each for done in pool.map(lambda _: migrate(url, CELL, files=files), range(4)) for each in done]
    assert sorted(each.number for each in applied) == [1, 2]


def test_a_taken_lock_is_waited_for_in_short_tries(url: str) -> None:
    migrate(url, CELL, files=[_file(1, "CREATE TABLE one (a int)")])
    wanted = [_file(2, "ALTER TABLE one ADD COLUMN b int")]
    taken, release = threading.Event(), threading.Event()

    def hold() -> None:
        with psycopg.connect(url) as connection:
            connection.execute(f"LOCK TABLE {CELL}.one".encode())
            taken.set()
            release.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    assert taken.wait(10)
    try:
        with pytest.raises(MigrationError, match="waited 2 times for a lock"):
            migrate(url, CELL, files=wanted, lock_timeout_s=0.05, attempts=2)
        threading.Timer(0.5, release.set).start()
        assert [each.number for each in migrate(url, CELL, files=wanted, lock_timeout_s=0.1)] == [2]
    finally:
        release.set()
        holder.join()


def test_two_cells_on_one_server_do_not_meet(postgres_server: EmbeddedPostgres) -> None:
    with fresh_database(postgres_server) as fresh, ThreadPoolExecutor(2) as pool:
        url = fresh.settings.admin_database_url
        done = list(pool.map(lambda cell: migrate(url, cell), ["cell_pune", "cell_mumbai"]))
    assert [len(each) for each in done] == [len(migrations())] * 2


def test_functions_keep_the_cell_s_search_path(url: str) -> None:
    body = "CREATE FUNCTION who() RETURNS text LANGUAGE sql SET search_path FROM CURRENT AS 'SELECT current_schema()'"
    migrate(url, CELL, files=[_file(1, body)])
    with psycopg.connect(url) as connection:
        assert connection.execute(f"SELECT {CELL}.who()".encode()).fetchone() == (CELL,)


def test_the_roles_have_no_power_beyond_their_work(database: Database) -> None:
    with psycopg.connect(database.admin_dsn) as connection:
        rows = connection.execute(
            "SELECT rolname::text, rolcanlogin,"
            " rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication"
            " FROM pg_roles WHERE rolname LIKE 'vehicaid%' ORDER BY 1"
        ).fetchall()
    assert rows == [("vehicaid_analyst", True, False), ("vehicaid_app", True, False), ("vehicaid_reader", False, False)]


def test_two_files_with_one_number_are_refused(tmp_path: Path) -> None:
    for name in ("0001_a.sql", "0001_b.sql"):
        (tmp_path / name).write_text("SELECT 1")
    with pytest.raises(MigrationError, match="two migrations have the number 0001"):
        migrations(tmp_path)


def test_a_waiting_runner_is_let_in_when_the_other_dies(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended('vehicaid.migrate.' || %s, 0))", [CELL])
        began = time.monotonic()
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(migrate, url, CELL, files=[_file(1, "SELECT 1")])
            time.sleep(0.3)
            assert not waiting.done()
            with psycopg.connect(url, autocommit=True) as killer:
                killer.execute("SELECT pg_terminate_backend(%s)", [other.info.backend_pid])
            assert len(waiting.result(30)) == 1
        assert time.monotonic() - began < 30
