"""Does the doctor see when analysts have no views, and when they could hold up the service?"""

import psycopg
import pytest

from infra.analytics.presenter import present
from infra.health.analytics import analytics_findings
from infra.health.finding import Verdict
from infra.projections.install import install_read_models
from tests.support.servers import Database


def found(database: Database) -> list[tuple[Verdict, str]]:
    return [(finding.verdict, finding.detail) for finding in analytics_findings(database.settings)]


def test_views_are_missed_until_they_are_there(database: Database) -> None:
    verdict, detail = found(database)[0]
    assert (verdict, "views missing" in detail) == (Verdict.WATCH, True)
    install_read_models(database.settings)
    present(database.settings)
    assert found(database)[0][0] is Verdict.FINE


@pytest.mark.parametrize(
    ("grant", "told"),
    [
        ("GRANT EXECUTE ON FUNCTION pg_advisory_lock(bigint) TO PUBLIC", "take the lock that orders the log"),
        ("GRANT EXECUTE ON FUNCTION pg_logical_emit_message TO PUBLIC", "write into the write-ahead log"),
        ("GRANT TEMPORARY ON DATABASE {} TO vehicaid_analyst", "make temporary tables"),
    ],
)
def test_what_could_hold_up_the_service_is_told(database: Database, grant: str, told: str) -> None:
    with psycopg.connect(database.admin_dsn, autocommit=True) as owner:
        owner.execute(f"REVOKE TEMPORARY ON DATABASE {database.name} FROM PUBLIC".encode())
        assert found(database)[1] == (Verdict.FINE, "they can hold up nobody")
        for overload in owner.execute(
            "SELECT oid::regprocedure::text FROM pg_proc WHERE proname = 'pg_logical_emit_message'"
        ).fetchall():
            statement = grant.replace("pg_logical_emit_message", str(overload[0])).format(database.name)
            owner.execute(statement.encode())
    assert found(database)[1] == (Verdict.WATCH, f"they may {told}")
