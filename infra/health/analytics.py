"""Do analysts have their views, and is there nothing by which they could hold up the service?"""

from collections.abc import Iterator

import psycopg

from infra.analytics.domain_views import DOMAIN_VIEWS
from infra.analytics.kpi_views import KPI_VIEWS
from infra.analytics.place import ANALYST_ROLE, analytics_schema
from infra.database_url import app_dsn
from infra.health.finding import Finding, fine, watch, wrong
from infra.settings import Settings, SettingsError
from projections.catalog import READ_MODELS

CHECK = "analysts"
# What a role that only reads has no use for: the first stops every append, the others fill disks.
ROUTINE = "EXISTS (SELECT FROM pg_proc WHERE proname = '{}' AND has_function_privilege(%s, oid, 'EXECUTE'))"
RISKS = {
    "take the lock that orders the log": ROUTINE.format("pg_advisory_lock"),
    "write into the write-ahead log": ROUTINE.format("pg_logical_emit_message"),
    "make temporary tables": "has_database_privilege(%s, current_database(), 'TEMPORARY')",
}


def analytics_findings(settings: Settings) -> Iterator[Finding]:
    """What can be said without being an analyst; nothing where the database is away, which is said elsewhere."""
    try:
        connection = psycopg.connect(app_dsn(settings, "vehicaid-doctor"), autocommit=True)
    except (SettingsError, psycopg.OperationalError):
        return
    with connection:
        row = connection.execute("SELECT to_regclass('analytics_views') IS NOT NULL").fetchone()
        if row != (True,):
            yield wrong(CHECK, "they have no schema yet", "run `vehicaid migrate`")
            return
        yield _views(connection, settings)
        yield _risks(connection)


def _views(connection: psycopg.Connection, settings: Settings) -> Finding:
    wanted = {model.name for model in READ_MODELS} | {view.name for view in (*DOMAIN_VIEWS, *KPI_VIEWS)}
    shown = {str(name) for (name,) in connection.execute("SELECT name FROM analytics_views").fetchall()}
    missing = sorted(wanted - shown)
    if missing:
        advice = "is the projector running? its log says `analytics_view_fails` where one cannot be made"
        return watch(CHECK, f"{len(missing)} views missing, first {missing[0]}", advice)
    return fine(CHECK, f"{len(shown)} views in {analytics_schema(settings.cell)}")


def _risks(connection: psycopg.Connection) -> Finding:
    can = [risk for risk, question in RISKS.items() if _holds(connection, question)]
    if can:
        advice = "as a superuser, do what migration 0010 says: the owner of the schema could not"
        return watch(CHECK, f"they may {', '.join(can)}", advice)
    return fine(CHECK, "they can hold up nobody")


def _holds(connection: psycopg.Connection, question: str) -> bool:
    return connection.execute(f"SELECT {question}".encode(), [ANALYST_ROLE]).fetchone() == (True,)
