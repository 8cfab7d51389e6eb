"""How long does an append wait while ANALYZE, VACUUM and CREATE INDEX CONCURRENTLY work on the log?"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import perf_counter
from typing import Final
from uuid import uuid4

import psycopg
import uvloop

from infra.bench.append import CELL, next_save, opening_save
from infra.bench.frame import BenchServer, Report, at_most, bench_server, machine, percentile, summary
from infra.bench.peer import stock_application
from infra.bench.subjects import OurJob, TheirJob
from infra.event_store.committer import Committer

IN_FLIGHT: Final = 16
ROWS: Final = 500_000
QUICK_ROWS: Final = 100_000
ROUNDS: Final = 3
QUIET_S: Final = 0.5
"""Load before the first command and between two: so that every command meets a log in full use."""

PREFILL_OURS: Final = """
INSERT INTO events
SELECT n, 'bench', gen_random_uuid(), 1, 'bench_job.moved', convert_to(repeat('x', 200), 'UTF8'), gen_random_uuid(),
       gen_random_uuid(), NULL, 'system:bench', now(), now()
  FROM generate_series(1, %s) n
"""
PREFILL_STOCK: Final = """
INSERT INTO public.stock_events (originator_id, originator_version, topic, state)
SELECT gen_random_uuid(), 1, 'bench_job.moved', convert_to(repeat('x', 200), 'UTF8') FROM generate_series(1, %s) n
"""
MAINTENANCE: Final = (
    ("analyze", "ANALYZE {table}"),
    ("vacuum", "VACUUM {table}"),
    ("create_index_concurrently", "CREATE INDEX CONCURRENTLY stall_probe ON {table} ({column})"),
    ("drop_index_concurrently", "DROP INDEX CONCURRENTLY {schema}.stall_probe"),
)

Say = Callable[[str], None]
Append = tuple[float, float]
"""When it was begun and when it was done."""


@dataclass(slots=True)
class Side:
    """One side's appends, and when which command ran."""

    appends: list[Append] = field(default_factory=list)
    commands: list[tuple[str, float, float]] = field(default_factory=list)

    def during(self, name: str | None = None) -> list[float]:
        """Latencies (s) of the appends that overlap with the command, or with any of them."""
        windows = [(begun, done) for kind, begun, done in self.commands if name in (None, kind)]
        return [
            done - begun
            for begun, done in self.appends
            if any(begun <= ended and done >= started for started, ended in windows)
        ]

    def calm(self) -> list[float]:
        """Latencies (s) of the appends beside the commands."""
        return [
            done - begun
            for begun, done in self.appends
            if not any(begun <= ended and done >= started for _, started, ended in self.commands)
        ]

    def figures(self) -> dict[str, object]:
        """In milliseconds: beside the commands, during them, and by command its duration and the longest append."""
        by_command = {
            name: {
                "took_ms": round(max(done - begun for kind, begun, done in self.commands if kind == name) * 1e3, 1),
                "appends": len(latencies := self.during(name)),
                "longest_append_ms": round(max(latencies, default=0.0) * 1e3, 1),
            }
            for name, _ in MAINTENANCE
        }
        during = self.during()
        return {"calm": summary(self.calm()), "during": summary(during), "appends_during": len(during), **by_command}


@contextmanager
def maintenance(admin_dsn: str, schema: str, table: str, column: str, side: Side) -> Iterator[threading.Event]:
    """Runs each command once in a thread of its own; the event is set when all are through."""
    through = threading.Event()
    failed: list[Exception] = []

    def work() -> None:
        try:
            with psycopg.connect(admin_dsn, autocommit=True) as connection:
                for name, template in MAINTENANCE:
                    time.sleep(QUIET_S)
                    command = template.format(table=f"{schema}.{table}", column=column, schema=schema)
                    begun = perf_counter()
                    connection.execute(command.encode())
                    side.commands.append((name, begun, perf_counter()))
                time.sleep(QUIET_S)
        except Exception as error:  # noqa: BLE001  told by the caller's thread
            failed.append(error)
        finally:
            through.set()

    thread = threading.Thread(target=work)
    thread.start()
    yield through
    thread.join()
    if failed:
        raise failed[0]


async def append_ours(dsn: str, through: threading.Event, side: Side) -> None:
    """16 tasks, each with a loaded job, one save after another until maintenance is through."""
    committer = Committer(lambda: psycopg.AsyncConnection.connect(dsn, autocommit=True))
    jobs = [OurJob.open(uuid4(), uuid4(), datetime.now(UTC)) for _ in range(IN_FLIGHT)]
    await asyncio.gather(*[committer.append(opening_save(job)) for job in jobs])

    async def client(job: OurJob) -> None:
        while not through.is_set():
            begun = perf_counter()
            await committer.append(next_save(job))
            side.appends.append((begun, perf_counter()))

    await asyncio.gather(*[client(job) for job in jobs])
    await committer.close()


def append_stock(url: str, through: threading.Event, side: Side) -> None:
    """The library: 16 threads, each with a loaded job."""
    application = stock_application(url, create=False)
    jobs = [TheirJob.open(uuid4(), uuid4(), datetime.now(UTC)) for _ in range(IN_FLIGHT)]
    application.save(*jobs)

    def client(job: TheirJob) -> None:
        while not through.is_set():
            begun = perf_counter()
            job.move(job.customer_id, CELL, datetime.now(UTC))
            application.save(job)
            side.appends.append((begun, perf_counter()))

    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        list(pool.map(client, jobs))
    application.close()


def fill(server: BenchServer, url: str, rows: int) -> None:
    """The same number of rows on both sides."""
    stock_application(url).close()
    with psycopg.connect(server.admin_dsn, autocommit=True) as connection:
        connection.execute(PREFILL_OURS, [rows])
        connection.execute(PREFILL_STOCK, [rows])
        connection.execute("CHECKPOINT")


def run(*, quick: bool, say: Say) -> Report:
    """Both sides in turns on one server; ``quick`` has fewer rows and one round."""
    rows, rounds = (QUICK_ROWS, 1) if quick else (ROWS, ROUNDS)
    ours, stock = Side(), Side()
    with bench_server() as server:
        url = server.server.url("postgres", "bench-only", "bench")
        say(f"filling {rows:,} rows each")
        fill(server, url, rows)
        for number in range(rounds):
            say(f"round {number + 1} of {rounds}: stock")
            with maintenance(server.admin_dsn, "public", "stock_events", "topic", stock) as through:
                append_stock(url, through, stock)
            say(f"round {number + 1} of {rounds}: ours")
            with maintenance(server.admin_dsn, server.settings.cell, "events", "topic", ours) as through:
                uvloop.run(append_ours(server.app_dsn, through, ours))
    during = ours.during()
    return Report(
        bench="stall",
        machine=machine(),
        setting={"rows": rows, "rounds": rounds, "in_flight": IN_FLIGHT, "stock_pool": 15},
        figures={"ours": ours.figures(), "stock": stock.figures()},
        bars=[
            at_most("append_during_maintenance_p999_ms", percentile(during, 0.999) * 1e3, 25),
            at_most("append_during_maintenance_max_ms", max(during) * 1e3, 100),
        ],
    )
