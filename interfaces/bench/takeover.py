"""How soon does a standby dispatcher lead after the leader was killed, or frozen?"""

from __future__ import annotations

import signal
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Final

import psycopg

from infra.bench.frame import BenchServer, Report, at_most, bench_server, machine
from infra.embedded.ports import free_port
from infra.projections.install import install_read_models
from interfaces.bench.sides import started

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator

    Eye = psycopg.Connection[tuple[Any, ...]]

ROUNDS: Final = 5
QUICK_ROUNDS: Final = 2
BLOWS: Final = {"kill_9": signal.SIGKILL, "freeze": signal.SIGSTOP}
TAKEN_OVER_S: Final = 2.0
LONGEST_WAIT_S: Final = 60.0
STANDS_BY_S: Final = 1.0
"""A standby that has just come may be busy with starting."""
LOOK_EVERY_S: Final = 0.002
_SESSIONS: Final = (
    "SELECT pid FROM pg_stat_activity WHERE application_name = 'vehicaid-dispatcher' AND datname = current_database()"
)
_LEADERS: Final = (
    "SELECT DISTINCT pid FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND granted"
    " AND application_name = 'vehicaid-dispatcher' AND datname = current_database()"
)


def run(*, quick: bool, say: Callable[[str], None]) -> Report:
    """In each round two processes, of which the leader is struck; the longest counts."""
    rounds = QUICK_ROUNDS if quick else ROUNDS
    taken: dict[str, list[float]] = {name: [] for name in BLOWS}
    with bench_server() as server, psycopg.connect(server.admin_dsn, autocommit=True) as eye:
        install_read_models(server.settings)
        for number in range(rounds):
            for name, blow in BLOWS.items():
                say(f"round {number + 1} of {rounds}: {name}")
                taken[name].append(_taken_over_s(server, eye, blow))
    return Report(
        bench="takeover",
        machine=machine(),
        setting={"rounds": rounds},
        figures={name: [round(each, 3) for each in all_s] for name, all_s in taken.items()},
        bars=[
            at_most(f"dispatcher_takeover_after_{name}_s", max(all_s), TAKEN_OVER_S) for name, all_s in taken.items()
        ],
    )


def _taken_over_s(server: BenchServer, eye: Eye, blow: signal.Signals) -> float:
    with ExitStack() as running:
        leader = running.enter_context(_dispatcher(server))
        _until(lambda: len(_pids(eye, _LEADERS)) == 1, "somebody leads")
        led = _pids(eye, _LEADERS)
        running.enter_context(_dispatcher(server))
        _until(lambda: len(_pids(eye, _SESSIONS)) == 2, "another stands by")
        time.sleep(STANDS_BY_S)
        leader.send_signal(blow)
        struck_at = time.monotonic()
        _until(lambda: bool(_pids(eye, _LEADERS) - led), "the other leads")
        took_s = time.monotonic() - struck_at
    _until(lambda: not _pids(eye, _SESSIONS), "both are gone")
    return took_s


def _pids(eye: Eye, query: str) -> set[int]:
    return {row[0] for row in eye.execute(query).fetchall()}


@contextmanager
def _dispatcher(server: BenchServer) -> Iterator[subprocess.Popen[bytes]]:
    """One of its own, which may be killed or frozen before it is ended."""
    child = started(["interfaces.cli", "dispatcher"], server.settings, free_port())
    try:
        yield child
    finally:
        child.kill()
        child.wait()


def _until(holds: Callable[[], bool], what: str) -> None:
    give_up_at = time.monotonic() + LONGEST_WAIT_S
    while not holds():
        if time.monotonic() > give_up_at:
            message = f"not within {LONGEST_WAIT_S} s: {what}"
            raise TimeoutError(message)
        time.sleep(LOOK_EVERY_S)
