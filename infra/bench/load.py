"""How fast does an aggregate come back from the log, against the library's repository with its stock transcoder?"""

from __future__ import annotations

import statistics
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import psycopg
import uvloop
from psycopg_pool import AsyncConnectionPool

from application.log import NewEvent
from infra.bench.frame import BenchServer, Report, at_least, bench_server, machine, median_ratio, summary
from infra.bench.peer import stock_application
from infra.bench.subjects import OurJob, OurLongJob, TheirJob
from infra.event_store import codec
from infra.event_store.aggregates import StoredAggregates
from infra.event_store.batch import AnonymousSave
from infra.event_store.blocking import BlockingCommitter

if TYPE_CHECKING:
    from eventsourcing.application import Application

CELL = "8a618925a6cffff"
TENANT = "bench"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Streams:
    """The same streams on both sides."""

    ours: UUID
    theirs: UUID
    ours_long: UUID
    theirs_long: UUID


def grow(server: BenchServer, application: Application[UUID], snapshots: Application[UUID], events: int) -> Streams:
    """Streams of so many events; the long ones are snapshotted at their last version on both sides."""
    at = datetime.now(UTC)
    ours, ours_long = OurJob.open(uuid4(), uuid4(), at), OurLongJob.open(uuid4(), uuid4(), at)
    theirs, theirs_long = TheirJob.open(uuid4(), uuid4(), at), TheirJob.open(uuid4(), uuid4(), at)
    for _ in range(events - 1):
        for job in (ours, ours_long, theirs, theirs_long):
            job.move(job.customer_id, CELL, at)
    application.save(theirs)
    snapshots.save(theirs_long)
    snapshots.take_snapshot(theirs_long.id)
    committer = BlockingCommitter(lambda: psycopg.connect(server.app_dsn, autocommit=True))
    for job in (ours, ours_long):
        facts: tuple[NewEvent, ...] = tuple(codec.encode(fact) for fact in job.collect_events())
        committer.append(AnonymousSave(TENANT, facts))
    committer.close()
    with psycopg.connect(server.app_dsn, autocommit=True) as connection:
        connection.execute(
            "SELECT put_snapshot(%s, %s, %s, %s, %s)",
            (TENANT, ours_long.id, ours_long.version, ours_long.TOPIC, codec.freeze(ours_long)),
        )
    return Streams(ours.id, theirs.id, ours_long.id, theirs_long.id)


async def timed_async(load: Callable[[], Awaitable[object]], times: int) -> list[float]:
    """Seconds of each of so many loads."""
    taken: list[float] = []
    for _ in range(times):
        started = perf_counter()
        await load()
        taken.append(perf_counter() - started)
    return taken


def timed(load: Callable[[], object], times: int) -> list[float]:
    """Seconds of each of so many loads."""
    taken: list[float] = []
    for _ in range(times):
        started = perf_counter()
        load()
        taken.append(perf_counter() - started)
    return taken


class Comparison:
    """Rounds of the library and of ours in turn, case by case."""

    def __init__(self, rounds: int, times: int) -> None:
        self._rounds = rounds
        self._times = times
        self.figures: dict[str, object] = {}
        self.ratios: dict[str, float] = {}

    async def of(
        self, name: str, ours: Callable[[], Awaitable[object]], theirs: Callable[[], object], share: int = 1
    ) -> None:
        """One case; the library loads ``share`` times less often where one load takes long."""
        await _same_state(ours, theirs)
        await timed_async(ours, 20)
        timed(theirs, 5)
        mine: list[list[float]] = []
        peers: list[list[float]] = []
        for _ in range(self._rounds):
            peers.append(timed(theirs, max(self._times // share, 5)))
            mine.append(await timed_async(ours, self._times))
        self.ratios[name] = median_ratio([statistics.median(r) for r in peers], [statistics.median(r) for r in mine])
        self.figures[name] = {
            "ours": summary([v for r in mine for v in r]),
            "library": summary([v for r in peers for v in r]),
            "ratio": round(self.ratios[name], 2),
        }


async def measure(server: BenchServer, comparison: Comparison, say: Say) -> None:
    """100 and 1,000 events, and 1,000 behind a snapshot."""
    url = server.server.url("postgres", "bench-only", "bench")
    plain, snapped = stock_application(url, name="Plain"), stock_application(url, name="Snapped", snapshots=True)
    pool = AsyncConnectionPool(server.app_dsn, min_size=1, max_size=2, kwargs={"autocommit": True}, open=False)
    await pool.open()
    stored = StoredAggregates(pool)
    grown = {events: grow(server, plain, snapped, events) for events in (100, 1000)}
    for events, streams in grown.items():
        say(f"{events} events")
        await comparison.of(
            f"events_{events}",
            partial(stored.load, OurJob, TENANT, streams.ours),
            partial(plain.repository.get, streams.theirs),
            share=events // 100,
        )
    say("behind a snapshot")
    await comparison.of(
        "snapshot",
        partial(stored.load, OurLongJob, TENANT, grown[1000].ours_long),
        partial(snapped.repository.get, grown[1000].theirs_long),
    )
    await pool.close()
    plain.close()
    snapped.close()


async def _same_state(ours: Callable[[], Awaitable[object]], theirs: Callable[[], object]) -> None:
    """A fast load of something else would prove nothing."""
    mine, peer = vars(await ours()), vars(theirs())
    for name in ("steps", "cell"):
        if mine[name] != peer[name]:
            message = f"{name} differs: {mine[name]!r} here, {peer[name]!r} there"
            raise AssertionError(message)


def run(*, quick: bool, say: Say) -> Report:
    """All cases; the loaded state is compared once before anything is timed."""
    rounds, times = (3, 60) if quick else (9, 200)
    with bench_server() as server:
        comparison = Comparison(rounds, times)
        uvloop.run(measure(server, comparison, say))
    ratios = comparison.ratios
    return Report(
        bench="load",
        machine=machine(),
        setting={"rounds": rounds, "loads_a_round": times, "our_pool": 2, "stock_pool": 15},
        figures=comparison.figures,
        bars=[
            at_least("load_100_events_x", ratios["events_100"], 5),
            at_least("load_1000_events_x", ratios["events_1000"], 6),
            at_least("load_snapshot_x", ratios["snapshot"], 1.5),
        ],
    )
