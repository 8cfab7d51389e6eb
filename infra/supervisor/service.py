"""What does the supervisor know about one process it keeps alive?"""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from infra.embedded.account import Child

# Exit code of every command that was set up wrongly (interfaces/cli/main.py).
EXIT_REFUSED = 2
# The first restart is at once: most deaths are a kill or a crash that will not repeat.
FIRST_PAUSE_S = 0.1
# Five seconds: a process that cannot start must not eat the machine, and must be back soon after the cause is gone.
LONGEST_PAUSE_S = 5.0
# Whoever lived this long was healthy: the next death starts counting anew.
HEALTHY_AFTER_S = 10.0


@dataclass
class Service:
    """One process by name: how it starts, how it is asked to stop, and how it fared so far."""

    name: str
    spawn: Callable[[], Child]
    is_ready: Callable[[], bool]
    last_words: Callable[[], str]
    stop_signal: signal.Signals = signal.SIGTERM
    # Servers stop after those who use them.
    is_server: bool = False

    process: Child | None = field(default=None, init=False)
    started_at: float = field(default=0.0, init=False)
    failures_in_a_row: int = field(default=0, init=False)
    restart_at: float | None = field(default=None, init=False)
    was_ready: bool = field(default=False, init=False)

    @property
    def pid(self) -> int:
        """Number of the living process, 0 when there is none."""
        return self.process.pid if self.process is not None and self.process.poll() is None else 0

    def start(self) -> None:
        """Start it now."""
        self.restart_at = None
        self.was_ready = False
        self.started_at = time.monotonic()
        self.process = self.spawn()

    def check_ready(self) -> bool:
        """Whether it lives and answered once since it started."""
        if self.pid and not self.was_ready:
            self.was_ready = self.is_ready()
        return bool(self.pid) and self.was_ready

    def has_died(self) -> bool:
        """Whether it ended since anyone looked."""
        return self.process is not None and self.process.poll() is not None and self.restart_at is None

    def plan_restart(self) -> float:
        """Decide when it starts again and return the pause in seconds: doubled with every failure in a row."""
        now = time.monotonic()
        if self.was_ready and now - self.started_at > HEALTHY_AFTER_S:
            self.failures_in_a_row = 0
        pause = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0**self.failures_in_a_row)
        self.failures_in_a_row += 1
        self.restart_at = now + pause
        return pause

    def end(self) -> str:
        """How it ended, for a person."""
        code = self.process.returncode if self.process is not None else None
        if code is not None and code < 0:
            return f"killed by {signal.Signals(-code).name}"
        return f"ended with exit code {code}"

    @property
    def refused(self) -> bool:
        """Whether it ended by saying that its settings are wrong: trying again would change nothing."""
        return self.process is not None and self.process.returncode == EXIT_REFUSED
