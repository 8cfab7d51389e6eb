"""Is a note in the database once it was taken, sealed like the log, and gone only when its time is over?"""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import psycopg
import pytest

from application.security_log import SecurityKind
from infra.audit.root import current_root
from infra.audit.sealed_log import SECURITY
from infra.audit.sealer import seal_now
from infra.audit.verify import LogCheck
from infra.queries.pool import reader_pool
from infra.queries.security import SecurityQueries, SecurityWanted
from infra.retention import purge_security_log
from infra.security_log.scene import Scene, enter
from infra.security_log.writer import BufferedSecurityLog
from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@asynccontextmanager
async def writing(dsn: str) -> AsyncIterator[BufferedSecurityLog]:
    async with reader_pool(dsn, most=1, name="security") as pool:
        security = BufferedSecurityLog(pool, lambda address: address.encode()[:16], every_s=0.01)
        await security.start()
        try:
            yield security
        finally:
            await security.stop()


async def noted(database: Database, count: int, kind: SecurityKind = SecurityKind.LOGIN) -> None:
    async with writing(database.app_dsn) as security:
        for number in range(count):
            security.note(kind, tenant="demo", at=NOON + timedelta(seconds=number), actor=f"customer:usr_{number}")


def checked(database: Database, *statements: str) -> list[tuple[str, int | None]]:
    """What a check finds after somebody whom no permission stops has changed something."""
    with psycopg.connect(database.admin_dsn) as owner:
        for statement in statements:
            owner.execute(statement.encode())
    with psycopg.connect(database.app_dsn, autocommit=True) as connection:
        report = LogCheck(connection, database.cell, of=SECURITY).run()
    return [(damage.kind, damage.first_position) for damage in report.damage]


def sealed(database: Database, at_most: int = 4) -> None:
    with psycopg.connect(database.app_dsn, autocommit=True) as connection:
        seal_now(connection, at_most, SECURITY)


async def rows(database: Database, tenant: str | None = "demo", **wanted: Any) -> list[Any]:
    async with reader_pool(database.app_dsn, most=1, name="looking") as pool:
        return cast(
            "list[Any]", await SecurityQueries(pool, database.cell).entries(tenant, SecurityWanted(**wanted), None, 200)
        )


async def test_a_clean_stop_loses_nothing(database: Database) -> None:
    await noted(database, 1_200)
    assert len(await rows(database, None)) == 200
    with psycopg.connect(database.app_dsn) as connection:
        told = connection.execute("SELECT count(*), min(position), max(position) FROM security_log").fetchone()
    assert told == (1_200, 1, 1_200)


async def test_a_note_says_where_it_came_from_and_nothing_that_is_no_word_of_ours(database: Database) -> None:
    correlation = UUID(int=7)
    async with writing(database.app_dsn) as security:
        enter(Scene("203.0.113.9", correlation, "dispatcher:usr_1"))
        security.note(SecurityKind.STAFF_VIEW, tenant="demo", at=NOON, operation="read", object_id="Asha Xyzzy, 98450")
        enter(Scene())
        security.note(SecurityKind.SESSION_ENDED, tenant="demo", at=NOON, actor="customer:usr_1~dispatcher:usr_2")
        security.note(SecurityKind.LOGIN_FAILED, tenant="x" * 65, at=NOON, detail="DROP TABLE", actor="x:" + "y" * 90)
    [viewed] = await rows(database, kind="staff_view")
    assert (viewed.actor, viewed.operation, viewed.object_id) == ("dispatcher:usr_1", "read", "")
    assert (viewed.address, viewed.correlation_id) == (b"203.0.113.9".hex(), correlation)
    [ended] = await rows(database, kind="session_ended")
    assert ended.actor == "customer:usr_1~dispatcher:usr_2", "support, in somebody's name"
    [failed] = await rows(database, None, kind="login_failed")
    assert (failed.tenant, failed.actor, failed.detail, failed.address) == ("", "", "", "")


async def test_what_is_noted_while_the_database_is_away_is_written_when_it_is_back(database: Database) -> None:
    with psycopg.connect(database.admin_dsn) as owner:
        async with writing(database.app_dsn) as security:
            owner.execute("LOCK TABLE security_log IN ACCESS EXCLUSIVE MODE")
            for _ in range(5):
                security.note(SecurityKind.LOGIN, tenant="demo", at=NOON)
            await asyncio.sleep(0.05)
            owner.rollback()
    assert len(await rows(database)) == 5


async def test_rows_are_sealed_and_a_change_is_found(database: Database) -> None:
    await noted(database, 10)
    sealed(database)
    assert checked(database) == []
    assert checked(database, "UPDATE security_log SET actor = 'admin:usr_1' WHERE position = 3") == [
        ("event_changed", 3)
    ]
    assert checked(database, "DELETE FROM security_log WHERE position = 6") == [
        ("event_changed", 3),
        ("event_missing", 6),
    ]


async def test_the_application_can_add_and_change_nothing(database: Database) -> None:
    await noted(database, 1)
    for statement in (
        "UPDATE security_log SET kind = 'login'",
        "DELETE FROM security_log",
        "TRUNCATE security_log",
        "INSERT INTO security_log SELECT * FROM security_log",
        "DELETE FROM security_seals",
        "UPDATE security_seals SET removed_at = now()",
    ):
        with psycopg.connect(database.app_dsn) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement.encode())


AGED = "UPDATE security_seals SET sealed_at = sealed_at - interval '500 days' WHERE segment <= 2"


async def test_old_segments_go_and_their_seals_stay(database: Database) -> None:
    await noted(database, 10)
    sealed(database)
    with psycopg.connect(database.app_dsn, autocommit=True) as connection:
        before = current_root(connection, database.cell, SECURITY)
    assert purge_security_log(database.app_dsn, timedelta(0), threading.Event()) == 0, "the last thirty days are kept"
    # Their age is part of the chain, which now does not fit: only what is asked of the rows matters here.
    found = checked(database, AGED)
    assert {kind for kind, _ in found} <= {"segment_changed", "chain_broken"}
    assert purge_security_log(database.app_dsn, timedelta(days=400), threading.Event()) == 8
    assert [row.position for row in await rows(database)] == [10, 9]
    await noted(database, 1)
    assert (await rows(database))[0].position == 11
    assert before.cell == f"{database.cell}.security"


async def test_rows_that_only_claim_to_be_old_are_missed(database: Database) -> None:
    await noted(database, 10)
    sealed(database)
    hidden = "UPDATE security_seals SET removed_at = now(), leaf_hashes = '' WHERE segment = "
    assert [kind for kind, _ in checked(database, "DELETE FROM security_log WHERE position <= 4", f"{hidden}1")] == [
        "segment_changed"
    ]
    assert ("event_misplaced", 5) in checked(database, f"{hidden}2")


async def test_the_rows_of_another_tenant_are_not_shown(database: Database) -> None:
    await noted(database, 2)
    assert await rows(database, "rival") == []
    assert len(await rows(database, "demo", actor="customer:usr_1")) == 1
    assert len(await rows(database, "demo", since=NOON + timedelta(seconds=1))) == 1
