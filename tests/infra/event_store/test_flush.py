"""Does an append wait for standbys that have to confirm, though a flush by itself waits for this server alone?"""

from concurrent.futures import ThreadPoolExecutor
from time import sleep

import psycopg

from infra.event_store.blocking import BlockingCommitter
from tests.support.saves import event, save
from tests.support.servers import PrivatePostgres

CONFIRMED = "ALTER SYSTEM SET synchronous_standby_names = 'nobody'"
UNCONFIRMED = "ALTER SYSTEM RESET synchronous_standby_names"
RELOAD = "SELECT pg_reload_conf()"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
APPENDED = "SELECT count(*) FROM events"
LOOKS = 600


def test_an_append_is_answered_only_when_the_standbys_have_it(private_postgres: PrivatePostgres) -> None:
    database = private_postgres.database
    committer = BlockingCommitter(lambda: psycopg.connect(database.app_dsn, autocommit=True))
    committer.append(save("before", event("a")))
    with (
        psycopg.connect(database.admin_dsn, autocommit=True) as admin,
        ThreadPoolExecutor(2) as pool,
    ):
        try:
            admin.execute(CONFIRMED)
            admin.execute(RELOAD)
            # The committer's session has to have heard of it: whoever appends before is answered at once.
            number = 0
            while not pool.submit(_is_told, database.app_dsn).result():
                sleep(0.05)
            answer = pool.submit(committer.append, save("one", event("b")))
            while number < LOOKS and _count(admin, WAITING) == 0 and not answer.done():
                sleep(0.05)
                number += 1
            assert _count(admin, WAITING) == 1
            assert not answer.done()
            # Ordered, and to be seen, but not yet as safe as its caller wants it.
            assert _count(admin, APPENDED) == 2
        finally:
            admin.execute(UNCONFIRMED)
            admin.execute(RELOAD)
        assert answer.result(60).position == 2
    committer.close()


def _is_told(dsn: str) -> bool:
    with psycopg.connect(dsn, autocommit=True) as connection:
        row = connection.execute("SELECT current_setting('synchronous_standby_names')").fetchone()
    return row == ("nobody",)


def _count(connection: psycopg.Connection[tuple[object, ...]], statement: str) -> object:
    row = connection.execute(statement.encode()).fetchone()
    assert row is not None
    return row[0]
