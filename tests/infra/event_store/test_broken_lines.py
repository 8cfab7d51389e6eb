"""What does a caller hear, and what stands in the log, when the line to PostgreSQL breaks during an append?"""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from eventsourcing.persistence import OperationalError, PersistenceError, StoredEvent, Tracking
from psycopg import conninfo

from application.log import LogUnavailable, Receipt, Save
from infra.event_store.blocking import BlockingCommitter
from infra.event_store.committer import CommitLimits, Committer
from infra.event_store.factory import LogFactory
from tests.infra.event_store.test_library_suite import environment_of
from tests.support import faulty_log
from tests.support.proxy import Cut, Proxy, proxy_to
from tests.support.saves import event, save, stream
from tests.support.servers import Database

ROOT = Path(__file__).parents[3]
ROUNDS = 200
LONGEST_REPLY = 320
QUICK = CommitLimits(retry_every_s=0.005)
TOLD_WITHIN_S = 1.0
FROZEN_FOR_S = 2.0


@pytest.fixture
def proxy(database: Database) -> Iterator[Proxy]:
    """A line to the database that can be broken."""
    given = conninfo.conninfo_to_dict(database.app_dsn)
    with proxy_to(str(given["host"]), int(str(given["port"]))) as proxy:
        yield proxy


def through(proxy: Proxy, database: Database) -> str:
    return conninfo.make_conninfo(database.app_dsn, port=proxy.port)


def cuts() -> list[Cut]:
    """One for each round: before the reply, anywhere within it, and sometimes before the request."""
    chance = random.Random(11)  # noqa: S311  a seed, not a secret
    return [
        Cut(
            on=f"round {number}.".encode(),
            after_bytes=0 if number % 4 == 0 else chance.randrange(1, LONGEST_REPLY),
            before_request=number % 10 == 9,
        )
        for number in range(ROUNDS)
    ]


def a_round(number: int, company: int = 0) -> list[Save]:
    """The save whose reply is cut, and others that travel with it."""
    cut_one = save(f"round {number}.", event("a"), answer=f'{{"done":{number}}}'.encode())
    return [cut_one, *(save(f"with {number}, {n}", event(f"own {n}")) for n in range(company))]


def check_each_stands_once(database: Database, saves: int) -> None:
    with psycopg.connect(database.admin_dsn) as connection:
        row = connection.execute(
            "SELECT count(*), count(DISTINCT command_id), max(position), (SELECT count(*) FROM receipts) FROM events"
        ).fetchone()
    assert row == (saves, saves, saves, saves)


def check_cuts_happened(planned: list[Cut]) -> None:
    assert sum(cut.fired.is_set() for cut in planned) > ROUNDS * 0.9


def test_a_thread_whose_reply_was_cut_gets_the_stored_answer_by_itself(database: Database, proxy: Proxy) -> None:
    committer = BlockingCommitter(lambda: psycopg.connect(through(proxy, database), autocommit=True), QUICK)
    planned = cuts()
    for number, cut in enumerate(planned):
        proxy.cut = cut
        receipt = committer.append(a_round(number)[0])
        assert (receipt.position, receipt.answer) == (number + 1, b'{"done":%d}' % number)
    committer.close()
    check_cuts_happened(planned)
    check_each_stands_once(database, ROUNDS)


def test_tasks_whose_reply_was_cut_get_their_stored_answers_by_themselves(database: Database, proxy: Proxy) -> None:
    planned = cuts()
    company = 3

    async def send() -> None:
        committer = Committer(lambda: psycopg.AsyncConnection.connect(through(proxy, database), autocommit=True), QUICK)
        for number, cut in enumerate(planned):
            proxy.cut = cut
            saves = a_round(number, company)
            receipts = await asyncio.gather(*map(committer.append, saves))
            assert [receipt.answer for receipt in receipts] == [one.answer for one in saves]
        await committer.close()

    asyncio.run(send())
    check_cuts_happened(planned)
    check_each_stands_once(database, ROUNDS * (1 + company))


def test_without_a_command_id_a_cut_reply_is_an_honest_failure(database: Database, proxy: Proxy) -> None:
    """The library's recorders have none: the stock one says conflict here, ours says that it does not know."""
    environment = environment_of(database)
    environment["VEHICAID_APP_DSN"] = through(proxy, database)
    factory = LogFactory(environment)
    try:
        recorder = factory.application_recorder()
        proxy.cut = Cut(on=b"thing.cut")
        with pytest.raises(OperationalError):
            recorder.insert_events([StoredEvent(stream("a"), 1, "thing.cut", b"{}")])
        assert proxy.cut.fired.is_set()
        assert [stored.topic for stored in recorder.select_events(stream("a"))] == ["thing.cut"]
    finally:
        factory.close()


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
    assert proxy.cut.fired.wait(TOLD_WITHIN_S * 10)
    others = BlockingCommitter(lambda: psycopg.connect(database.app_dsn, autocommit=True))
    begun = time.monotonic()
    assert others.append(save("other", event("a"))).position == 1
    assert time.monotonic() - begun < FROZEN_FOR_S + TOLD_WITHIN_S
    others.close()
    proxy.drop_all()
    frozen.join(TOLD_WITHIN_S * 10)
    factory.close()


def test_a_line_that_swallows_everything_is_given_up_in_time_and_the_same_save_finds_its_answer(
    database: Database, proxy: Proxy
) -> None:
    limits = CommitLimits(answer_within_s=0.4, retry_for_s=0.2)

    async def send() -> None:
        committer = Committer(
            lambda: psycopg.AsyncConnection.connect(through(proxy, database), autocommit=True), limits
        )
        await committer.append(save("before", event("a")))
        proxy.blackhole()
        begun = time.monotonic()
        told = await asyncio.gather(
            *(committer.append(save(f"k{n}", event("a"))) for n in range(5)), return_exceptions=True
        )
        assert time.monotonic() - begun < limits.answer_within_s + limits.retry_for_s + TOLD_WITHIN_S
        assert [type(one) for one in told] == [LogUnavailable] * 5
        proxy.heal()
        receipts = await asyncio.gather(*(committer.append(save(f"k{n}", event("a"))) for n in range(5)))
        assert sorted(receipt.position for receipt in receipts) == [2, 3, 4, 5, 6]
        await committer.close()

    asyncio.run(send())
    check_each_stands_once(database, 6)


def test_a_thread_gives_up_a_line_that_swallows_everything_in_time_too(database: Database, proxy: Proxy) -> None:
    limits = CommitLimits(answer_within_s=0.4, retry_for_s=0.2)
    committer = BlockingCommitter(lambda: psycopg.connect(through(proxy, database), autocommit=True), limits)
    committer.append(save("before", event("a")))
    proxy.blackhole()
    told: list[Receipt | Exception] = []

    def send() -> None:
        try:
            told.append(committer.append(save("k", event("a"))))
        except LogUnavailable as error:
            told.append(error)

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    thread.join(limits.answer_within_s + limits.retry_for_s + TOLD_WITHIN_S)
    assert [type(one) for one in told] == [LogUnavailable]
    proxy.heal()
    assert committer.append(save("k", event("a"))).position == 2
    committer.close()


def test_a_line_that_comes_back_in_time_costs_only_time(database: Database, proxy: Proxy) -> None:
    limits = CommitLimits(retry_for_s=5.0)
    committer = BlockingCommitter(lambda: psycopg.connect(through(proxy, database), autocommit=True), limits)
    committer.append(save("before", event("a")))
    proxy.sever()
    healing = threading.Timer(0.3, proxy.heal)
    healing.start()
    assert committer.append(save("k", event("a"))).position == 2
    committer.close()
    healing.join()


def test_a_line_that_does_not_come_back_is_said_in_time(database: Database, proxy: Proxy) -> None:
    limits = CommitLimits(retry_for_s=0.3)
    committer = BlockingCommitter(lambda: psycopg.connect(through(proxy, database), autocommit=True), limits)
    committer.append(save("before", event("a")))
    proxy.sever()
    begun = time.monotonic()
    with pytest.raises(LogUnavailable):
        committer.append(save("k", event("a")))
    assert time.monotonic() - begun < limits.retry_for_s + TOLD_WITHIN_S


def test_everybody_in_a_long_queue_is_told_in_time_when_the_line_is_gone(database: Database, proxy: Proxy) -> None:
    """Not batch after batch, each after a patience of its own."""
    limits = CommitLimits(retry_for_s=0.4, most_saves=16)

    async def send() -> float:
        committer = Committer(
            lambda: psycopg.AsyncConnection.connect(through(proxy, database), autocommit=True), limits
        )
        await committer.append(save("before", event("a")))
        proxy.sever()
        begun = time.monotonic()
        told = await asyncio.gather(
            *(committer.append(save(f"k{n}", event("a"))) for n in range(1000)), return_exceptions=True
        )
        took = time.monotonic() - begun
        assert {type(one) for one in told} == {LogUnavailable}
        proxy.heal()
        await committer.append(save("after", event("a")))
        await committer.close()
        return took

    assert asyncio.run(send()) < 2 * limits.retry_for_s + TOLD_WITHIN_S


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
    text = faulty_log.routines()
    faulty_log.install(database, text.replace(faulty_log.FAULT_POINTS[0], SLOW_FOR_THE_FROZEN))
    others = BlockingCommitter(lambda: psycopg.connect(database.app_dsn, autocommit=True))
    others.append(save("connect"))
    client = busy_client(conninfo.make_conninfo(database.app_dsn, application_name="frozen"), 10)
    try:
        with psycopg.connect(database.admin_dsn, autocommit=True) as watcher:
            inside = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'frozen' AND wait_event = 'PgSleep'"
            give_up_at = time.monotonic() + 20
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
