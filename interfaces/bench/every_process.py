"""What does the API take, and who keeps up with it, while projector and dispatcher run beside it?"""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import psycopg

from infra.bench.frame import Bar, at_most, percentile, summary
from infra.database_url import admin_dsn
from infra.embedded.ports import free_port
from interfaces.bench.sides import Rounds, process, servers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings import Settings
    from interfaces.bench.http_load import Load

LONG_S = 100.0
"""So long does the long load take: an event must be sealed within 60 s, so a sealer that falls behind is seen."""
LONG_RATE = 600.0
"""Calls a second in it: what every process together takes for as long as it lasts, on two cores."""
LOOKS = 300
"""Orders and looks of the one caller on the idle system."""
WARM_UP_S = 1.0
WARM_UP_RATE = 20.0
"""A few calls until projector and dispatcher are at work."""
CAUGHT_UP_WITHIN_S = 120.0
LOOK_EVERY_S = 0.5

TAIL = (
    "SELECT coalesce(extract(epoch FROM clock_timestamp() - (SELECT recorded_at FROM events"
    " WHERE position = (SELECT coalesce(max(last_position), 0) FROM seals) + 1)), 0)::float8"
)
BEHIND = (
    "SELECT (SELECT coalesce(max(position), 0) FROM events)"
    " - (SELECT position FROM projection_positions WHERE name = 'request_board' AND active)"
)


@dataclass(slots=True)
class EveryProcess:
    """Rounds of ours and of the bare route, and what was seen besides."""

    ours: list[Load]
    bare: list[Load]
    figures: dict[str, object]
    bars: list[Bar]


def every_process(settings: Settings, rounds_of: Rounds, rounds: int, *, quick: bool) -> EveryProcess:
    """On a log of its own: the projector is to keep up with the load, not to catch up on the filling."""
    with ExitStack() as running:
        bare, ours = servers(settings, running)
        for name in ("projector", "dispatcher"):
            running.enter_context(process(["interfaces.cli", name], settings, free_port()))
        rounds_of.steady(ours, WARM_UP_S, WARM_UP_RATE)
        _wait_until_caught_up(settings)
        # First, while hardly anything waits: after a load, thousands of searches go on by their timers.
        seen = rounds_of.order_and_look(ours, LOOKS // 3 if quick else LOOKS)
        rounds_of.side_by_side(ours, bare, 1)
        mine, theirs = rounds_of.side_by_side(ours, bare, rounds)
        with _watched(settings) as tails:
            long = rounds_of.steady(ours, LONG_S / 20 if quick else LONG_S, LONG_RATE)
        _wait_until_caught_up(settings)
    return EveryProcess(
        mine,
        theirs,
        {
            f"long_load_{LONG_RATE:.0f}_per_s": summary(long.latencies),
            "oldest_unsealed_s": round(max(tails), 1),
            "order_then_look": summary(seen.both),
            "of_it_look_with_min_position": summary(seen.query),
        },
        [
            at_most("unsealed_tail_s", max(tails), 60),
            at_most("order_then_look_p50_ms", percentile(seen.both, 0.5) * 1e3, 10),
            at_most("order_then_look_p99_ms", percentile(seen.both, 0.99) * 1e3, 25),
        ],
    )


@contextmanager
def _watched(settings: Settings) -> Iterator[list[float]]:
    """Asks all the time how old the oldest event without a seal is, in seconds."""
    tails: list[float] = []
    over = threading.Event()

    def look() -> None:
        with psycopg.connect(admin_dsn(settings), autocommit=True) as connection:
            while not over.wait(LOOK_EVERY_S):
                tails.append(_number(connection, TAIL))

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        yield tails
    finally:
        over.set()
        looking.join()


def _wait_until_caught_up(settings: Settings) -> None:
    """Until the board has everything; raises TimeoutError."""
    with psycopg.connect(admin_dsn(settings), autocommit=True) as connection:
        for _ in range(int(CAUGHT_UP_WITHIN_S / LOOK_EVERY_S)):
            if _number(connection, BEHIND) <= 0:
                return
            threading.Event().wait(LOOK_EVERY_S)
    raise TimeoutError("the projector did not catch up")


def _number(connection: psycopg.Connection[tuple[object, ...]], question: str) -> float:
    row = connection.execute(question.encode()).fetchone()
    return cast("float", row[0]) if row else 0.0
