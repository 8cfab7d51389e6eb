"""How are processes kept alive, and ended within five seconds?"""

import os
import selectors
import signal
import socket
import time
from collections.abc import Callable, Sequence
from types import FrameType

from infra.embedded.account import EmbeddedServerError
from infra.supervisor.output import ChildOutput, Terminal
from infra.supervisor.service import Service

# Ctrl-C has five seconds in all: these two, and twice the last for those who do not listen.
STOP_USERS_S = 2.7
STOP_SERVERS_S = 1.2
KILL_S = 0.4
TICK_S = 0.1
# A line every two seconds, so that nobody wonders whether it hangs.
STILL_WAITING_S = 2.0
# A process that cannot start at all is a broken set-up, not an accident.
GIVE_UP_AFTER_FAILURES = 3


class StopRequested(Exception):
    """Somebody pressed Ctrl-C or sent SIGTERM."""


class CannotStart(Exception):
    """A process does not start; the message is one line for the operator."""


class Supervisor:
    """One loop in one thread: children's output, deaths, restarts, signals."""

    def __init__(self, terminal: Terminal, on_change: Callable[[dict[str, int]], None]) -> None:
        """`on_change` hears the process numbers by name whenever one of them changes."""
        self.terminal = terminal
        self.services: list[Service] = []
        self._on_change = on_change
        self._stop_requests = 0
        self._listens = False
        self._selector = selectors.DefaultSelector()
        self._wake_reader, self._wake_writer = socket.socketpair()
        for end in (self._wake_reader, self._wake_writer):
            end.setblocking(False)
        self._selector.register(self._wake_reader, selectors.EVENT_READ, None)

    def listen_to_signals(self) -> None:
        """From now on Ctrl-C and SIGTERM end the loop, and a child's death wakes it at once."""
        self._listens = True
        signal.set_wakeup_fd(self._wake_writer.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._request_stop)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)

    def start(self, services: Sequence[Service]) -> None:
        """Start these together and return when all are ready.

        Raises CannotStart when one of them fails again and again, StopRequested on Ctrl-C.
        """
        self.services += services
        for service in services:
            self._start(service)
        started = last_said = time.monotonic()
        while waiting := [service.name for service in services if not service.check_ready()]:
            self.tick(within_start=True)
            now = time.monotonic()
            if now - last_said >= STILL_WAITING_S:
                last_said = now
                self.terminal.say(f"waiting for {', '.join(waiting)} ({now - started:.0f} s)")

    def run(self) -> None:
        """Keep everything alive until somebody asks to stop."""
        while True:
            self.tick(within_start=False)

    def tick(self, *, within_start: bool) -> None:
        """One turn: read what there is to read, see who died, start whose pause is over."""
        self._pump(0.02 if within_start else TICK_S)
        if self._stop_requests:
            raise StopRequested
        for service in self.services:
            if service.has_died():
                self._bury(service, within_start=within_start)
            if service.restart_at is not None and time.monotonic() >= service.restart_at:
                self._restart(service)
            service.check_ready()

    def stop(self) -> None:
        """End all: users first, then the servers they use; who does not listen is killed."""
        users = [service for service in self.services if not service.is_server]
        servers = [service for service in self.services if service.is_server]
        self._end(users, STOP_USERS_S)
        self._end(servers, STOP_SERVERS_S)
        self._pump(0)

    def close(self) -> None:
        """Give every pipe and file back; nothing can be supervised afterwards."""
        if self._listens:
            signal.set_wakeup_fd(-1)
        for key in tuple(self._selector.get_map().values()):
            if key.data is not None:
                key.data.close()
        self._selector.close()
        self._wake_reader.close()
        self._wake_writer.close()
        self.terminal.close()

    def _end(self, services: list[Service], patience_s: float) -> None:
        for service in services:
            _send(service, service.stop_signal)
        patient_requests = self._stop_requests
        deadline = time.monotonic() + patience_s
        while any(service.pid for service in services) and time.monotonic() < deadline:
            self._pump(0.02)
            if self._stop_requests > patient_requests + 1:  # Ctrl-C again: at once
                break
        for service in services:
            if service.pid:
                self.terminal.say(f"{service.name} did not stop in time and is killed")
                _send(service, signal.SIGQUIT if service.name == "postgres" else signal.SIGKILL)
        deadline = time.monotonic() + KILL_S
        while any(service.pid for service in services) and time.monotonic() < deadline:
            self._pump(0.02)
        for service in services:
            _send(service, signal.SIGKILL)

    def _restart(self, service: Service) -> None:
        """A restart that fails is tried again: the supervisor itself never dies of it."""
        try:
            self._start(service)
            self.terminal.say(f"{service.name} started again (process {service.pid})")
        except (OSError, EmbeddedServerError) as error:
            pause = service.plan_restart()
            self.terminal.say(f"{service.name} cannot start: {error}; next try in {pause:.1f} s")

    def _start(self, service: Service) -> None:
        service.start()
        if service.process is not None and service.process.stdout is not None:
            os.set_blocking(service.process.stdout.fileno(), False)
            output = ChildOutput(service.process.stdout, self.terminal.log_of(service.name), self.terminal)
            self._selector.register(service.process.stdout, selectors.EVENT_READ, output)
        self._on_change({each.name: each.pid for each in self.services})

    def _bury(self, service: Service, *, within_start: bool) -> None:
        self._pump(0)
        last_words = service.last_words()
        pause = service.plan_restart()
        gives_up = service.failures_in_a_row >= GIVE_UP_AFTER_FAILURES or service.refused
        if within_start and gives_up:
            message = f"{service.name} does not start: {last_words or service.end()}"
            raise CannotStart(message)
        self.terminal.say(f"{service.name} {service.end()}; it starts again in {pause:.1f} s")
        self._on_change({each.name: each.pid for each in self.services})

    def _pump(self, timeout_s: float) -> None:
        for key, _events in self._selector.select(timeout_s):
            if key.data is None:
                self._drain_wakeups()
            elif not key.data.read():
                self._selector.unregister(key.fileobj)
                key.data.close()

    def _drain_wakeups(self) -> None:
        try:
            while self._wake_reader.recv(4096):
                pass
        except BlockingIOError:
            return

    def _request_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stop_requests += 1


def _send(service: Service, by: signal.Signals) -> None:
    if service.pid and service.process is not None:
        service.process.send_signal(by)
