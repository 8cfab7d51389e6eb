"""How fast are one-event commands made durable, against the library's stock recorder on the same server?"""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter
from typing import TypeVar
from uuid import uuid4

import psycopg
import uvloop

from application.log import CommandContext, Save, fingerprint_of
from infra.bench.frame import (
    BenchServer,
    Report,
    at_least,
    at_most,
    bench_server,
    machine,
    make_database,
    median_ratio,
    percentile,
    summary,
)
from infra.bench.many_processes import from_processes
from infra.bench.peer import stock_application
from infra.bench.raw import raw_inserts
from infra.bench.subjects import OurJob, TheirJob
from infra.database_url import app_dsn
from infra.event_store import codec
from infra.event_store.blocking import BlockingCommitter
from infra.event_store.committer import CommitLimits, Committer

CELL = "8a618925a6cffff"

Say = Callable[[str], None]
J = TypeVar("J")


@dataclass(frozen=True, slots=True)
class Plan:
    """How long everything takes."""

    rounds: int
    seconds: float


@dataclass(slots=True)
class Side:
    """One side's rates (1/s) by round and its latencies (s)."""

    rates: list[float]
    latencies: list[float]


def next_save(job: OurJob) -> Save:
    """The next move of a loaded job as a command with its receipt: key, fingerprint, ids, answer.

    The key is the caller's, made elsewhere; here it only has to differ. The job is the story it correlates with.
    """
    at = datetime.now(UTC)
    job.move(job.customer_id, CELL, at)
    fact = codec.encode(job.collect_events()[0])
    key = f"{job.id}-{job.version}"
    context = CommandContext("bench", "system:bench", key, fingerprint_of(key), job.id, at)
    return Save(context, (fact,), b'{"done":{"id":"x","version":%d}}' % job.version)


def opening_save(job: OurJob) -> Save:
    """The first event of a job, so that what is measured starts from a stream that exists."""
    at = datetime.now(UTC)
    fact = codec.encode(job.collect_events()[0])
    return Save(CommandContext("bench", "system:bench", str(uuid4()), b"0" * 16, uuid4(), at), (fact,))


async def ours_from_asyncio(dsn: str, in_flight: int, seconds: float, side: Side) -> None:
    """Closed loop: ``in_flight`` tasks, each with a loaded job, each awaiting its save."""
    committer = Committer(lambda: psycopg.AsyncConnection.connect(dsn, autocommit=True))
    jobs = [OurJob.open(uuid4(), uuid4(), datetime.now(UTC)) for _ in range(in_flight)]
    for job in jobs:
        await committer.append(opening_save(job))
    latencies: list[float] = []
    begun = perf_counter()

    async def client(job: OurJob) -> None:
        while (started := perf_counter()) < begun + seconds:
            await committer.append(next_save(job))
            latencies.append(perf_counter() - started)

    await asyncio.gather(*[client(job) for job in jobs])
    side.rates.append(len(latencies) / (perf_counter() - begun))
    side.latencies += latencies
    await committer.close()


async def ours_at_a_fixed_rate(dsn: str, rate: float, seconds: float) -> list[float]:
    """Open loop: a save every 1/rate seconds whether or not the others are done; latency from when it was due."""
    committer = Committer(lambda: psycopg.AsyncConnection.connect(dsn, autocommit=True))
    latencies: list[float] = []

    async def one(job: OurJob, due: float) -> None:
        await committer.append(next_save(job))
        latencies.append(perf_counter() - due)

    free = [OurJob.open(uuid4(), uuid4(), datetime.now(UTC)) for _ in range(int(rate * seconds) + 1)]
    for start in range(0, len(free), 500):
        await asyncio.gather(*[committer.append(opening_save(job)) for job in free[start : start + 500]])
    tasks: list[asyncio.Task[None]] = []
    begun = perf_counter()
    for number, job in enumerate(free):
        due = begun + number / rate
        if (wait := due - perf_counter()) > 0:
            await asyncio.sleep(wait)
        tasks.append(asyncio.get_running_loop().create_task(one(job, due)))
    await asyncio.gather(*tasks)
    await committer.close()
    return latencies


def ours_from_threads(dsn: str, threads: int, seconds: float, side: Side) -> None:
    """Closed loop from threads, which share one committer."""
    committer = BlockingCommitter(lambda: psycopg.connect(dsn, autocommit=True))
    jobs = [OurJob.open(uuid4(), uuid4(), datetime.now(UTC)) for _ in range(threads)]
    for job in jobs:
        committer.append(opening_save(job))
    _threads(lambda job: committer.append(next_save(job)), jobs, seconds, side)
    committer.close()


def stock_in_a_process(url: str, seconds: float) -> float:
    """The rate of the library with one save in flight, where its tables exist already."""
    side = Side([], [])
    stock_from_threads(url, 1, seconds, side, create=False)
    return side.rates[0]


def ours_in_a_process(dsn: str, seconds: float) -> float:
    """Our rate with one save in flight."""
    side = Side([], [])
    ours_from_threads(dsn, 1, seconds, side)
    return side.rates[0]


def stock_from_threads(url: str, threads: int, seconds: float, side: Side, *, create: bool = True) -> None:
    """The library: its saves block, so as many threads as saves in flight."""
    application = stock_application(url, create=create)
    jobs = [TheirJob.open(uuid4(), uuid4(), datetime.now(UTC)) for _ in range(threads)]
    application.save(*jobs)

    def save(job: TheirJob) -> None:
        job.move(job.customer_id, CELL, datetime.now(UTC))
        application.save(job)

    _threads(save, jobs, seconds, side)
    application.close()


def _threads(save: Callable[[J], object], jobs: list[J], seconds: float, side: Side) -> None:
    begun = perf_counter()

    def client(job: J) -> list[float]:
        latencies: list[float] = []
        while (started := perf_counter()) < begun + seconds:
            save(job)
            latencies.append(perf_counter() - started)
        return latencies

    with ThreadPoolExecutor(len(jobs)) as pool:
        latencies = [value for some in pool.map(client, jobs) for value in some]
    side.rates.append(len(latencies) / (perf_counter() - begun))
    side.latencies += latencies


def run(*, quick: bool, say: Say) -> Report:
    """All cases; ``quick`` is shorter and as honest, only noisier."""
    plan = Plan(rounds=3, seconds=1.0) if quick else Plan(rounds=7, seconds=2.0)
    with bench_server() as server:
        comparison = Comparison(plan, server)
        for in_flight in (1, 16, 64):
            say(f"asyncio, {in_flight} in flight")
            comparison.from_asyncio(in_flight)
        say("64 threads")
        comparison.from_threads(64)
        say("16 processes")
        comparison.from_processes(16)
        say("raw inserts, 1,000 a commit")
        figures = comparison.figures
        share = _share_of_raw(server.admin_dsn, server.app_dsn, plan, figures)
        say("fixed arrival rate")
        latencies = uvloop.run(ours_at_a_fixed_rate(server.app_dsn, 2000.0, plan.seconds * 2))
        figures["fixed_rate_2000_per_s"] = summary(latencies)
    ratios = comparison.ratios
    return Report(
        bench="append",
        machine=machine(),
        setting={"rounds": plan.rounds, "seconds": plan.seconds, "lanes": CommitLimits().lanes, "stock_pool": 15},
        figures=figures,
        bars=[
            at_least("append_1_in_flight_x", ratios["asyncio_1"], 1.3),
            at_least("append_16_in_flight_x", ratios["asyncio_16"], 9),
            at_least("append_64_in_flight_x", ratios["asyncio_64"], 18),
            at_most("append_64_in_flight_p99_ms", comparison.p99_ms["asyncio_64"], 10),
            at_least("append_64_threads_x", ratios["threads_64"], 8),
            at_least("append_16_processes_x", ratios["processes_16"], 4),
            at_least("append_share_of_raw_inserts", share, 0.2),
        ],
    )


class Comparison:
    """Rounds of the library and of ours in turn, case by case."""

    def __init__(self, plan: Plan, server: BenchServer) -> None:
        self._plan = plan
        self._server = server
        self.figures: dict[str, object] = {}
        self.ratios: dict[str, float] = {}
        self.p99_ms: dict[str, float] = {}

    def _database(self, case: str) -> tuple[str, str]:
        """A new database, ours and the library's tables empty: else we, being faster, write to ever larger ones."""
        settings = make_database(self._server.server, case)
        return app_dsn(settings), self._server.server.url("postgres", "bench-only", case)

    def from_asyncio(self, in_flight: int) -> None:
        """Tasks on our side, as many threads on the library's."""
        ours, stock = self._database(f"asyncio_{in_flight}")
        mine, theirs = Side([], []), Side([], [])
        for _ in range(self._plan.rounds):
            stock_from_threads(stock, in_flight, self._plan.seconds, theirs)
            uvloop.run(ours_from_asyncio(ours, in_flight, self._plan.seconds, mine))
        self._note(f"asyncio_{in_flight}", mine, theirs)

    def from_threads(self, threads: int) -> None:
        """Threads on both sides."""
        ours, stock = self._database(f"threads_{threads}")
        mine, theirs = Side([], []), Side([], [])
        for _ in range(self._plan.rounds):
            stock_from_threads(stock, threads, self._plan.seconds, theirs)
            ours_from_threads(ours, threads, self._plan.seconds, mine)
        self._note(f"threads_{threads}", mine, theirs)

    def from_processes(self, processes: int) -> None:
        """Processes with one save in flight each, on both sides."""
        ours, stock = self._database(f"processes_{processes}")
        stock_application(stock).close()
        mine, theirs = Side([], []), Side([], [])
        for _ in range(self._plan.rounds):
            theirs.rates.append(from_processes(stock_in_a_process, stock, processes, self._plan.seconds))
            mine.rates.append(from_processes(ours_in_a_process, ours, processes, self._plan.seconds))
        self._note(f"processes_{processes}", mine, theirs)

    def _note(self, case: str, mine: Side, theirs: Side) -> None:
        self.ratios[case] = median_ratio(mine.rates, theirs.rates)
        self.figures[case] = _figures(mine, theirs, self.ratios[case])
        if mine.latencies:
            self.p99_ms[case] = percentile(mine.latencies, 0.99) * 1e3


def _share_of_raw(admin_dsn: str, dsn: str, plan: Plan, figures: dict[str, object]) -> float:
    raw: list[float] = []
    mine = Side([], [])
    for _ in range(plan.rounds):
        raw.append(raw_inserts(admin_dsn, plan.seconds))
        uvloop.run(ours_from_asyncio(dsn, 256, plan.seconds, mine))
    figures["asyncio_256"] = {"per_s": round(statistics.median(mine.rates)), **summary(mine.latencies)}
    figures["raw_inserts_per_s"] = round(statistics.median(raw))
    return median_ratio(mine.rates, raw)


def _figures(mine: Side, theirs: Side, ratio: float) -> dict[str, object]:
    told: dict[str, object] = {
        "ours_per_s": round(statistics.median(mine.rates)),
        "stock_per_s": round(statistics.median(theirs.rates)),
        "ratio": round(ratio, 2),
    }
    if mine.latencies:
        told["ours"] = summary(mine.latencies)
    if theirs.latencies:
        told["stock"] = summary(theirs.latencies)
    return told
