"""How fast are read models rebuilt, kept up to date, seen and swapped, beside the library's projection runner?"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from application.log import NewEvent
from infra.bench.frame import BenchServer, Report, at_least, at_most, bench_server, machine, median_ratio
from infra.bench.history import fill_log, some_events
from infra.bench.projection_peer import PEER_TABLE, fill_peer, peer_env, project_with_library
from infra.bench.visibility import measure_swap, measure_takeover, measure_visibility
from infra.projections.catch_up import bring_up_to_date
from infra.projections.collector import collecting_rarely
from infra.projections.connections import open_connection
from infra.projections.facts import read_facts
from infra.projections.generation_writer import GenerationWriter
from infra.projections.generations import active_generation
from infra.projections.install import install_read_models
from infra.projections.rebuild import rebuilding
from infra.projections.row_table import RowTable
from infra.projections.shadow import Shadow
from infra.settings import Settings
from projections.catalog import read_model
from projections.read_model import AnyReadModel

Say = Callable[[str], None]

BOARD = "request_board"


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is folded in each round, and how often the rest is tried."""

    rounds: int
    peer_events: int
    live_events: int
    rebuild_events: int
    samples: int
    swaps: int

    @property
    def events(self) -> int:
        """All that the log must hold."""
        return max(self.rebuild_events, self.rounds * self.live_events)


QUICK = Plan(rounds=3, peer_events=800, live_events=15_000, rebuild_events=60_000, samples=150, swaps=4)
FULL = Plan(rounds=5, peer_events=2_500, live_events=40_000, rebuild_events=200_000, samples=500, swaps=10)


def run(*, quick: bool, say: Say) -> Report:
    """The same facts through the library's runner and ours, in turns, then what a reader notices."""
    plan = QUICK if quick else FULL
    with bench_server() as server:
        say("telling a history")
        events = _facts_of_requests(plan.events)
        fill_log(server.admin_dsn, server.settings.cell, [("system:bench", event) for event in events])
        figures, rebuilt_x, live_x = _beside_the_library(server, plan, events, say)
        say("commit to visible, idle")
        bring_up_to_date(server.settings)
        seen = measure_visibility(server.settings, plan.samples)
        say("swaps under load")
        swaps = measure_swap(server.settings, plan.swaps)
        say("takeover")
        takeover_s = measure_takeover(server.settings)
    figures |= {**seen, **swaps, "takeover_s": round(takeover_s, 3)}
    return Report(
        bench="projections",
        machine=machine(),
        setting={
            "rounds": plan.rounds, "rebuild_events": plan.rebuild_events, "peer_events": plan.peer_events,
            "live_batch": server.settings.projection_live_batch, "read_model": BOARD, "stock_pool": 15,
        },
        figures=figures,
        bars=[
            at_least("projection_rebuild_x", rebuilt_x, 80),
            at_least("projection_live_500_x", live_x, 30),
            at_most("commit_to_visible_p99_ms", seen["commit_to_visible"]["p99_ms"], 20),
            at_most("command_then_query_p50_ms", seen["command_then_query"]["p50_ms"], 10),
            at_most("command_then_query_p99_ms", seen["command_then_query"]["p99_ms"], 25),
            at_most("swap_pause_ms", swaps["swap"]["pause_max_ms"], 50),
            at_most("standby_takeover_s", takeover_s, 2),
        ],
    )  # fmt: skip


def _facts_of_requests(at_least_events: int) -> list[NewEvent]:
    """Only what the board folds: a runner that may leave events out would flatter whoever does."""
    wanted: list[NewEvent] = []
    share = 2.5
    while len(wanted) < at_least_events:
        told = some_events(1, int(at_least_events * share))
        wanted = [event for _, event in told if event.topic.startswith("service_request.")]
        share += 0.5
    return wanted[:at_least_events]


def _beside_the_library(
    server: BenchServer, plan: Plan, events: list[NewEvent], say: Say
) -> tuple[dict[str, object], float, float]:
    model = read_model(BOARD)
    env = peer_env(server.admin_dsn)
    fill_peer(env, events[: (plan.rounds + 1) * plan.peer_events])
    _make_peer_table(server, model)
    install_read_models(server.settings)
    library: list[float] = []
    rebuilt: list[float] = []
    live: list[float] = []
    for number in range(plan.rounds):
        say(f"round {number + 1} of {plan.rounds}: the library")
        library.append(project_with_library(env, (number + 1) * plan.peer_events))
        say(f"round {number + 1} of {plan.rounds}: ours")
        rebuilt.append(_rebuild(server.settings, model, plan.rebuild_events))
        live.append(_live(server.settings, model, plan.live_events))
    rebuilt_x, live_x = median_ratio(rebuilt, library), median_ratio(live, library)
    figures: dict[str, object] = {
        "library_per_s": round(statistics.median(library)),
        "rebuild_per_s": round(statistics.median(rebuilt)),
        "live_500_per_s": round(statistics.median(live)),
        "rebuild_x": round(rebuilt_x, 1),
        "live_500_x": round(live_x, 1),
    }
    return figures, rebuilt_x, live_x


def _make_peer_table(server: BenchServer, model: AnyReadModel) -> None:
    """Ours to the last index, under another name."""
    with psycopg.connect(server.admin_dsn, autocommit=True) as connection:
        table = RowTable(model, PEER_TABLE)
        table.create(connection)
        table.add_key(connection)
        table.add_indexes(connection)


def _rebuild(settings: Settings, model: AnyReadModel, upto: int) -> float:
    """Events per second of a whole rebuild: read, fold, copy, key and indexes."""
    with rebuilding(settings, model) as connection:
        shadow = Shadow(settings, connection, model)
        begun = time.perf_counter()
        shadow.build(upto, lambda _position: None)
        taken_s = time.perf_counter() - begun
        shadow.drop()
    return upto / taken_s


def _live(settings: Settings, model: AnyReadModel, events: int) -> float:
    """Events per second of what a projector does while it keeps up: batch by batch, each in its own transaction."""
    with open_connection(settings, "vehicaid-bench") as connection, collecting_rarely():
        generation = active_generation(connection, model.name)
        if generation is None:
            raise LookupError(model.name)
        writer = GenerationWriter(connection, model, generation)
        first = writer.position
        begun = time.perf_counter()
        while writer.position < first + events:
            writer.apply(read_facts(connection, writer.position, settings.projection_live_batch))
        return (writer.position - first) / (time.perf_counter() - begun)
