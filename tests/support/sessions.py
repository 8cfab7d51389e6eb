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
MEMORY = Path("/dev/shm") / BASE.name  # noqa: S108  likewise, where the system has one
# The databases of a run and its write-ahead log, of which a server may keep 4 GB.
ROOM_BYTES = 8 * 1024**3


def begin_session() -> Path:
    """Called once, by the process that outlives all workers of this run."""
    _own(BASE)
    with locked(BASE / "lock"):
        _sweep()
        session = BASE / _name(psutil.Process())
        session.mkdir(mode=0o755, exist_ok=True)
        if _has_room(MEMORY.parent):
            _own(MEMORY)
            (MEMORY / session.name).mkdir(mode=0o755, exist_ok=True)
    os.environ[SESSION_VARIABLE] = str(session)
    return session


def end_session(session: Path) -> None:
    """Stop what this run started and remove its files."""
    for place in _places(session):
        _end_servers(place)
        shutil.rmtree(place, ignore_errors=True)


def fast_place(session: Path) -> Path:
    """Where the run keeps what may vanish with the machine.

    Making and dropping a database took the kernel 0.55 s on a disk's file system, and 0.02 s in memory.
    """
    return next(place for place in _places(session) if place.is_dir())


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


def _own(base: Path) -> None:
    base.mkdir(mode=0o755, exist_ok=True)
    if base.stat().st_uid != os.geteuid() or base.is_symlink():
        message = f"{base} belongs to somebody else"
        raise RuntimeError(message)


def _has_room(folder: Path) -> bool:
    return os.access(folder, os.W_OK) and shutil.disk_usage(folder).free >= ROOM_BYTES


def _places(session: Path) -> tuple[Path, Path]:
    return MEMORY / session.name, session


def _sweep() -> None:
    for base in (MEMORY, BASE):
        for session in base.iterdir() if base.is_dir() else ():
            if session.is_dir() and not _lives(session.name):
                end_session(BASE / session.name)


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
