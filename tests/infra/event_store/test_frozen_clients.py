"""Does anybody wait for a client that freezes in the middle of an append?"""

from __future__ import annotations

import contextlib
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
from eventsourcing.persistence import PersistenceError, StoredEvent, Tracking
from psycopg import conninfo

from application.log import Receipt
from infra.event_store.blocking import BlockingCommitter
from infra.event_store.factory import LogFactory
from tests.infra.event_store.lines import through
from tests.infra.event_store.test_library_suite import environment_of
from tests.support import faulty_log
from tests.support.proxy import Cut, Proxy
from tests.support.saves import event, save, stream
from tests.support.servers import Database

ROOT = Path(__file__).parents[3]
TOLD_WITHIN_S = 15.0
"""Added to every limit, for a machine that is busy; what the tests guard against takes far longer, or for ever."""
FROZEN_FOR_S = 2.0
FREEZE_ROUNDS = 15
BIG = 2_000_000
SERVER_SIDE_S = 0.5
SLOW_FOR_THE_FROZEN = f"""
    IF current_setting('application_name') = 'frozen' THEN
        PERFORM pg_sleep({SERVER_SIDE_S});
    END IF;
"""


def busy_client(dsn: str, payload: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.infra.event_store.busy_client", dsn, str(payload)]
    client = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert client.stdout is not None
    assert client.stdout.readline() == "appending\n"
    return client


def test_a_client_frozen_at_any_moment_holds_no_lock(database: Database) -> None:
    others = BlockingCommitter(lambda: psycopg.connect(database.app_dsn, autocommit=True))
    others.append(save("connect"))
    client = busy_client(database.app_dsn, BIG)
    chance = random.Random(5)  # noqa: S311  a seed, not a secret
    try:
        for number in range(FREEZE_ROUNDS):
            time.sleep(chance.uniform(0, 0.05))
            client.send_signal(signal.SIGSTOP)
            begun = time.monotonic()
            receipt = others.append(save(f"other {number}", event("other")))
            assert isinstance(receipt, Receipt)
            assert time.monotonic() - begun < TOLD_WITHIN_S, "others wait for a frozen client"
            client.send_signal(signal.SIGCONT)
    finally:
        client.kill()
        client.wait()
        others.close()


def test_a_client_frozen_inside_the_routine_delays_others_by_the_servers_work_only(database: Database) -> None:
    """The server goes on without it, commits and frees the order lock."""
    faulty_log.install(database, faulty_log.with_faults(faulty_log.routines(), SLOW_FOR_THE_FROZEN))
    others = BlockingCommitter(lambda: psycopg.connect(database.app_dsn, autocommit=True))
    others.append(save("connect"))
    client = busy_client(conninfo.make_conninfo(database.app_dsn, application_name="frozen"), 10)
    try:
        with psycopg.connect(database.admin_dsn, autocommit=True) as watcher:
            inside = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'frozen' AND wait_event = 'PgSleep'"
            give_up_at = time.monotonic() + TOLD_WITHIN_S * 5
            while watcher.execute(inside).fetchone() is None:
                assert time.monotonic() < give_up_at
        client.send_signal(signal.SIGSTOP)
        begun = time.monotonic()
        others.append(save("other", event("other")))
        assert time.monotonic() - begun < SERVER_SIDE_S + TOLD_WITHIN_S
        assert others.append(save("another", event("other"))).position >= 4, "its events stand without it"
    finally:
        client.kill()
        client.wait()
        others.close()


def test_a_process_recorder_frozen_before_its_commit_holds_the_order_lock_for_two_seconds_at_most(
    database: Database, proxy: Proxy
) -> None:
    """It tracks and appends in one transaction, which takes several round trips."""
    environment = environment_of(database)
    environment["VEHICAID_APP_DSN"] = through(proxy, database)
    factory = LogFactory(environment)
    recorder = factory.process_recorder()
    proxy.cut = Cut(on=b"thing.frozen", hold=True)

    def freeze() -> None:
        with contextlib.suppress(PersistenceError):
            recorder.insert_events([StoredEvent(stream("a"), 1, "thing.frozen", b"{}")], tracking=Tracking("other", 1))

    frozen = threading.Thread(target=freeze, daemon=True)
    frozen.start()
    assert proxy.cut.fired.wait(TOLD_WITHIN_S * 5)
    others = BlockingCommitter(lambda: psycopg.connect(database.app_dsn, autocommit=True))
    begun = time.monotonic()
    assert others.append(save("other", event("a"))).position == 1
    assert time.monotonic() - begun < FROZEN_FOR_S + TOLD_WITHIN_S
    others.close()
    proxy.drop_all()
    frozen.join(TOLD_WITHIN_S * 5)
    factory.close()
