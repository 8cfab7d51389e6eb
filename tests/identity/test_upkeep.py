"""Do sessions go when their time is over, and with the person whose they were?"""

import json
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import anyio.to_thread
import psycopg
import pytest
from typer.testing import CliRunner

from domain.actor import Role
from domain.ids import Prefix, show
from infra.identity.place import identity_of
from infra.identity.sessions import Sessions
from infra.queries.pool import reader_pool
from infra.retention import purge_sessions
from interfaces.cli import personal
from tests.support.api import somebody
from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]
PHONE = "6f1c9a52-3f0e-4f6b-9d51-1f6f8f2f7a10"


@pytest.fixture
async def sessions(database: Database) -> AsyncIterator[Sessions]:
    async with reader_pool(database.app_dsn) as pool:
        identity = identity_of(database.settings, pool)
        identity.authority.ended.take(())
        yield identity.sessions


def rows(database: Database) -> list[tuple[object, ...]]:
    with psycopg.connect(database.app_dsn) as connection:
        return connection.execute("SELECT label, device, ended_by FROM sessions ORDER BY session_id").fetchall()


async def test_what_is_long_over_goes_and_what_lives_stays(sessions: Sessions, database: Database) -> None:
    now = datetime.now(UTC)
    for days in (0, 45, 61):
        await sessions.open(somebody(Role.CUSTOMER), amr=("sms",), device=PHONE, at=now - timedelta(days=days))
    ended = await sessions.open(somebody(Role.CUSTOMER), amr=("sms",), device=PHONE, at=now)
    session = await sessions._table.find(ended.session_id)
    assert session is not None
    await sessions.revoke(session.actor, ended.session_id)
    assert purge_sessions(database.app_dsn, timedelta(days=30), threading.Event()) == 1
    assert len(rows(database)) == 3
    assert purge_sessions(database.app_dsn, timedelta(seconds=-1), threading.Event()) == 2
    assert len(rows(database)) == 1, "whoever is signed in stays signed in"


async def test_the_database_itself_shows_nobody_the_sessions_of_another_tenant(
    sessions: Sessions, database: Database
) -> None:
    now, actor = datetime.now(UTC), somebody(Role.CUSTOMER)
    for each in (actor, replace(actor, tenant="other")):
        await sessions.open(each, amr=("sms",), device=PHONE, at=now)
    with psycopg.connect(database.admin_dsn, autocommit=True) as connection:
        # Nothing is granted to people who read with SQL: this is the wall behind that one.
        connection.execute("GRANT SELECT ON sessions TO vehicaid_reader")
        connection.execute("SET ROLE vehicaid_reader")
        assert connection.execute("SELECT tenant FROM sessions").fetchall() == []
        connection.execute("SET vehicaid.tenant = 'other'")
        assert connection.execute("SELECT tenant FROM sessions").fetchall() == [("other",)]


async def test_an_erased_person_is_signed_out(
    sessions: Sessions, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(personal, "load_settings", lambda: database.settings)
    actor, other = somebody(Role.CUSTOMER), somebody(Role.CUSTOMER)
    for each in (actor, other):
        await sessions.open(each, amr=("sms",), device=PHONE, at=datetime.now(UTC), label="Firefox on Android")
    assert actor.subject_id is not None
    named = show(Prefix.USER, actor.subject_id)
    done = await anyio.to_thread.run_sync(
        lambda: CliRunner().invoke(personal.app, ["erase", "demo", named], catch_exceptions=False)
    )
    assert json.loads(done.output.splitlines()[-1]) == {"person_id": named, "erased": False, "sessions": 1, "files": 0}
    assert ("", b"", "erased") in rows(database)
    assert len([row for row in rows(database) if row[2] is None]) == 1
