"""Does a log keep its order while 16 writers meet delays, failures and killed backends? One suite for any log."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, Self

import psycopg

from tests.infra.event_store.gap_plan import saves_for
from tests.infra.event_store.gap_readers import Read, Tail
from tests.infra.event_store.gap_writers import Acknowledgement, WriterConfig

ROOT = Path(__file__).parents[3]
WRITERS = 16
PROCESSES = 4
TERMINATE_EVERY_S = 2.0
CATCH_UP_S = 30.0
WRITERS_NAME = "gap-writer"


class Subject(Protocol):
    """A log under test."""

    admin_dsn: str
    writer_dsn: str
    kinds: Sequence[str]
    """What the writer processes are, one by one."""

    def install(self, seed: int) -> None:
        """Put the faults in."""
        ...

    def readers(self, stack: ExitStack) -> dict[str, Read]:
        """Everybody who tails it."""
        ...

    def positions(self) -> list[int]:
        """What it holds in the end, in order."""
        ...


@dataclass
class Seen:
    """What one reader made of the log."""

    missed: int
    out_of_order: int
    doubled: int
    error: str | None

    @property
    def clean(self) -> bool:
        """Everything, once, in order."""
        return not (self.missed or self.out_of_order or self.doubled or self.error)


@dataclass
class Findings:
    """What one run showed."""

    saves: int
    stored: list[int]
    acknowledged: list[Acknowledgement]
    terminated: int
    readers: dict[str, Seen] = field(default_factory=dict)


def judge(tail: Tail, stored: Sequence[int]) -> Seen:
    """Compare what a reader saw with what is there."""
    counts = Counter(tail.seen)
    return Seen(
        missed=len(set(stored) - counts.keys()),
        out_of_order=sum(after <= before for before, after in zip(tail.seen, tail.seen[1:], strict=False)),
        doubled=sum(count - 1 for count in counts.values()),
        error=None if tail.error is None else repr(tail.error),
    )


def run(subject: Subject, events: int, seed: int, patience_s: float = 150.0) -> Findings:
    """Append at least so many events with 16 writers in 4 processes, everybody reading meanwhile."""
    subject.install(seed)
    saves = saves_for(events, WRITERS)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        tails = {name: Tail(name, read) for name, read in subject.readers(stack).items()}
        for tail in tails.values():
            tail.start()
        with terminator(subject.admin_dsn) as killer:
            acknowledged = write(subject, saves, seed, Path(folder), patience_s)
        stored = subject.positions()
        for tail in tails.values():
            tail.last = stored[-1]
        for tail in tails.values():
            tail.join(CATCH_UP_S)
        findings = Findings(saves * WRITERS, stored, acknowledged, killer.terminated)
        findings.readers = {name: judge(tail, stored) for name, tail in tails.items()}
    return findings


def write(subject: Subject, saves: int, seed: int, folder: Path, patience_s: float) -> list[Acknowledgement]:
    """Run the writer processes to their end; a writer that fails fails the run."""
    running: list[tuple[subprocess.Popen[bytes], Path]] = []
    each = WRITERS // PROCESSES
    try:
        for number in range(PROCESSES):
            told = folder / f"acknowledged-{number}.json"
            config = WriterConfig(
                kind=subject.kinds[number % len(subject.kinds)],
                dsn=psycopg.conninfo.make_conninfo(subject.writer_dsn, application_name=WRITERS_NAME),
                writers=list(range(number * each, (number + 1) * each)),
                saves=saves,
                seed=seed,
                acknowledged=str(told),
            )
            config.write(folder / f"writer-{number}.json")
            command = [
                sys.executable,
                "-m",
                "tests.infra.event_store.gap_writers",
                str(folder / f"writer-{number}.json"),
            ]
            running.append((subprocess.Popen(command, cwd=ROOT), told))
        acknowledged: list[Acknowledgement] = []
        for process, told in running:
            assert process.wait(patience_s) == 0, "a writer failed"
            acknowledged += [tuple(one) for one in json.loads(told.read_text())]
        return acknowledged
    finally:
        for process, _ in running:
            process.kill()
            process.wait()


class terminator:  # noqa: N801  reads as a block: with terminator(...)
    """Ends one backend of the writers every 2 s, another one each time."""

    def __init__(self, admin_dsn: str) -> None:
        self.terminated = 0
        self._admin_dsn = admin_dsn
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        with psycopg.connect(self._admin_dsn, autocommit=True) as connection:
            while not self._stop.wait(TERMINATE_EVERY_S):
                found = connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s"
                    " ORDER BY state = 'active' DESC, query_start LIMIT 1",
                    [WRITERS_NAME],
                ).fetchall()
                self.terminated += len(found)
