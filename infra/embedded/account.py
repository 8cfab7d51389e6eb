"""As which user do the servers we bring along run, and can that user reach their files?"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

NOBODY = 65534
PR_SET_PDEATHSIG = 1
# Enough for one look at one directory on a machine that swaps.
PROBE_TIMEOUT_S = 30

_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

Child = subprocess.Popen[bytes]


class EmbeddedServerError(Exception):
    """An embedded server cannot run here; the message is one line for the operator."""


class _Identity(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """The user a server runs as: ourselves, or `nobody` when we are root (PostgreSQL refuses root)."""

    uid: int | None = None

    def run(self, command: list[str], timeout_s: float) -> subprocess.CompletedProcess[str]:
        """Run one command to its end as this user."""
        with _refusals_in_one_line():
            return subprocess.run(  # noqa: S603  our own binaries, no shell
                command,
                check=False,
                capture_output=True,
                text=True,
                stdin=subprocess.DEVNULL,
                timeout=timeout_s,
                cwd="/",
                env=_plain_environment(),
                **self._identity(),
            )

    def spawn(self, command: list[str], output: Path, on_parent_death: signal.Signals | None) -> Child:
        """Start a server in a process group of its own, so that Ctrl-C reaches it only through us."""
        with output.open("ab") as log, _refusals_in_one_line():
            return subprocess.Popen(  # noqa: S603  our own binaries, no shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=_plain_environment(),
                process_group=0,
                preexec_fn=dies_with_parent(on_parent_death),  # noqa: PLW1509  spawned from a single-threaded parent
                **self._identity(),
            )

    def own(self, path: Path) -> None:
        """Give one path to this user."""
        if self.uid is not None:
            os.chown(path, self.uid, self.uid)

    def can_run(self, binary: Path) -> bool:
        """Whether this user can execute the binary."""
        if self.uid is None:
            return True
        return self.run(["/bin/sh", "-c", 'exec "$1" --version', "sh", str(binary)], PROBE_TIMEOUT_S).returncode == 0

    def can_enter(self, directory: Path) -> bool:
        """Whether this user can pass every directory down to `directory` (the kernel is asked, so ACLs count)."""
        if self.uid is None:
            return True
        return self.run(["/bin/sh", "-c", 'cd "$1"', "sh", str(directory)], PROBE_TIMEOUT_S).returncode == 0

    def _identity(self) -> _Identity:
        return {} if self.uid is None else {"user": self.uid, "group": self.uid, "extra_groups": []}


def server_account() -> Account:
    """`nobody` for root, ourselves for everyone else."""
    return Account(NOBODY) if os.geteuid() == 0 else Account()


def dies_with_parent(by: signal.Signals | None) -> Callable[[], None] | None:
    """What a child does between fork and exec so that it gets `by` when its parent dies, kill -9 included.

    Linux only; elsewhere, and for None, the child is an orphan that the next start cleans up.
    """
    if by is None or _LIBC is None:
        return None
    libc, parent = _LIBC, os.getpid()

    def between_fork_and_exec() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(by))
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return between_fork_and_exec


@contextmanager
def _refusals_in_one_line() -> Iterator[None]:
    try:
        yield
    except (PermissionError, FileNotFoundError) as error:
        who = " (root may not become another user here)" if os.geteuid() == 0 else ""
        message = f"an embedded server cannot be run{who}: {error}; set VEHICAID_DATABASE_URL and VEHICAID_REDIS_URL"
        raise EmbeddedServerError(message) from error
    except subprocess.TimeoutExpired as error:
        message = f"{error.cmd[0]} did not end within {error.timeout:.0f} s"
        raise EmbeddedServerError(message) from error


def _plain_environment() -> dict[str, str]:
    """No PG* variable, no locale of the caller: the same server on every machine."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
