"""Does the doctor find places that nobody sends to any more, and messages that nobody hands over?"""

from uuid import uuid4

import psycopg

from infra.health.finding import Finding, Verdict
from infra.health.hooks import hook_findings
from infra.settings import Settings
from tests.support.servers import Database

PLACE = (
    "INSERT INTO hook_endpoints (tenant, endpoint_id, url, names, state, sealed, added_at, told_after)"
    " VALUES ('demo', %s, 'https://hooks.example.com/', '{}', %s, '', now(), 0)"
)
MESSAGE = (
    "INSERT INTO hook_messages (tenant, endpoint_id, position, name, body, due_at, made_at)"
    " VALUES ('demo', %s, 1, 'vehicaid.ping.v1', '', now() - make_interval(secs => %s), now())"
)


def found(settings: Settings) -> Finding:
    (finding,) = hook_findings(settings)
    return finding


def test_it_is_said_what_partners_do_not_hear(database: Database) -> None:
    assert found(database.settings).verdict is Verdict.FINE
    place = uuid4()
    with psycopg.connect(database.admin_dsn, autocommit=True) as connection:
        connection.execute(PLACE, (place, "on"))
        connection.execute(MESSAGE, (place, 60))
        assert found(database.settings).verdict is Verdict.FINE, "a minute is no matter"
        connection.execute("UPDATE hook_messages SET due_at = now() - interval '6 minutes'")
        late = found(database.settings)
        assert (late.verdict, late.detail) == (Verdict.WATCH, "1 are overdue by more than 5 min")
        connection.execute("UPDATE hook_endpoints SET state = 'off'")
        assert found(database.settings).verdict is Verdict.FINE, "what waits for a place that is off may wait"
        connection.execute("UPDATE hook_endpoints SET state = 'failed'")
    failed = found(database.settings)
    assert failed.verdict is Verdict.WATCH
    assert "hooks list demo" in failed.advice


def test_it_says_nothing_where_nobody_can_be_asked(database: Database) -> None:
    away = database.settings.model_copy(update={"database_url": "postgresql://nobody@127.0.0.1:1/none"})
    assert list(hook_findings(away)) == []
