"""Does the doctor find what was broken on purpose, and say what to do?"""

import importlib.util
import zoneinfo

import psycopg
import pytest
from psycopg import sql

from infra.database_url import APP_ROLE
from infra.health.database import database_findings
from infra.health.finding import Finding, Verdict
from infra.health.surroundings import surrounding_findings
from infra.settings import Settings
from tests.support.servers import Database


def _of(settings: Settings, check: str) -> Finding:
    found = {finding.check: finding for finding in (*surrounding_findings(settings), *database_findings(settings))}
    return found[check]


def _as_owner(database: Database, statement: str) -> None:
    with psycopg.connect(database.admin_dsn, autocommit=True) as connection:
        connection.execute(statement.encode())


def test_a_migrated_database_is_fine(database: Database) -> None:
    for check in ("versions", "database", "migrations", "append-only", "secrets"):
        assert _of(database.settings, check).verdict is Verdict.FINE, _of(database.settings, check)


def test_a_server_that_may_lose_commits_is_wrong(database: Database) -> None:
    finding = _of(database.settings, "durability")  # the tests' own server runs without fsync
    assert finding.verdict is Verdict.WRONG
    assert "fsync" in finding.detail


@pytest.mark.parametrize("write", ["INSERT", "UPDATE", "DELETE", "TRUNCATE", "UPDATE (payload)", "INSERT (topic)"])
def test_a_log_that_the_application_may_write_is_wrong(database: Database, write: str) -> None:
    _as_owner(database, f"GRANT {write} ON events TO {APP_ROLE}")
    finding = _of(database.settings, "append-only")
    assert finding.verdict is Verdict.WRONG
    assert write.split(maxsplit=1)[0] in finding.detail
    assert finding.advice


def test_a_log_that_the_application_owns_is_wrong(database: Database) -> None:
    _as_owner(database, f"ALTER TABLE receipts OWNER TO {APP_ROLE}")
    assert _of(database.settings, "append-only").verdict is Verdict.WRONG


def test_an_owner_that_acts_as_the_application_is_worth_a_look(database: Database) -> None:
    owner_alone = Settings(database_url=database.settings.admin_database_url)
    assert _of(owner_alone, "append-only").verdict is Verdict.WATCH


def test_a_missing_migration_is_wrong(database: Database) -> None:
    _as_owner(database, "DELETE FROM schema_migrations WHERE number = (SELECT max(number) FROM schema_migrations)")
    finding = _of(database.settings, "migrations")
    assert (finding.verdict, finding.advice) == (Verdict.WRONG, "run `vehicaid migrate`")


def test_a_changed_migration_is_wrong(database: Database) -> None:
    _as_owner(database, "UPDATE schema_migrations SET sha256 = 'other' WHERE number = 1")
    assert _of(database.settings, "migrations").verdict is Verdict.WRONG


def _projection(database: Database, position: int, halted: str | None = None) -> None:
    with psycopg.connect(database.admin_dsn, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO projection_positions (name, generation, position, active, built, model_version, halted)"
            " VALUES ('request_board', 1, %s, true, true, 1, %s)",
            [position, halted],
        )


def test_a_projection_that_keeps_up_is_fine_and_a_halted_one_is_wrong(migrated_database: Database) -> None:
    assert _of(migrated_database.settings, "projections").verdict is Verdict.WATCH
    _projection(migrated_database, 0)
    assert _of(migrated_database.settings, "projection request_board").verdict is Verdict.FINE
    _as_owner(migrated_database, "UPDATE projection_positions SET halted = 'a gap at 7'")
    assert _of(migrated_database.settings, "projection request_board").verdict is Verdict.WRONG


def test_a_parked_stream_is_wrong(migrated_database: Database) -> None:
    _projection(migrated_database, 0)
    _as_owner(
        migrated_database,
        "INSERT INTO projection_parked (name, generation, tenant, stream_id, from_position, error)"
        " VALUES ('request_board', 1, 'demo', gen_random_uuid(), 1, 'poison')",
    )
    finding = _of(migrated_database.settings, "projection request_board")
    assert finding.verdict is Verdict.WRONG
    assert "vehicaid projections rebuild request_board" in finding.advice


def test_a_database_that_is_away_is_one_finding(database: Database) -> None:
    away = database.settings.model_copy(update={"database_url": "postgresql://vehicaid_app@127.0.0.1:1/x"})
    finding = _of(away, "database")
    assert finding.verdict is Verdict.WRONG
    assert "\n" not in finding.detail


def test_redis_is_found_or_missed(database: Database, redis_url: str) -> None:
    found = database.settings.model_copy(update={"redis_url": redis_url})
    assert _of(found, "redis").verdict is Verdict.FINE
    away = database.settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"})
    assert _of(away, "redis").verdict is Verdict.WRONG


def test_missing_secrets_are_named() -> None:
    finding = next(f for f in surrounding_findings(Settings()) if f.check == "secrets")
    assert finding.verdict is Verdict.WRONG
    assert "VEHICAID_PERSONAL_MASTER_KEY" in finding.detail


def _time_zones() -> Finding:
    return next(finding for finding in surrounding_findings(Settings()) if finding.check == "time zones")


def test_a_system_without_time_zones_is_wrong() -> None:
    assert _time_zones().verdict is Verdict.FINE
    # Python's own fallback, a package, may be there or not: this one has neither.
    zoneinfo.reset_tzpath([])
    try:
        missing = _time_zones()
    finally:
        zoneinfo.reset_tzpath()
    if importlib.util.find_spec("tzdata") is None:
        assert (missing.verdict, missing.advice) == (Verdict.WRONG, "install the package tzdata")


def test_the_schema_of_an_empty_database_is_missing(database: Database) -> None:
    with psycopg.connect(database.admin_dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(database.cell)))
    for check in ("migrations", "append-only", "projections"):
        assert _of(database.settings, check).verdict is Verdict.WRONG


def test_an_event_that_waits_too_long_for_its_seal_is_worth_a_look(database: Database) -> None:
    assert _of(database.settings, "sealing").verdict is Verdict.FINE
    with psycopg.connect(database.admin_dsn, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO events VALUES (1, 'demo', gen_random_uuid(), 1, 'thing.done', '{}', NULL, NULL, NULL,"
            " 'system:x', now(), now() - interval '61 seconds')"
        )
    assert _of(database.settings, "sealing").verdict is Verdict.WATCH
    with psycopg.connect(database.app_dsn, autocommit=True) as application:
        application.execute("SELECT * FROM seal_next(10, '0')")
    assert _of(database.settings, "sealing").verdict is Verdict.FINE
