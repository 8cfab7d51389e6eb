"""Is the database reachable, durable, up to date, and is the log append-only for us?"""

from collections.abc import Iterator

import psycopg

from infra.audit.sealed_log import EVENTS, SECURITY
from infra.database_url import APP_ROLE, admin_dsn, app_dsn
from infra.health.finding import Finding, fine, watch, wrong
from infra.migrate import MigrationError, pending
from infra.settings import Settings, SettingsError

OLDEST_POSTGRES = 150000
# The tables no one but the append routine and the sealing routine may write.
APPEND_ONLY = ("events", "receipts", "seals", "security_log", "security_seals")
WRITES = ("INSERT", "UPDATE", "DELETE", "TRUNCATE")
# 1,000 events is a second or two of work for a projector that runs, minutes of waiting for one that does not.
LAG_WORTH_A_LOOK = 1_000
# An event is sealed within a minute of being recorded.
UNSEALED_AT_MOST_S = 60
UNSEALED = (
    "SELECT s.last, coalesce(extract(epoch FROM clock_timestamp() - (SELECT recorded_at FROM {rows}"
    " WHERE position = s.last + 1))::float8, 0) FROM (SELECT coalesce(max(last_position), 0) AS last FROM {seals}) s"
)


def database_findings(settings: Settings) -> Iterator[Finding]:
    """All that can be asked of the database, with the application's own role."""
    try:
        connection = psycopg.connect(app_dsn(settings, "vehicaid-doctor"), autocommit=True)
    except SettingsError as error:
        yield wrong("database", str(error), "start `vehicaid up`, or set VEHICAID_DATABASE_URL")
        return
    except psycopg.OperationalError as error:
        advice = f"start the server, check VEHICAID_DATABASE_URL; a new database has no role {APP_ROLE} yet: migrate"
        yield wrong("database", " ".join(str(error).split()), advice)
        return
    with connection:
        yield _server(connection)
        yield _durability(connection)
        yield _migrations(settings)
        yield _append_only(connection)
        yield from _projections(connection)
        yield from _sealing(connection)


def _server(connection: psycopg.Connection) -> Finding:
    number = connection.info.server_version
    text = f"PostgreSQL {number // 10000}.{number % 10000} at {connection.info.host}:{connection.info.port}"
    if number < OLDEST_POSTGRES:
        return wrong("database", text, "use PostgreSQL 15 or newer")
    return fine("database", text)


def _durability(connection: psycopg.Connection) -> Finding:
    off = [name for name in ("fsync", "full_page_writes") if _setting(connection, name) == "off"]
    if off:
        return wrong("durability", f"{', '.join(off)} is off", "switch it on: a power cut can destroy the log")
    if _setting(connection, "data_checksums") == "off":
        return watch("durability", "no data checksums", "switch them on: pg_checksums --enable while it is stopped")
    return fine("durability", "fsync, full page writes and data checksums are on")


def _migrations(settings: Settings) -> Finding:
    try:
        missing = pending(admin_dsn(settings, "vehicaid-doctor"), settings.cell)
    except (MigrationError, psycopg.Error) as error:
        return wrong("migrations", " ".join(str(error).split()), "put the files of this release back")
    if missing:
        return wrong("migrations", f"{len(missing)} missing, from {missing[0].name}", "run `vehicaid migrate`")
    return fine("migrations", f"{settings.cell} is at this release")


def _append_only(connection: psycopg.Connection) -> Finding:
    role = connection.execute(
        "SELECT current_user::text, session_user::text, rolsuper OR rolbypassrls"
        " FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    if role is None or role[2]:
        return wrong("append-only", "the application may do anything", f"connect as {APP_ROLE}")
    allowed = []
    for table in APPEND_ONLY:
        if connection.execute("SELECT to_regclass(%s)", [table]).fetchone() == (None,):
            return wrong("append-only", f"there is no table {table}", "run `vehicaid migrate`")
        allowed += [f"{write} on {table}" for write in WRITES if _may(connection, table, write)]
        if connection.execute(
            "SELECT pg_has_role(relowner, 'MEMBER') FROM pg_class WHERE oid = to_regclass(%s)", [table]
        ).fetchone() != (False,):
            allowed.append(f"everything with {table}, which it owns")
    if allowed:
        advice = f"revoke it from {APP_ROLE}: events enter through the append routine only"
        return wrong("append-only", f"{role[0]} may {', '.join(allowed)}", advice)
    if role[1] != role[0]:
        advice = f"give {APP_ROLE} a password and put it into VEHICAID_DATABASE_URL"
        return watch("append-only", f"{role[1]} connects and acts as {role[0]}: it could stop doing so", advice)
    return fine("append-only", f"{role[0]} can add events and change none")


def _may(connection: psycopg.Connection, table: str, write: str) -> bool:
    if write in {"TRUNCATE", "DELETE"}:
        question = "SELECT has_table_privilege(current_user, to_regclass(%s), %s)"
    else:
        question = "SELECT has_any_column_privilege(current_user, to_regclass(%s), %s)"
    return connection.execute(question, [table, write]).fetchone() == (True,)


def _projections(connection: psycopg.Connection) -> Iterator[Finding]:
    if connection.execute("SELECT to_regclass('projection_positions')").fetchone() == (None,):
        yield wrong("projections", "their positions have no table", "run `vehicaid migrate`")
        return
    rows = connection.execute(
        "SELECT name, halted, (SELECT coalesce(max(position), 0) FROM events) - position,"
        " (SELECT count(*) FROM projection_parked AS k WHERE k.name = p.name AND k.generation = p.generation)"
        " FROM projection_positions AS p WHERE active ORDER BY name"
    ).fetchall()
    if not rows:
        yield watch("projections", "none has run yet", "start the projector: `vehicaid projector`")
    for name, halted, lag, parked in rows:
        yield _projection(str(name), halted and str(halted), int(lag), int(parked))


def _projection(name: str, halted: str | None, lag: int, parked: int) -> Finding:
    check = f"projection {name}"
    if halted:
        return wrong(check, f"halted, {lag} events behind: {halted}", "see the projector's log")
    if parked:
        return wrong(
            check, f"{parked} streams are parked", f"mend the cause, then `vehicaid projections rebuild {name}`"
        )
    if lag >= LAG_WORTH_A_LOOK:
        return watch(check, f"{lag} events behind", "is the projector running?")
    return fine(check, f"{lag} events behind")


def _sealing(connection: psycopg.Connection) -> Iterator[Finding]:
    for name, of in (("sealing", EVENTS), ("security log", SECURITY)):
        if connection.execute("SELECT to_regclass(%s)", [of.seals]).fetchone() == (None,):
            continue
        row = connection.execute(of.statement(UNSEALED)).fetchone()
        sealed, waits_s = (0, 0.0) if row is None else (int(row[0]), float(row[1]))
        told = f"sealed up to position {sealed}, the next row waits for {waits_s:.0f} s"
        late = waits_s > UNSEALED_AT_MOST_S
        yield watch(name, told, "is the projector running?") if late else fine(name, told)


def _setting(connection: psycopg.Connection, name: str) -> str:
    row = connection.execute("SELECT current_setting(%s, true)", [name]).fetchone()
    return str(row[0]) if row is not None else ""
