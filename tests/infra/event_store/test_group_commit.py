"""Does each save of a batch live or fail by itself, and does nobody wait for ever?"""

from __future__ import annotations

import asyncio
import hashlib
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from application.log import LogUnavailable, NewEvent, Receipt, Save
from infra.event_store.blocking import BlockingCommitter
from infra.event_store.committer import CommitLimits, Committer
from tests.infra.event_store.rivals import COMMANDS
from tests.support.saves import NOON, event, save, stream

if TYPE_CHECKING:
    from tests.support.servers import Database

PATIENCE_S = 90.0
ROOT = Path(__file__).parents[3]
Outcome = Receipt | BaseException
AppendAll = Callable[["Database", Sequence[Save]], list[Outcome]]


ONE_LANE = CommitLimits(lanes=1)
"""Everything that waits travels in one batch; over several lanes the order of saves is not promised."""


def through_asyncio(database: Database, saves: Sequence[Save], limits: CommitLimits | None = None) -> list[Outcome]:
    """All at once through the committer of the loop."""

    async def send() -> list[Outcome]:
        committer = Committer(lambda: psycopg.AsyncConnection.connect(database.app_dsn, autocommit=True), limits)
        async with asyncio.timeout(PATIENCE_S):
            told = await asyncio.gather(*(committer.append(one) for one in saves), return_exceptions=True)
        await committer.close()
        return told

    return asyncio.run(send())


def through_threads(database: Database, saves: Sequence[Save]) -> list[Outcome]:
    """A thread each through the committer of threads."""
    committer = BlockingCommitter(lambda: psycopg.connect(database.app_dsn, autocommit=True))
    told: list[Outcome] = [TimeoutError("never told")] * len(saves)

    def send(number: int) -> None:
        try:
            told[number] = committer.append(saves[number])
        except Exception as error:  # noqa: BLE001  judged by the test
            told[number] = error

    threads = [threading.Thread(target=send, args=[number], daemon=True) for number in range(len(saves))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S / len(threads))
    if not any(thread.is_alive() for thread in threads):
        committer.close()
    return told


BOTH = pytest.mark.parametrize("append_all", [through_asyncio, through_threads])

BAD = stream("bad")

UNSTORABLE = {
    "a NUL in a text": NewEvent(BAD, None, "thing.\0", b"{}", NOON),
    "half a surrogate": NewEvent(BAD, None, "thing.\ud800", b"{}", NOON),
    "a version beyond any": NewEvent(BAD, 2**63, "thing.done", b"{}", NOON),
    "an instant without a zone": NewEvent(BAD, None, "thing.done", b"{}", NOON.replace(tzinfo=None)),
    "a payload that is no bytes": NewEvent(BAD, None, "thing.done", "{}", NOON),  # type: ignore[arg-type]  # on purpose
    "a stream that is no id": NewEvent("bad", None, "thing.done", b"{}", NOON),  # type: ignore[arg-type]  # on purpose
}


def events_in(database: Database) -> list[tuple[int, str]]:
    with psycopg.connect(database.admin_dsn) as connection:
        return connection.execute("SELECT position, topic FROM events ORDER BY position").fetchall()


@BOTH
@pytest.mark.parametrize("bad", UNSTORABLE.values(), ids=UNSTORABLE.keys())
def test_a_save_that_cannot_be_stored_fails_alone(database: Database, append_all: AppendAll, bad: NewEvent) -> None:
    saves = [save(f"k{n}", event(f"good {n}"), bad) if n == 4 else save(f"k{n}", event(f"good {n}")) for n in range(9)]
    told = append_all(database, saves)
    assert isinstance(told[4], Exception)
    assert not isinstance(told[4], LogUnavailable)
    assert [n for n, one in enumerate(told) if not isinstance(one, Receipt)] == [4]
    assert [position for position, _ in events_in(database)] == list(range(1, 9))


@BOTH
def test_a_tenant_too_long_for_the_index_fails_alone_and_at_once(database: Database, append_all: AppendAll) -> None:
    """PostgreSQL files this under the errors of an overloaded server, which are worth a retry. This one is not."""
    long = "".join(hashlib.sha256(b"%d" % n).hexdigest() for n in range(500))  # nothing that could be compressed
    saves = [save(f"k{n}", event("good"), tenant=long if n == 2 else "demo") for n in range(6)]
    told = append_all(database, saves)
    assert [n for n, one in enumerate(told) if not isinstance(one, Receipt)] == [2]
    assert not isinstance(told[2], LogUnavailable)


@BOTH
def test_a_full_queue_is_said_at_once(database: Database, append_all: AppendAll) -> None:
    async def send() -> list[Outcome]:
        limits = CommitLimits(most_waiting=3)
        committer = Committer(lambda: psycopg.AsyncConnection.connect(database.app_dsn, autocommit=True), limits)
        told = await asyncio.gather(*(committer.append(save(f"k{n}")) for n in range(10)), return_exceptions=True)
        await committer.close()
        return told

    assert append_all is not None
    told = asyncio.run(send())
    assert sum(isinstance(one, Receipt) for one in told) == 3
    assert sum(isinstance(one, LogUnavailable) for one in told) == 7


def test_commands_of_two_processes_at_once_are_each_done_once(database: Database) -> None:
    command = [sys.executable, "-m", "tests.infra.event_store.rivals", database.app_dsn]
    rivals = [
        subprocess.Popen([*command, name], cwd=ROOT, stdout=subprocess.PIPE, text=True) for name in ("one", "two")
    ]
    told = [json.loads(rival.communicate(timeout=60)[0]) for rival in rivals]
    assert all(rival.returncode == 0 for rival in rivals)
    for (position, answer, replayed), (their_position, their_answer, their_replayed) in zip(*told, strict=True):
        assert (position, answer) == (their_position, their_answer)
        assert replayed is not their_replayed, "done by both, or by nobody"
    winners = {answer.split('"')[3].split()[0] for _, answer, _ in told[0]}
    assert winners == {"one", "two"}, "they did not meet"
    with psycopg.connect(database.admin_dsn) as connection:
        row = connection.execute("SELECT count(*), count(DISTINCT command_id), max(position) FROM events").fetchone()
        assert row == (2 * COMMANDS, COMMANDS, 2 * COMMANDS)


def test_a_stream_shared_by_saves_of_one_batch_keeps_their_order(database: Database) -> None:
    told = through_asyncio(database, [save(f"k{n}", event("a", n)) for n in range(1, 20)], ONE_LANE)
    assert [one.position for one in told if isinstance(one, Receipt)] == list(range(1, 20))
