"""What does a reader notice: how soon a write is seen, how long a swap holds it up, how soon a standby takes over?"""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection as Pipe
from multiprocessing.process import BaseProcess
from typing import Final
from uuid import uuid4

import psycopg
from psycopg_pool import AsyncConnectionPool

from application.log import CommandContext, Save, fingerprint_of
from infra.bench.frame import percentile, summary
from infra.bench.history import RoadsideHistory, Step
from infra.database_url import app_dsn
from infra.event_store.blocking import BlockingCommitter
from infra.event_store.log import PostgresEventLog
from infra.projections.collector import be_a_projector
from infra.projections.projector import Projector
from infra.projections.rebuild import rebuild, roll_back
from infra.projections.waiting import ProjectionWaiter
from infra.settings import Settings
from infra.telemetry.logging import configure_logging
from projections.catalog import READ_MODELS, read_model

Figures = dict[str, dict[str, float]]

LONGEST_WAIT_S: Final = 60.0
# Idle: no command comes before the one before has long been seen.
BETWEEN_COMMANDS_S: Final = (0.005, 0.03)
BETWEEN_SWAPS_S: Final = 0.1
BOARD: Final = "request_board"
_SEEN: Final = "SELECT FROM audit_trail WHERE tenant = 'demo' AND position = %s"
LOOK_EVERY_S: Final = 0.0002
_LEADERS: Final = (
    "SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND granted"
    " AND application_name LIKE 'vehicaid-projection-%' AND datname = current_database()"
)
_SESSIONS: Final = (
    "SELECT pid FROM pg_stat_activity"
    " WHERE application_name LIKE 'vehicaid-projection-%' AND datname = current_database()"
)
_processes = multiprocessing.get_context("spawn")


def measure_visibility(settings: Settings, samples: int) -> Figures:
    """From the acknowledgement of an append to a row that says so, and a command with the query after it."""
    with _projector(settings), psycopg.connect(app_dsn(settings), autocommit=True) as eye:
        _leaders_become(eye, set())
        return {
            "commit_to_visible": summary(_commit_to_visible(settings, samples)),
            **{name: summary(taken) for name, taken in asyncio.run(_command_then_query(settings, samples)).items()},
        }


def measure_swap(settings: Settings, swaps: int) -> Figures:
    """The longest that a reader had to wait for one read while a generation was swapped, under write load."""
    model = read_model(BOARD)
    held: list[float] = []
    windows: list[tuple[float, float]] = []
    with _projector(settings), _writer(settings), _reader(settings) as reader:
        rebuild(settings, model, confirm=lambda _differences: True)
        for _ in range(swaps):
            time.sleep(BETWEEN_SWAPS_S)
            begun = time.monotonic()
            held.append(roll_back(settings, model).held_ms)
            windows.append((begun, time.monotonic()))
        reads = reader.finish()
    during = [took for at, took in reads if any(begun <= at + took and at <= ended for begun, ended in windows)]
    return {
        "swap": {
            "swaps": swaps,
            "pause_max_ms": round(max(during) * 1e3, 3),
            "pause_p99_ms": round(percentile(during, 0.99) * 1e3, 3),
            "view_held_max_ms": round(max(held), 3),
            "reads_during": len(during),
        }
    }


def measure_takeover(settings: Settings) -> float:
    """Seconds from kill -9 of the projector that leads until another leads all read models."""
    with _projector(settings) as leader, psycopg.connect(app_dsn(settings), autocommit=True) as eye:
        before = _leaders_become(eye, set())
        with _projector(settings):
            _until(lambda: _sessions(eye) == 2, "the second projector stands by")
            time.sleep(0.5)
            leader.kill()
            killed_at = time.monotonic()
            _leaders_become(eye, before)
            return time.monotonic() - killed_at


def _leaders_become(eye: psycopg.Connection[tuple[object, ...]], other_than: set[object]) -> set[object]:
    leaders: list[object] = []

    def led() -> bool:
        nonlocal leaders
        leaders = [row[0] for row in eye.execute(_LEADERS).fetchall()]
        return len(leaders) == len(READ_MODELS) and not other_than.intersection(leaders)

    _until(led, "somebody leads")
    return set(leaders)


def _sessions(eye: psycopg.Connection[tuple[object, ...]]) -> int:
    return len(eye.execute(_SESSIONS).fetchall())


def _until(holds: Callable[[], bool], what: str) -> None:
    give_up_at = time.monotonic() + LONGEST_WAIT_S
    while not holds():
        if time.monotonic() > give_up_at:
            raise TimeoutError(f"not within {LONGEST_WAIT_S} s: {what}")
        time.sleep(0.002)


def _commit_to_visible(settings: Settings, samples: int) -> list[float]:
    log = BlockingCommitter(lambda: psycopg.connect(app_dsn(settings), autocommit=True))
    chance = random.Random(7)  # noqa: S311  (only spreads the commands)
    taken: list[float] = []
    with psycopg.connect(app_dsn(settings), autocommit=True) as eye:
        for step, _ in zip(RoadsideHistory(11).steps(), range(samples), strict=False):
            position = log.append(_save(step)).position
            committed_at = time.perf_counter()
            while eye.execute(_SEEN, (position,), prepare=True).rowcount == 0:
                time.sleep(LOOK_EVERY_S)
            taken.append(time.perf_counter() - committed_at)
            time.sleep(chance.uniform(*BETWEEN_COMMANDS_S))
    log.close()
    return taken


async def _command_then_query(settings: Settings, samples: int) -> dict[str, list[float]]:
    """As the API does it: append, then wait for min_position, then read through the pool; in all, and part by part."""
    chance = random.Random(8)  # noqa: S311
    names = ("command_then_query", "of_it_command", "of_it_waiting", "of_it_query")
    taken: dict[str, list[float]] = {name: [] for name in names}
    dsn = app_dsn(settings)
    waiter = ProjectionWaiter(settings)
    await waiter.start()
    async with AsyncConnectionPool(dsn, min_size=2, max_size=4, kwargs={"autocommit": True}) as pool:
        log = PostgresEventLog(dsn, pool)
        for step, _ in zip(RoadsideHistory(12).steps(), range(samples), strict=False):
            begun = time.perf_counter()
            receipt = await log.append(_save(step))
            told = time.perf_counter()
            await waiter.wait_for(BOARD, receipt.position)
            seen = time.perf_counter()
            async with pool.connection() as connection:
                cursor = await connection.execute(
                    "SELECT state, version FROM request_board WHERE tenant = %s AND request_id = %s",
                    ("demo", step.events[0].stream_id),
                    prepare=True,
                )
                await cursor.fetchone()
            done = time.perf_counter()
            for name, part in zip(names, (done - begun, told - begun, seen - told, done - seen), strict=True):
                taken[name].append(part)
            await asyncio.sleep(chance.uniform(*BETWEEN_COMMANDS_S))
        await log.close()
    await waiter.stop()
    return taken


def _save(step: Step) -> Save:
    key = str(uuid4())
    at = step.events[0].occurred_at
    return Save(CommandContext("demo", step.actor, key, fingerprint_of(key), uuid4(), at), step.events)


@contextmanager
def _projector(settings: Settings) -> Iterator[BaseProcess]:
    """A projector process of its own."""
    process = _processes.Process(target=_project, args=(settings,), daemon=True)
    process.start()
    try:
        yield process
    finally:
        process.terminate()
        process.join()


def _project(settings: Settings) -> None:
    configure_logging("error", "projector")
    projector = Projector(settings)
    be_a_projector()
    projector.start()
    signal.sigwait({signal.SIGTERM})


@contextmanager
def _writer(settings: Settings) -> Iterator[None]:
    """Somebody who appends all the time, in a process of its own."""
    process = _processes.Process(target=_write, args=(settings,), daemon=True)
    process.start()
    try:
        yield
    finally:
        process.kill()
        process.join()


def _write(settings: Settings) -> None:
    log = BlockingCommitter(lambda: psycopg.connect(app_dsn(settings), autocommit=True))
    for step in RoadsideHistory(random.getrandbits(32)).steps():
        log.append(_save(step))
        time.sleep(0.005)


class _Reader:
    """Reads all the time in a process of its own; tells at the end when each read began and how long it took."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe

    def finish(self) -> list[tuple[float, float]]:
        """All reads."""
        self._pipe.send("finish")
        reads: list[tuple[float, float]] = self._pipe.recv()
        return reads


@contextmanager
def _reader(settings: Settings) -> Iterator[_Reader]:
    ours, theirs = _processes.Pipe()
    process = _processes.Process(target=_read, args=(settings, theirs), daemon=True)
    process.start()
    try:
        ours.recv()  # it reads
        yield _Reader(ours)
    finally:
        process.kill()
        process.join()


def _read(settings: Settings, pipe: Pipe) -> None:
    reads: list[tuple[float, float]] = []
    with psycopg.connect(app_dsn(settings), autocommit=True) as connection:
        pipe.send("reading")
        while not pipe.poll():
            begun = time.monotonic()
            connection.execute(
                "SELECT state FROM request_board WHERE tenant = 'demo' ORDER BY created_at DESC LIMIT 20", prepare=True
            ).fetchall()
            reads.append((begun, time.monotonic() - begun))
            time.sleep(0.001)
    pipe.send(reads)
