"""How many calls for help does the API take, against the same route with no store behind it?"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from contextlib import ExitStack

import psycopg

from infra.bench.frame import (
    BenchServer,
    Report,
    at_least,
    at_most,
    bench_server,
    machine,
    make_database,
    median_ratio,
    summary,
)
from interfaces.bench.every_process import every_process
from interfaces.bench.http_load import Load
from interfaces.bench.sides import CONNECTIONS, FIXED_RATE, Rounds, servers

Say = Callable[[str], None]


def fill(server: BenchServer, events: int) -> None:
    """So many events more in the log, written in bulk by the owner: what counts is that the tables are large."""
    with psycopg.connect(server.admin_dsn, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO events SELECT (SELECT coalesce(max(position), 0) FROM events) + n, 'bench',"
            " gen_random_uuid(), 1, 'service_request.requested', %s, gen_random_uuid(), gen_random_uuid(), NULL,"
            " 'system:bench', now(), now() FROM generate_series(1, %s) n",
            (b'{"originator_topic":"service_request","customer_id":"0193"}' * 4, events),
        )
        connection.execute(
            "INSERT INTO receipts SELECT 'bench', gen_random_uuid(), 'system:bench', n::text, '\\x00', '\\x7b7d', n,"
            " now() FROM generate_series(1, %s) n",
            (events,),
        )
        connection.execute("ANALYZE events")
        connection.execute("ANALYZE receipts")


def _told(mine: list[Load], theirs: list[Load]) -> dict[str, object]:
    return {
        "per_s": round(statistics.median(load.rate for load in mine)),
        "no_store_per_s": round(statistics.median(load.rate for load in theirs)),
        "ratio": round(_ratio(mine, theirs), 3),
        "latency": summary([value for load in mine for value in load.latencies]),
    }


def _ratio(mine: list[Load], theirs: list[Load]) -> float:
    return median_ratio([load.rate for load in mine], [load.rate for load in theirs])


def run(*, quick: bool, say: Say) -> Report:
    """Api alone, with a million events in the log, and with every process running."""
    rounds, seconds, events = (3, 2.0, 100_000) if quick else (7, 4.0, 1_000_000)
    with bench_server() as server:
        round_of = Rounds(server.settings, seconds)
        with ExitStack() as few:
            bare, ours = servers(server.settings, few)
            say("warming up")
            round_of.side_by_side(ours, bare, 1)
            say("api alone")
            alone = round_of.side_by_side(ours, bare, rounds)
            steady = round_of.steady(ours)
            say(f"{events:,} events in the log")
            fill(server, events)
            round_of.load(ours)
            full = round_of.side_by_side(ours, bare, rounds)
        say("every process running")
        everything = every_process(make_database(server.server, "bench_beside"), round_of, rounds, quick=quick)
    return Report(
        bench="api",
        machine=machine(),
        setting={"rounds": rounds, "seconds": seconds, "connections": CONNECTIONS, "events_in_the_log": events},
        figures={
            "alone": _told(*alone),
            "with_large_log": _told(*full),
            "with_all_processes": _told(everything.ours, everything.bare),
            f"fixed_rate_{FIXED_RATE:.0f}_per_s": summary(steady.latencies),
            **everything.figures,
        },
        bars=[
            at_least("api_alone_share_of_no_store", _ratio(*alone), 0.7),
            at_most("api_alone_p99_ms", _p99_ms(alone[0]), 150),
            at_least("api_all_processes_share_of_no_store", _ratio(everything.ours, everything.bare), 0.4),
            at_most("api_all_processes_p99_ms", _p99_ms(everything.ours), 150),
            at_least("api_large_log_rate_kept", _ratio(*full) / _ratio(*alone), 0.9),
            *everything.bars,
        ],
    )


def _p99_ms(loads: list[Load]) -> float:
    return summary([value for load in loads for value in load.latencies])["p99_ms"]
