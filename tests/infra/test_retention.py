"""Does what is not kept for ever go when its time is over, and nothing before?"""

import threading
from datetime import timedelta

import psycopg
import pytest

from infra import retention
from infra.retention import purge_receipts, run_retention
from tests.support.servers import Database

pytestmark = pytest.mark.servers


def keep(database: Database, count: int, age: str) -> None:
    with psycopg.connect(database.admin_dsn) as connection:
        connection.execute(
            "INSERT INTO receipts SELECT 'demo', gen_random_uuid(), 'customer:usr_1', 'k', '', '', 1,"
            " clock_timestamp() - %s::interval FROM generate_series(1, %s)",
            (age, count),
        )


def kept(database: Database) -> int:
    with psycopg.connect(database.admin_dsn) as connection:
        row = connection.execute("SELECT count(*) FROM receipts").fetchone()
        return int(row[0]) if row else 0


def test_old_receipts_go_and_younger_ones_stay(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 40)
    keep(database, 100, "31 days")
    keep(database, 7, "29 days")
    assert purge_receipts(database.app_dsn, timedelta(days=30), threading.Event()) == 100
    assert kept(database) == 7


def test_the_last_day_is_kept_whatever_is_asked(database: Database) -> None:
    keep(database, 3, "23 hours")
    keep(database, 2, "25 hours")
    assert purge_receipts(database.app_dsn, timedelta(0), threading.Event()) == 2
    assert kept(database) == 3


def test_the_service_purges_and_stops_when_told(database: Database) -> None:
    keep(database, 5, "31 days")
    stop = threading.Event()
    thread = threading.Thread(target=run_retention, args=(database.settings, stop))
    thread.start()
    for _ in range(200):
        if kept(database) == 0:
            break
        stop.wait(0.05)
    stop.set()
    thread.join(5)
    assert not thread.is_alive()
    assert kept(database) == 0
