"""What runs in one writer process of the gap suite? `python -m ... CONFIG.json`: saves until all are acknowledged."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import psycopg

from application.log import LogUnavailable, Receipt, Save
from infra.event_store.blocking import BlockingCommitter
from infra.event_store.committer import Committer
from tests.infra.event_store.gap_plan import Step, steps
from tests.support.saves import stream

GIVE_UP_AFTER_S = 120.0
PASSING = (LogUnavailable, psycopg.DatabaseError)


@dataclass(frozen=True)
class WriterConfig:
    """One process with several writers."""

    kind: str
    """``threads`` or ``asyncio`` on our log; ``stock`` or ``stock-functions`` on the library's recorder."""
    dsn: str
    writers: list[int]
    saves: int
    seed: int
    acknowledged: str

    def write(self, path: Path) -> None:
        """For the process to read."""
        path.write_text(json.dumps(asdict(self)))


Acknowledgement = tuple[str, int, int, bool]
"""Key, first and last position, whether it was the answer to a repetition."""


def insist(step: Step, attempt: Callable[[], Receipt | None], passing: tuple[type[Exception], ...]) -> Acknowledgement:
    """Send the same save until it is acknowledged."""
    give_up_at = time.monotonic() + GIVE_UP_AFTER_S
    while True:
        try:
            receipt = attempt()
        except passing:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.001)
        else:
            return told(step, receipt)


def told(step: Step, receipt: Receipt | None) -> Acknowledgement:
    if receipt is None:
        return step.key, 0, 0, True
    return step.key, receipt.first_position, receipt.position, receipt.replayed


async def insist_on(committer: Committer, step: Step, save: Save) -> Acknowledgement:
    give_up_at = time.monotonic() + GIVE_UP_AFTER_S
    while True:
        try:
            return told(step, await committer.append(save))
        except PASSING:
            if time.monotonic() > give_up_at:
                raise
            await asyncio.sleep(0.001)


def run_threads(
    config: WriterConfig,
    append: Callable[[Step], Receipt | None],
    passing: tuple[type[Exception], ...] = PASSING,
) -> list[Acknowledgement]:
    acknowledged: list[Acknowledgement] = []
    failures: list[BaseException] = []

    def write(writer: int) -> None:
        try:
            for step in steps(writer, config.saves):
                answer = insist(step, partial(append, step), passing)
                acknowledged.append(answer)
        except BaseException as error:  # noqa: BLE001  handed to the parent
            failures.append(error)

    threads = [threading.Thread(target=write, args=[writer]) for writer in config.writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return acknowledged


async def run_tasks(config: WriterConfig) -> list[Acknowledgement]:
    committer = Committer(lambda: psycopg.AsyncConnection.connect(config.dsn, autocommit=True))

    async def write(writer: int) -> list[Acknowledgement]:
        return [await insist_on(committer, step, step.save()) for step in steps(writer, config.saves)]

    done = await asyncio.gather(*(write(writer) for writer in config.writers))
    await committer.close()
    return [one for several in done for one in several]


def run_stock(config: WriterConfig) -> list[Acknowledgement]:
    from eventsourcing.persistence import IntegrityError, PersistenceError, StoredEvent

    from tests.infra.event_store.gap_stock import stock_recorder  # the others start without it

    recorder, close = stock_recorder(config.dsn, functions=config.kind == "stock-functions", create=False)

    def append(step: Step) -> None:
        """It knows no events without a version, and what it stored before a lost reply it takes for a conflict."""
        events = [
            StoredEvent(stream(step.own), step.first_version + i, "thing.done", b"{}") for i in range(step.events)
        ]
        with contextlib.suppress(IntegrityError):
            recorder.insert_events(events)

    try:
        return run_threads(config, append, (PersistenceError,))
    finally:
        close()


def run(config: WriterConfig) -> list[Acknowledgement]:
    """All saves of this process."""
    if config.kind == "asyncio":
        return asyncio.run(run_tasks(config))
    if config.kind == "threads":
        committer = BlockingCommitter(lambda: psycopg.connect(config.dsn, autocommit=True))
        try:
            return run_threads(config, lambda step: committer.append(step.save()))
        finally:
            committer.close()
    return run_stock(config)


if __name__ == "__main__":
    given = WriterConfig(**json.loads(Path(sys.argv[1]).read_text()))
    Path(given.acknowledged).write_text(json.dumps(run(given)))
