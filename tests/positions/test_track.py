"""Do days come and go, may only the application read and nobody change, and is a person forgotten?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from infra.health.finding import Verdict
from infra.health.positions import position_findings
from infra.positions.upkeep import keep_up
from tests.positions.test_port import NOW, seen
from tests.support.roadside import SHIFT, TENANT

if TYPE_CHECKING:
    from infra.positions.store import Positions
    from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]


def as_owner(database: Database, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database.admin_dsn, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def days(database: Database) -> list[str]:
    found = as_owner(
        database,
        "SELECT right(c.relname, 8) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = 'position_track'::regclass AND c.relkind = 'r' ORDER BY 1",
    )
    return [row[0] for row in found]


def day(offset: int) -> str:
    return (datetime.now(UTC) + timedelta(days=offset)).strftime("%Y%m%d")


def test_days_are_made_ahead_and_dropped_when_their_time_is_over(database: Database) -> None:
    assert days(database)[0] <= day(-1)
    as_owner(
        database,
        "CREATE TABLE position_track_20200101 PARTITION OF position_track"
        " FOR VALUES FROM ('2020-01-01 00:00:00+00') TO ('2020-01-02 00:00:00+00')",
    )
    made, dropped = keep_up(database.app_dsn, 10, 30)
    assert (made, dropped) == (3, 1)
    assert days(database)[-1] == day(10)
    assert "20200101" not in days(database)
    assert keep_up(database.app_dsn, 10, 30) == (0, 0)
    assert keep_up(database.app_dsn, 0, 0) == (0, 0), "yesterday and today are never dropped"


async def test_a_day_that_nobody_made_is_made_in_need(database: Database, positions: Positions) -> None:
    for name in days(database):
        as_owner(database, f"DROP TABLE position_track_{name}")
    assert len(await positions.keep(TENANT, [seen(0)])) == 1
    assert day(0) in days(database)


async def test_the_doctor_sees_days_that_are_missing_or_left_over(database: Database) -> None:
    def finding(check: str) -> Any:
        return next(each for each in position_findings(database.settings) if each.check == check)

    assert finding("positions").verdict is Verdict.FINE
    as_owner(
        database,
        "CREATE TABLE position_track_20200101 PARTITION OF position_track"
        " FOR VALUES FROM ('2020-01-01 00:00:00+00') TO ('2020-01-02 00:00:00+00')",
    )
    assert finding("positions").verdict is Verdict.WATCH
    for name in days(database):
        as_owner(database, f"DROP TABLE position_track_{name}")
    assert finding("positions").verdict is Verdict.WATCH


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE position_track SET lat = 0",
        "TRUNCATE position_track",
        "DROP TABLE position_track",
        f"TABLE position_track_{day(0)}",
    ],
)
def test_the_application_changes_nothing_that_was_kept(database: Database, statement: str) -> None:
    with (
        psycopg.connect(database.app_dsn, autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())


async def test_people_who_read_with_sql_see_no_points(database: Database, positions: Positions) -> None:
    await positions.keep(TENANT, [seen(0)])
    with psycopg.connect(database.admin_dsn, autocommit=True) as connection:
        connection.execute("SET ROLE vehicaid_reader")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT * FROM position_track")
        connection.execute("RESET ROLE")
        connection.execute("GRANT SELECT ON position_track TO vehicaid_reader")
        connection.execute("SET ROLE vehicaid_reader")
        connection.execute("SET vehicaid.tenant = 'rival'")
        assert connection.execute("SELECT * FROM position_track").fetchall() == []
        connection.execute("SET vehicaid.tenant = 'demo'")
        assert len(connection.execute("SELECT * FROM position_track").fetchall()) == 1


async def test_one_look_reads_no_day_that_it_need_not(database: Database, positions: Positions) -> None:
    await positions.keep(TENANT, [seen(0)])
    assert (await positions.last(TENANT, [SHIFT], NOW))[SHIFT] == seen(0)
    assert await positions.last(TENANT, [SHIFT], NOW + timedelta(days=3)) != {}, "Redis still knows it"
    assert await positions._track.last(TENANT, [SHIFT], NOW + timedelta(days=3)) == {}
