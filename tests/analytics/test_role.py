"""Can an analyst, as the role that really logs in, see or do anything that is none of an analyst's business?"""

from __future__ import annotations

import psycopg
import pytest
from psycopg import errors, sql

from infra.analytics.place import analyst_dsn
from infra.projections.facts import Connection
from tests.analytics.conftest import OURS, THEIRS, Analyst, furnished
from tests.support.servers import MIGRATED, PASSWORD, Database

BASE = (
    "events", "log", "receipts", "snapshots", "tracking", "seals", "schema_migrations", "personal_keys",
    "personal_records", "projection_positions", "projection_parked", "analyst_logins", "analytics_views",
    "request_board", "request_board__g1",
)  # fmt: skip

FORBIDDEN = (
    "INSERT INTO analytics.request_board SELECT * FROM analytics.request_board",
    "UPDATE analytics.request_board SET state = 'completed'",
    "DELETE FROM analytics.events",
    "CREATE TABLE analytics.mine (a int)",
    "CREATE TABLE public.mine (a int)",
    "CREATE VIEW analytics.mine AS SELECT 1",
    "DROP VIEW analytics.events",
    "ALTER VIEW analytics.events SET (security_barrier = false)",
    "SELECT analytics.present(ARRAY['DROP VIEW analytics.events'])",
    "SELECT cell_main.purge_receipts('1 day', 1)",
    "SELECT cell_main.seal_next(1, '0 s')",
    "SET ROLE vehicaid_reader",
    "SET ROLE vehicaid_app",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION vehicaid_app",
    "SELECT pg_read_file('postgresql.conf')",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "CREATE EXTENSION plpython3u",
    "ALTER ROLE vehicaid_analyst BYPASSRLS",
    "SELECT * FROM pg_authid",
    "SELECT pg_advisory_lock('cell_main.events'::regclass::oid::bigint)",
    "SELECT pg_advisory_lock(1, 2)",
    "SELECT pg_try_advisory_xact_lock_shared(1)",
    "SELECT pg_logical_emit_message(false, 'vehicaid', repeat('x', 1000))",
    "DO $$ BEGIN LOCK TABLE analytics.events IN ROW EXCLUSIVE MODE; END $$",
)


@pytest.fixture(scope="module")
def house(shared_database: Database) -> Database:
    """One for all tests of this file: they change nothing."""
    return furnished(shared_database)


def count(session: Connection, view: str) -> tuple[object, ...] | None:
    return session.execute(
        sql.SQL("SELECT count(*), min(tenant), max(tenant) FROM {}").format(sql.SQL(view))
    ).fetchone()


@pytest.mark.parametrize("table", BASE)
def test_what_lies_under_the_views_cannot_be_read(house: Database, analyst: Analyst, table: str) -> None:
    with psycopg.connect(house.admin_dsn) as owner:
        assert owner.execute("SELECT to_regclass(%s) IS NOT NULL", (f"cell_main.{table}",)).fetchone() == (True,)
    with pytest.raises(errors.InsufficientPrivilege):
        analyst().execute(sql.SQL("SELECT * FROM cell_main.{} LIMIT 1").format(sql.Identifier(table)))


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_nothing_can_be_written_or_become(analyst: Analyst, statement: str) -> None:
    session = analyst()
    session.execute("SET default_transaction_read_only = off")
    with pytest.raises((errors.InsufficientPrivilege, errors.UndefinedFile, errors.FeatureNotSupported)):
        session.execute(statement.encode())


def test_not_even_tables_of_a_session_can_be_made(house: Database) -> None:
    """Where migrations ran: a copy of a database, such as each test gets, does not copy the rights in it."""
    with psycopg.connect(house.admin_dsn) as owner:
        asked = "SELECT has_database_privilege(%s, %s, 'TEMPORARY')"
        assert owner.execute(asked, ("vehicaid_analyst", MIGRATED)).fetchone() == (False,)
        assert owner.execute(asked, ("vehicaid_app", MIGRATED)).fetchone() == (True,)


def test_by_default_nothing_is_even_tried(analyst: Analyst) -> None:
    with pytest.raises(errors.ReadOnlySqlTransaction):
        analyst().execute("CREATE TEMPORARY TABLE mine (a int)")


@pytest.mark.parametrize("view", ["events", "request_board", "audit_trail", "offers", "jobs", "shifts"])
def test_a_tenant_sees_its_own_and_nobody_sees_without_one(analyst: Analyst, view: str) -> None:
    ours, theirs = count(analyst(OURS), view), count(analyst(THEIRS), view)
    assert ours is not None
    assert theirs is not None
    assert ours[1:] == (OURS, OURS)
    assert theirs[1:] == (THEIRS, THEIRS)
    assert count(analyst(None), view) == (0, None, None)
    assert count(analyst(""), view) == (0, None, None)
    assert count(analyst("nobody's"), view) == (0, None, None)


def test_a_condition_that_tells_what_it_sees_is_not_shown_others_rows(bound: Database) -> None:
    with psycopg.connect(bound.admin_dsn, autocommit=True) as owner:
        owner.execute(
            "CREATE OR REPLACE FUNCTION public.tell(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS"
            " $$ BEGIN RAISE NOTICE '%', $1; RETURN true; END $$"
        )
    for tenant, seen in ((OURS, {OURS}), (THEIRS, set())):
        told: set[str | None] = set()
        with psycopg.connect(as_login(bound, "acme_analyst", tenant), autocommit=True) as session:
            session.add_notice_handler(lambda notice, to=told: to.add(notice.message_primary))  # type: ignore[misc]  # a default argument
            for way in ("enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan"):
                session.execute(f"SET {way} = off".encode())
            session.execute("SELECT count(*) FROM events WHERE public.tell(tenant)")
            session.execute("SELECT count(*) FROM requests WHERE public.tell(tenant)")
        assert told == seen


def test_a_question_without_end_is_ended(analyst: Analyst) -> None:
    session = analyst()
    assert session.execute("SHOW statement_timeout").fetchone() == ("1min",)
    session.execute("SET statement_timeout = '50ms'")
    with pytest.raises(errors.QueryCanceled):
        session.execute("SELECT count(*) FROM events a, events b, events c, events d")


@pytest.fixture
def bound(house: Database) -> Database:
    """A login that is bound to our tenant, and one that is bound to none."""
    with psycopg.connect(house.admin_dsn, autocommit=True) as owner:
        for login in ("acme_analyst", "stray_analyst"):
            owner.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(login)))
            owner.execute(
                sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} IN ROLE vehicaid_analyst").format(
                    sql.Identifier(login), sql.Literal(PASSWORD)
                )
            )
        owner.execute("INSERT INTO analyst_logins VALUES ('acme_analyst', %s) ON CONFLICT DO NOTHING", (OURS,))
    return house


def as_login(house: Database, login: str, tenant: str) -> str:
    url = house.settings.analyst_database_url.replace("vehicaid_analyst", login)
    return analyst_dsn(house.settings.model_copy(update={"analyst_database_url": url}), tenant)


def test_a_login_of_one_tenant_cannot_ask_for_another(bound: Database) -> None:
    with psycopg.connect(as_login(bound, "acme_analyst", OURS), autocommit=True) as session:
        assert count(session, "events") is not None
        assert session.execute("SELECT DISTINCT tenant FROM events").fetchall() == [(OURS,)]
        session.execute("SELECT set_config('vehicaid.tenant', %s, false)", (THEIRS,))
        assert session.execute("SELECT DISTINCT tenant FROM events").fetchall() == []


def test_a_login_that_nobody_bound_sees_nothing(bound: Database) -> None:
    with psycopg.connect(as_login(bound, "stray_analyst", OURS), autocommit=True) as session:
        assert count(session, "events") == (0, None, None)
        assert count(session, "request_board") == (0, None, None)
