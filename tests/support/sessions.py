"""Where does one run of pytest keep its servers, and who cleans up after one that was killed?"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from infra.embedded.leftovers import end_leftovers

SESSION_VARIABLE = "VEHICAID_TEST_SESSION"
BASE = Path("/tmp") / f"vehicaid-tests-{os.geteuid()}"  # noqa: S108  short enough for a unix socket, ours alone


def begin_session() -> Path:
    """Called once, by the process that outlives all workers of this run."""
    BASE.mkdir(mode=0o755, exist_ok=True)
    if BASE.stat().st_uid != os.geteuid() or BASE.is_symlink():
        message = f"{BASE} belongs to somebody else"
        raise RuntimeError(message)
    with locked(BASE / "lock"):
        _sweep()
        session = BASE / _name(psutil.Process())
        session.mkdir(mode=0o755, exist_ok=True)
    os.environ[SESSION_VARIABLE] = str(session)
    return session


def end_session(session: Path) -> None:
    """Stop what this run started and remove its files."""
    _end_servers(session)
    shutil.rmtree(session, ignore_errors=True)


def current_session() -> Path:
    """The directory of this run, the same in every worker."""
    return Path(os.environ[SESSION_VARIABLE])


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process at a time; freed by the kernel however the holder ends."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _name(process: psutil.Process) -> str:
    return f"{process.pid}-{int(process.create_time() * 100)}"


def _sweep() -> None:
    for session in BASE.iterdir():
        if session.is_dir() and not _lives(session.name):
            end_session(session)


def _lives(name: str) -> bool:
    pid = name.split("-", 1)[0]
    try:
        return pid.isdigit() and _name(psutil.Process(int(pid))) == name
    except psutil.Error:
        return False


def _end_servers(session: Path) -> None:
    for pid_file in (*session.glob("**/postmaster.pid"), *session.glob("**/redis.pid")):
        name = "postgres" if pid_file.name == "postmaster.pid" else "redis-server"
        end_leftovers(pid_file, pid_file.parent, name, lambda _line: None)
