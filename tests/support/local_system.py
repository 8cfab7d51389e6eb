"""How does a test run the whole system as an operator would, and hurt it?"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from infra.embedded.ports import free_port
from infra.local_state import LocalState, read_local_state
from tests.support.sessions import current_session

ROOT = Path(__file__).parents[2]
# For facts that must come true, not for speed: a machine may run ten other things.
PATIENCE_S = 90.0
SERVERS_ALONE = (
    "import sys; from infra.settings import read_settings; from infra.supervisor.local_run import LocalRun;"
    "LocalRun(read_settings(), sys.argv[1:]).run()"
)


class LocalSystem:
    """`vehicaid up` (or its servers alone) over one directory; it can be stopped, killed and started again."""

    def __init__(self, directory: Path, *, servers_alone: bool = False, **settings: str) -> None:
        """Nothing runs yet."""
        self.directory = directory
        self.state_dir = directory / "state"
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self._settings = settings
        self._command = ["-c", SERVERS_ALONE] if servers_alone else ["-m", "interfaces.cli", "up"]
        self._screen = directory / "screen"

    @property
    def address(self) -> str:
        """Where the API listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def state(self) -> LocalState:
        """What the system tells other terminals."""
        return read_local_state(self.state_dir)

    @property
    def screen(self) -> str:
        """What an operator has seen so far."""
        return self._screen.read_text(errors="replace") if self._screen.exists() else ""

    def environment(self) -> dict[str, str]:
        """The environment in which `vehicaid` commands reach this system."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("VEHICAID_", "RAZORPAY_"))}
        return {
            **plain,
            "PYTHONPATH": str(ROOT),
            "VEHICAID_STATE_DIR": str(self.state_dir),
            "VEHICAID_PORT": str(self.port),
            "VEHICAID_DEMO": "0",
            "VEHICAID_RAZORPAY_SANDBOX": "0",
            "VEHICAID_REGISTRAR_SANDBOX": "0",
            **self._settings,
        }

    def launch(self) -> None:
        """Start it without waiting."""
        with self._screen.open("wb") as screen:
            self.process = subprocess.Popen(
                [sys.executable, "-P", *self._command],
                stdin=subprocess.DEVNULL,
                stdout=screen,
                stderr=screen,
                env=self.environment(),
                cwd=self.directory,
                process_group=0,
            )

    def start(self) -> float:
        """Start it, wait until it says that it is up, and return how long that took in seconds."""
        began = time.monotonic()
        self.launch()
        self.wait_for(lambda: "VehicAid is up" in self.screen)
        return time.monotonic() - began

    def stop(self, by: signal.Signals = signal.SIGINT) -> float:
        """Ctrl-C, and how long everything took to end in seconds."""
        began = time.monotonic()
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(by)
            self.process.wait(PATIENCE_S)
        return time.monotonic() - began

    def kill(self, name: str) -> int:
        """kill -9 of one child by name; its process number."""
        pid = self.state.processes[name]
        os.kill(pid, signal.SIGKILL)
        return pid

    def wait_for_restart(self, name: str, of: int) -> None:
        """Until the child `name` is another process than `of`."""
        self.wait_for(lambda: self.state.processes.get(name, 0) not in {0, of})

    def wait_for(self, fact: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
        """Until `fact` is true; fails with what the operator saw when it never is or the system ends."""
        deadline = time.monotonic() + patience_s
        while not fact():
            ended = self.process is None or self.process.poll() is not None
            assert not ended, self.screen
            assert time.monotonic() < deadline, self.screen
            time.sleep(0.05)

    def vehicaid(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command in another terminal."""
        return subprocess.run(
            [sys.executable, "-P", "-m", "interfaces.cli", *arguments],
            check=False,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            env={name: value for name, value in self.environment().items() if name != "VEHICAID_PORT"},
            cwd=self.directory,
        )


@contextmanager
def local_system(*, servers_alone: bool = False, **settings: str) -> Iterator[LocalSystem]:
    """A system over a directory of its own; afterwards nothing of it is left."""
    with tempfile.TemporaryDirectory(prefix="up-", dir=current_session(), ignore_cleanup_errors=True) as directory:
        Path(directory).chmod(0o755)
        system = LocalSystem(Path(directory), servers_alone=servers_alone, **settings)
        try:
            yield system
        finally:
            system.stop(signal.SIGTERM)


def lives(pid: int) -> bool:
    """Whether this process still runs."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
