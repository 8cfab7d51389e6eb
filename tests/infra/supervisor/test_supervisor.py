"""Does whatever dies come back, and does everything end in time?"""

import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.embedded.account import Child, EmbeddedServerError, dies_with_parent
from infra.supervisor.output import Terminal
from infra.supervisor.service import LONGEST_PAUSE_S, Service
from infra.supervisor.supervisor import CannotStart, StopRequested, Supervisor

SLEEP = "import time; time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(600)"
)
# Waiting for a fact, not for a time: long enough for a machine that runs ten other things.
PATIENCE_S = 60.0


@pytest.fixture
def said() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def terminal(tmp_path: Path, said: io.StringIO) -> Terminal:
    return Terminal(tmp_path / "logs", said)


@pytest.fixture
def changes() -> list[dict[str, int]]:
    return []


@pytest.fixture
def supervisor(terminal: Terminal, changes: list[dict[str, int]]) -> Iterator[Supervisor]:
    supervisor = Supervisor(terminal, changes.append)
    yield supervisor
    supervisor.stop()
    supervisor.close()


def _service(terminal: Terminal, name: str, code: str, ready: Callable[[], bool] = lambda: True) -> Service:
    def spawn() -> Child:
        return subprocess.Popen(
            [sys.executable, "-S", "-c", code],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            process_group=0,
            preexec_fn=dies_with_parent(signal.SIGKILL),  # noqa: PLW1509  one thread
        )

    return Service(name, spawn, ready, lambda: terminal.last_words(name))


def _turn_until(supervisor: Supervisor, fact: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not fact():
        assert time.monotonic() < deadline
        supervisor.tick(within_start=False)


def test_a_killed_child_is_started_again_and_announced(
    supervisor: Supervisor, terminal: Terminal, said: io.StringIO, changes: list[dict[str, int]]
) -> None:
    service = _service(terminal, "api", SLEEP)
    supervisor.start([service])
    first = service.pid
    os.kill(first, signal.SIGKILL)
    _turn_until(supervisor, lambda: service.pid not in {0, first})
    assert "api killed by SIGKILL; it starts again in 0.1 s" in said.getvalue()
    assert changes[-1] == {"api": service.pid}


def test_a_child_that_keeps_dying_comes_back_ever_more_slowly(terminal: Terminal) -> None:
    service = _service(terminal, "api", "raise SystemExit(3)")
    pauses = [service.plan_restart() for _ in range(12)]
    assert pauses == sorted(pauses)
    assert pauses[0] < 0.2
    assert pauses[-1] == LONGEST_PAUSE_S


def test_a_child_that_cannot_start_at_all_ends_the_start_with_its_own_words(
    supervisor: Supervisor, terminal: Terminal
) -> None:
    broken = _service(terminal, "api", "raise ImportError('no module named wheels')", ready=lambda: False)
    with pytest.raises(CannotStart, match="api does not start: ImportError: no module named wheels"):
        supervisor.start([broken])


def test_a_child_that_refuses_its_settings_is_not_tried_again(supervisor: Supervisor, terminal: Terminal) -> None:
    code = "import sys; print('vehicaid: VEHICAID_PORT: no'); sys.exit(2)"
    with pytest.raises(CannotStart, match="VEHICAID_PORT: no"):
        supervisor.start([_service(terminal, "api", code, ready=lambda: False)])
    assert supervisor.services[0].failures_in_a_row == 1


def test_a_restart_that_fails_is_tried_again(supervisor: Supervisor, terminal: Terminal, said: io.StringIO) -> None:
    service = _service(terminal, "postgres", SLEEP)
    supervisor.start([service])
    healthy, failures = service.spawn, iter(range(2))

    def spawn() -> Child:
        if next(failures, None) is not None:
            message = "the disk is full"
            raise EmbeddedServerError(message)
        return healthy()

    service.spawn = spawn
    first = service.pid
    os.kill(first, signal.SIGKILL)
    _turn_until(supervisor, lambda: service.pid not in {0, first})
    assert said.getvalue().count("postgres cannot start: the disk is full") == 2


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_loop(supervisor: Supervisor, terminal: Terminal, by: signal.Signals) -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        supervisor.listen_to_signals()
        supervisor.start([_service(terminal, "api", SLEEP)])
        threading.Timer(0.2, os.kill, [os.getpid(), by]).start()
        with pytest.raises(StopRequested):
            supervisor.run()
    finally:
        signal.set_wakeup_fd(-1)
        for number, handler in before.items():
            signal.signal(number, handler)


def test_a_stubborn_child_is_killed_within_five_seconds(
    supervisor: Supervisor, terminal: Terminal, said: io.StringIO
) -> None:
    service = _service(terminal, "api", STUBBORN)
    supervisor.start([service])
    _turn_until(supervisor, lambda: "ready" in said.getvalue())
    began = time.monotonic()
    supervisor.stop()
    assert service.pid == 0
    assert time.monotonic() - began < 20  # five on a machine of its own
    assert "api did not stop in time and is killed" in said.getvalue()


def test_servers_stop_after_those_who_use_them(supervisor: Supervisor, terminal: Terminal, tmp_path: Path) -> None:
    note = tmp_path / "order"
    code = (
        "import signal, sys, time\n"
        "def end(*_):\n"
        "    time.sleep({pause}); open({note!r}, 'a').write({name!r} + ' '); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end); print('ready', flush=True); time.sleep(600)"
    )
    user = _service(terminal, "api", code.format(name="api", note=str(note), pause=0.3))
    server = _service(terminal, "redis", code.format(name="redis", note=str(note), pause=0))
    server.is_server = True
    supervisor.start([server, user])
    _turn_until(supervisor, lambda: terminal.last_words("api") == terminal.last_words("redis") == "ready")
    supervisor.stop()
    assert note.read_text().split() == ["api", "redis"]


def test_readiness_is_waited_for_with_a_sign_of_life(
    supervisor: Supervisor, terminal: Terminal, said: io.StringIO
) -> None:
    ready_at = time.monotonic() + 2.5
    supervisor.start([_service(terminal, "api", SLEEP, ready=lambda: time.monotonic() > ready_at)])
    assert "waiting for api (2 s)" in said.getvalue()
