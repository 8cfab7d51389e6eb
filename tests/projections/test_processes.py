"""Does a projector process that is killed, frozen or replaced leave read models that equal their rebuild?"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing.process import BaseProcess

import psycopg
import pytest

from infra.embedded.ports import free_port
from infra.projections.facts import Connection
from infra.projections.install import install_read_models
from infra.projections.projector import Projector
from infra.projections.verify import verify
from infra.settings import Settings
from projections.catalog import READ_MODELS
from tests.projections.telling import a_busy_log, caught_up, eventually, tell
from tests.support.servers import Database, PrivatePostgres

# A forked copy of a process that has imported everything: a start costs milliseconds, so that twenty fit into a test.
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["interfaces.projector.main"])

Start = Callable[[], BaseProcess]


def _serve(settings: Settings) -> None:
    from interfaces.projector.main import serve

    serve(settings)


@pytest.fixture
def start_process(cell: Database) -> Iterator[Start]:
    """Starts projector processes, as `vehicaid projector` does, and ends what is left of them."""
    started: list[BaseProcess] = []

    def start() -> BaseProcess:
        settings = cell.settings.model_copy(update={"projector_metrics_port": free_port(), "log_level": "error"})
        process = _processes.Process(target=_serve, args=(settings,), daemon=True)
        process.start()
        started.append(process)
        return process

    yield start
    for process in started:
        with suppress(ProcessLookupError):
            os.kill(process.pid or 0, signal.SIGCONT)
        process.kill()
        process.join()


def leading_backends(eye: Connection) -> list[int]:
    """The session that leads, once for each projection that is led."""
    rows = eye.execute(
        "SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND granted"
        " AND application_name LIKE 'vehicaid-projection-%' AND pg_stat_activity.datname = current_database()"
    ).fetchall()
    return [int(str(row[0])) for row in rows]


def standing_by(eye: Connection) -> int:
    """How many sessions wait for their turn."""
    row = eye.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'vehicaid-projection-%'"
        " AND datname = current_database()"
    ).fetchone()
    assert row is not None
    return int(str(row[0])) - len(set(leading_backends(eye)))


def all_equal(cell: Database) -> bool:
    """Whether every read model equals its rebuild."""
    return all(verify(cell.settings, model).none for model in READ_MODELS)


def killed_again_and_again(cell: Database, eye: Connection, start_process: Start, kills: int, seed: int) -> None:
    """A new projector after every kill, under load, until so many were killed; then everything is equal."""
    chance = random.Random(seed)  # noqa: S311  (a seed, so that a failure can be told again)
    tell(cell, seed, 2_000)
    with a_busy_log(cell, seed + 1, pause_s=0.002):
        for _ in range(kills):
            process = start_process()
            time.sleep(chance.uniform(0.0, 0.5))
            assert process.is_alive()
            os.kill(process.pid or 0, signal.SIGKILL)
            process.join()
    start_process()
    eventually(lambda: caught_up(eye), "the last projector saw everything", 90)
    assert all_equal(cell)


def test_a_projector_killed_at_random_points_leaves_equal_digests(
    cell: Database, eye: Connection, start_process: Start
) -> None:
    killed_again_and_again(cell, eye, start_process, 20, 1)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_projector_killed_two_hundred_times_leaves_equal_digests(
    cell: Database, eye: Connection, start_process: Start
) -> None:
    killed_again_and_again(cell, eye, start_process, 200, 2)


def test_a_database_that_is_killed_leaves_equal_digests(private_postgres: PrivatePostgres) -> None:
    """What was seen but not durable is gone with it, in the log and in memory alike."""
    cell = private_postgres.database
    install_read_models(cell.settings)
    tell(cell, 7, 1_000)
    projector = Projector(cell.settings)
    projector.start()
    try:
        with a_busy_log(cell, 8) as done:
            for _ in range(3):
                so_far = done()
                eventually(lambda at_least=so_far + 40: done() > at_least, "commands were done")  # type: ignore[misc]
                private_postgres.kill()
                private_postgres.start()
        with psycopg.connect(cell.app_dsn, autocommit=True) as eye:
            eventually(lambda: caught_up(eye), "the projector saw everything")
        assert all_equal(cell)
    finally:
        projector.stop()


def two_projectors(eye: Connection, start_process: Start) -> tuple[BaseProcess, set[int]]:
    """A leader and a standby; the leader's process, and its sessions."""
    leader = start_process()
    eventually(lambda: len(leading_backends(eye)) == len(READ_MODELS), "the first leads")
    sessions = set(leading_backends(eye))
    start_process()
    eventually(lambda: standing_by(eye) == 1, "the second stands by")
    return leader, sessions


def taken_over(eye: Connection, before: set[int]) -> bool:
    """Whether all are led by others than before."""
    now = leading_backends(eye)
    return len(now) == len(READ_MODELS) and not before.intersection(now)


def test_the_standby_takes_over_from_a_killed_leader(cell: Database, eye: Connection, start_process: Start) -> None:
    leader, before = two_projectors(eye, start_process)
    with a_busy_log(cell, 5, pause_s=0.002) as done:
        eventually(lambda: done() > 20, "commands were done")
        os.kill(leader.pid or 0, signal.SIGKILL)
        eventually(lambda: taken_over(eye, before), "the standby leads")
    eventually(lambda: caught_up(eye), "the standby saw everything")
    assert all_equal(cell)


def test_the_standby_takes_over_from_a_frozen_leader_which_then_writes_nothing(
    cell: Database, eye: Connection, start_process: Start
) -> None:
    leader, before = two_projectors(eye, start_process)
    with a_busy_log(cell, 6, pause_s=0.002) as done:
        eventually(lambda: done() > 20, "commands were done")
        os.kill(leader.pid or 0, signal.SIGSTOP)
        eventually(lambda: taken_over(eye, before), "the standby leads")
        so_far = done()
        eventually(lambda: done() > so_far + 20, "commands were done after the takeover")
        os.kill(leader.pid or 0, signal.SIGCONT)
        so_far = done()
        eventually(lambda: done() > so_far + 50, "commands were done after the zombie woke")
    eventually(lambda: caught_up(eye), "the standby saw everything")
    assert all_equal(cell)


def test_a_projector_that_is_asked_to_stop_stops(eye: Connection, start_process: Start) -> None:
    process = start_process()
    eventually(lambda: len(leading_backends(eye)) == len(READ_MODELS), "it leads")
    process.terminate()
    process.join(10)
    assert process.exitcode == 0
    assert not leading_backends(eye)
