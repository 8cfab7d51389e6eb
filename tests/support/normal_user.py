"""How does a test that runs as root try the same thing as a normal user?"""

import os
import shutil
import site
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict

import pytest

from tests.support.sessions import current_session, locked

# `daemon`: in every passwd file, owns nothing, and is not the user root's own database runs as.
NORMAL_UID = 1
ROOT_OF_CHECKOUT = Path(__file__).parents[2]


def python_for(uid: int) -> str:
    """Our own Python, or a copy of it where this user can reach it; the test is skipped if neither runs."""
    for find in (_our_python, _copy_of_python):
        python = find()
        probe = subprocess.run(
            ["/bin/sh", "-c", 'exec "$1" -P -c "import psycopg, redis"', "sh", str(python)],
            check=False,
            capture_output=True,
            cwd="/",
            env=environment_of(Path("/")),
            **_identity(uid),
        )
        if probe.returncode == 0:
            return str(python)
    # As root with every Python below a home of mode 700 there is nobody to run as; elsewhere this is never reached.
    pytest.skip("no Python that a normal user can run")


def _our_python() -> Path:
    return Path(sys.executable)


def _copy_of_python() -> Path:
    """Python below root's closed home, put where others reach it: binary and standard library, linked if possible."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    copy, original = current_session() / "python", Path(sys.base_prefix)
    with locked(current_session() / "python.lock"):
        if not copy.exists():
            left_out = shutil.ignore_patterns("site-packages", "test", "idlelib", "config-*")
            draft = copy.with_name("python.new")
            library = Path("lib") / version
            shutil.copytree(original / library, draft / library, ignore=left_out, copy_function=_link)
            (draft / "bin").mkdir()
            for file in (original / "bin" / version, *(original / "lib").glob("libpython*.so*")):
                _link(str(file), str(draft / file.relative_to(original)))
            draft.rename(copy)
    return copy / "bin" / version


def _link(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


def normal_uid() -> int:
    """Ourselves, or `daemon` when we are root."""
    return NORMAL_UID if os.geteuid() == 0 else os.geteuid()


def environment_of(home: Path, **more: str) -> dict[str, str]:
    """What a normal user's process needs to find this checkout and its packages."""
    path = os.pathsep.join([str(ROOT_OF_CHECKOUT), *site.getsitepackages()])
    plain = {"PATH": os.defpath, "HOME": str(home), "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    return {**plain, "LD_LIBRARY_PATH": str(current_session() / "python" / "lib"), **more}


def start_as_normal_user(arguments: list[str], home: Path, **environment: str) -> subprocess.Popen[str]:
    """Start our Python with these arguments as a normal user."""
    uid = normal_uid()
    return subprocess.Popen(
        [python_for(uid), "-P", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=home,
        env=environment_of(home, **environment),
        **_identity(uid),
    )


@contextmanager
def home_of_normal_user() -> Iterator[Path]:
    """A directory of mode 700 that belongs to the normal user."""
    with tempfile.TemporaryDirectory(prefix="va-", dir="/tmp", ignore_cleanup_errors=True) as directory:
        home = Path(directory)
        if os.geteuid() == 0:
            os.chown(home, NORMAL_UID, NORMAL_UID)
        yield home


class _Identity(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


def _identity(uid: int) -> _Identity:
    return {"user": uid, "group": uid, "extra_groups": []} if os.geteuid() == 0 else {}
