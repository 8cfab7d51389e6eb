"""Can the application's own role change, remove, forge or hide anything in the log?"""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors, sql

from application.log import VersionConflict
from infra.event_store.blocking import BlockingCommitter
from tests.support.saves import event, save
from tests.support.servers import Database

Connection = psycopg.Connection[tuple[object, ...]]

TABLES = ("events", "receipts", "seals", "tracking", "snapshots")
REFUSED = (errors.InsufficientPrivilege, errors.WrongObjectType)

WRITES = (
    "INSERT INTO {} SELECT * FROM {}",
    "INSERT INTO {} SELECT * FROM {} ON CONFLICT DO NOTHING",
    "UPDATE {} SET {column} = {column}",
    "DELETE FROM {}",
    "WITH gone AS (DELETE FROM {} RETURNING 1) SELECT count(*) FROM gone",
    "TRUNCATE {}",
    "TRUNCATE {} CASCADE",
    "MERGE INTO {} AS t USING {} AS s ON t.{column} = s.{column} WHEN MATCHED THEN DELETE",
    "COPY {} FROM STDIN",
    "SELECT * FROM {} FOR UPDATE",
    "LOCK TABLE {} IN EXCLUSIVE MODE",
    "LOCK TABLE {} IN ACCESS EXCLUSIVE MODE",
    "ALTER TABLE {} ADD COLUMN mine int",
    "ALTER TABLE {} DROP COLUMN {column}",
    "ALTER TABLE {} RENAME TO mine",
    "ALTER TABLE {} OWNER TO CURRENT_USER",
    "ALTER TABLE {} SET SCHEMA pg_temp",
    "ALTER TABLE {} DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE {} DISABLE TRIGGER ALL",
    "DROP TABLE {}",
    "DROP TABLE {} CASCADE",
    "CREATE INDEX mine ON {} ({column})",
    "CREATE TABLE mine () INHERITS ({})",
    "CREATE TRIGGER mine BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE RULE mine AS ON INSERT TO {} DO INSTEAD NOTHING",
    'CREATE RULE "_RETURN" AS ON SELECT TO {} DO INSTEAD SELECT 1',
    "CREATE POLICY mine ON {} USING (false)",
    "CREATE STATISTICS mine ON {column}, tenant FROM {}",
)

COLUMN = {
    "events": "position", "receipts": "position", "seals": "segment", "tracking": "notification_id",
    "snapshots": "version",
}  # fmt: skip


@pytest.fixture
def app(shared_database: Database) -> Iterator[Connection]:
    """The application's role on a log that holds an event with its receipt; everything it tries here is refused."""
    append_first(shared_database)
    with psycopg.connect(shared_database.app_dsn, autocommit=True) as connection:
        yield connection


def append_first(database: Database) -> None:
    """A command, so that the log is the same however often it was sent."""
    committer = BlockingCommitter(lambda: psycopg.connect(database.app_dsn, autocommit=True))
    committer.append(save("first", event("a")))
    committer.close()


def contents(database: Database) -> list[list[tuple[object, ...]]]:
    with psycopg.connect(database.admin_dsn) as connection:
        return [
            connection.execute(sql.SQL("SELECT * FROM {} ORDER BY 1").format(sql.Identifier(table))).fetchall()
            for table in ("events", "receipts")
        ]


def test_the_role_is_an_ordinary_one(app: Connection) -> None:
    row = app.execute(
        "SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication,"
        " (SELECT count(*) FROM pg_auth_members m WHERE m.member = r.oid)"
        " FROM pg_roles r WHERE rolname = current_user"
    ).fetchone()
    assert row == (False, False, False, False, False, 0)


def goes_through(app: Connection, template: str, table: str) -> bool:
    statement = template.replace("{column}", COLUMN[table]).replace("{}", table)
    try:
        with app.transaction():
            if template.startswith("COPY"):
                with app.cursor().copy(statement.encode()) as copy:
                    copy.write(b"1\n")
            else:
                app.execute(statement.encode())
    except REFUSED:
        return False
    return True


@pytest.mark.parametrize("table", TABLES)
def test_every_way_to_write_to_a_table_is_refused(app: Connection, shared_database: Database, table: str) -> None:
    before = contents(shared_database)
    allowed = [template for template in WRITES if goes_through(app, template, table)]
    assert allowed == []
    assert contents(shared_database) == before


@pytest.mark.parametrize("table", TABLES)
def test_maintenance_is_the_owners_business(app: Connection, table: str) -> None:
    """PostgreSQL does not refuse these with an error but skips the table with a warning."""
    for command in ("VACUUM", "VACUUM FULL", "ANALYZE"):
        messages: list[str] = []
        app.add_notice_handler(lambda notice, to=messages: to.append(notice.message_primary or ""))  # type: ignore[misc]  # a default argument
        app.execute(f"{command} {table}".encode())
        assert any("permission denied" in message for message in messages), (command, messages)


ROUTINES = (
    "CREATE OR REPLACE FUNCTION track(application_name text, notification_id bigint) RETURNS boolean RETURN true",
    "DROP FUNCTION append_batch",
    "DROP PROCEDURE append",
    "DROP ROUTINE append CASCADE",
    "ALTER FUNCTION append_batch SET search_path = public",
    "ALTER FUNCTION append_batch RESET ALL",
    "ALTER FUNCTION append_batch OWNER TO CURRENT_USER",
    "ALTER FUNCTION append_batch RENAME TO gone",
    "ALTER FUNCTION append_batch SECURITY INVOKER",
    "ALTER PROCEDURE append RENAME TO gone",
)


@pytest.mark.parametrize("statement", ROUTINES)
def test_the_routines_cannot_be_replaced(app: Connection, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        app.execute(statement.encode())


def test_the_right_to_append_cannot_be_passed_on(app: Connection) -> None:
    """PostgreSQL only warns that no privileges were granted."""
    app.execute("GRANT EXECUTE ON FUNCTION append_batch TO vehicaid_reader")
    held = app.execute(
        "SELECT proname::text FROM pg_proc WHERE pronamespace = current_schema()::regnamespace"
        " AND has_function_privilege('vehicaid_reader', oid, 'EXECUTE') AND prosecdef"
    ).fetchall()
    assert held == []


ESCALATIONS = (
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION postgres",
    "SET session_replication_role = replica",
    "SET row_security = off; SELECT set_config('session_replication_role', 'replica', false)",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "ALTER ROLE CURRENT_USER BYPASSRLS",
    "GRANT postgres TO CURRENT_USER",
    "CREATE ROLE mine",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE c AS 'libc', 'getpid'",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "COPY (SELECT 1) TO '/tmp/out'",
    "SELECT pg_read_file('postgresql.conf')",
    "SELECT lo_import('/etc/hostname')",
    "CREATE EVENT TRIGGER mine ON ddl_command_start EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "UPDATE pg_class SET relowner = 0",
    "ALTER SYSTEM SET fsync = off",
    "DROP SCHEMA cell_main CASCADE",
    "ALTER SCHEMA cell_main RENAME TO gone",
    "REASSIGN OWNED BY postgres TO CURRENT_USER",
)


@pytest.mark.parametrize("statement", ESCALATIONS)
def test_the_role_cannot_become_more_than_it_is(app: Connection, statement: str) -> None:
    with pytest.raises((errors.InsufficientPrivilege, errors.FeatureNotSupported, errors.UndefinedObject)):
        app.execute(statement.encode())


SHADOWS = (
    "FUNCTION cardinality(int[]) RETURNS int",
    "FUNCTION cardinality(bigint[]) RETURNS int",
    "FUNCTION array_fill(bigint, int[]) RETURNS bigint[]",
    "FUNCTION array_fill(int, int[]) RETURNS int[]",
    "FUNCTION array_fill(bytea, int[]) RETURNS bytea[]",
    "FUNCTION unnest(int[]) RETURNS SETOF int",
    "FUNCTION unnest(text[]) RETURNS SETOF text",
    "FUNCTION unnest(uuid[]) RETURNS SETOF uuid",
    "FUNCTION unnest(bytea[]) RETURNS SETOF bytea",
    "FUNCTION unnest(text[], uuid[]) RETURNS SETOF text",
    "FUNCTION unnest(text[], uuid[], bigint[]) RETURNS SETOF text",
    "FUNCTION pg_advisory_xact_lock(oid) RETURNS void",
    "FUNCTION pg_advisory_xact_lock(bigint) RETURNS void",
    "FUNCTION clock_timestamp() RETURNS timestamptz",
    "FUNCTION pg_notify(name, text) RETURNS void",
    "FUNCTION pg_notify(text, text) RETURNS void",
    "FUNCTION pg_logical_emit_message(boolean, text, text) RETURNS text",
    "FUNCTION pg_logical_emit_message(boolean, text, text, boolean) RETURNS text",
    "FUNCTION current_setting(text) RETURNS text",
    "FUNCTION append_batch(boolean) RETURNS int",
    "FUNCTION sha256(bytea) RETURNS bytea",
    "FUNCTION seal_field(text) RETURNS bytea",
    "FUNCTION least(int, int) RETURNS int",
    "FUNCTION octet_length(bytea) RETURNS int",
    "FUNCTION repeat(text, int) RETURNS text",
    "FUNCTION decode(text, text) RETURNS bytea",
    "FUNCTION set_config(text, text, boolean) RETURNS text",
)

SHADOW_OBJECTS = """
CREATE FUNCTION evil(anyelement) RETURNS anyelement LANGUAGE plpgsql AS $$ BEGIN RAISE 'shadowed'; END $$;
CREATE FUNCTION evil(bigint, bigint) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RAISE 'shadowed'; END $$;
CREATE AGGREGATE array_agg(bigint) (SFUNC = evil, STYPE = bigint);
CREATE AGGREGATE array_agg(bytea) (SFUNC = evil_bytea, STYPE = bytea);
CREATE AGGREGATE max(bigint) (SFUNC = evil, STYPE = bigint);
CREATE OPERATOR || (LEFTARG = name, RIGHTARG = text, FUNCTION = evil_concat);
CREATE OPERATOR = (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = evil_equal);
CREATE OPERATOR + (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = evil);
CREATE TYPE mine AS (a int);
"""
SHADOW_FUNCTIONS = """
CREATE FUNCTION evil_concat(name, text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'shadowed'; END $$;
CREATE FUNCTION evil_equal(bigint, bigint) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'shadowed'; END $$;
CREATE FUNCTION evil_bytea(bytea, bytea) RETURNS bytea LANGUAGE plpgsql AS $$ BEGIN RAISE 'shadowed'; END $$;
"""


def shadow_everything(connection: Connection) -> None:
    for signature in SHADOWS:
        quoted = signature.replace("FUNCTION least", 'FUNCTION "least"')
        connection.execute(
            f"CREATE {quoted} LANGUAGE plpgsql AS $$ BEGIN RAISE 'shadowed as %', current_user; END $$".encode()
        )
    connection.execute(SHADOW_FUNCTIONS.encode())
    connection.execute(SHADOW_OBJECTS.encode())
    shadow_tables(connection)


def shadow_tables(connection: Connection) -> None:
    """Temporary tables of the same names, which keep what a fooled routine would write to them."""
    for table in TABLES:
        connection.execute(f"CREATE TEMP TABLE {table} (LIKE cell_main.{table} INCLUDING ALL)".encode())


def test_objects_of_the_applications_own_do_not_come_between_the_routines_and_the_log(
    database: Database,
) -> None:
    """Otherwise they would run with the owner's rights: it may create objects in the cell's schema."""
    append_first(database)
    with psycopg.connect(database.app_dsn, autocommit=True) as app:
        shadow_everything(app)

    def connect() -> Connection:
        fresh = psycopg.connect(database.app_dsn, autocommit=True)
        shadow_tables(fresh)
        return fresh

    committer = BlockingCommitter(connect)
    stored = committer.append(save("second", event("a", 2), event("b", 1)))
    assert (stored.first_position, stored.position) == (2, 3)
    assert committer.append(save("second", event("a", 2), event("b", 1))).replayed
    with pytest.raises(VersionConflict):
        committer.append(save("third", event("a", 2)))
    committer.close()
    with connect() as connection:
        connection.execute("SELECT put_snapshot('demo', gen_random_uuid(), 1, 'thing', '{}')")
        connection.execute("SELECT track('other', 1)")
        connection.execute("SELECT purge_receipts('30 days', 10)")
        connection.execute("SELECT * FROM seal_next(10, '0 s')")
    with psycopg.connect(database.admin_dsn, options="-c search_path=cell_main") as owner:
        counts = [
            row
            for table in TABLES
            for row in owner.execute(sql.SQL("SELECT pg_catalog.count(*) FROM {}").format(sql.Identifier(table)))
        ]
    assert counts == [(3,), (2,), (1,), (1,), (1,)]


def test_no_routine_with_the_owners_rights_looks_names_up_where_others_may_create_them(
    shared_database: Database,
) -> None:
    with psycopg.connect(shared_database.admin_dsn) as owner:
        found = owner.execute(
            "SELECT proname::text, proconfig FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace"
            " WHERE nspname = current_schema() AND prosecdef"
        ).fetchall()
    assert {name for name, _ in found} >= {"append_batch", "put_snapshot", "track", "purge_receipts"}
    open_ones = [name for name, config in found if "search_path=pg_catalog, pg_temp" not in (config or [])]
    assert open_ones == []
