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

# `daemon`: in every passwd file, owns nothing, and is not the user root's own database runs as.
NORMAL_UID = 1
ROOT_OF_CHECKOUT = Path(__file__).parents[2]


def python_for(uid: int) -> str:
    """A Python of our version that this user can run; the test is skipped where there is none."""
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in filter(None, (sys.executable, f"/usr/bin/{name}", f"/usr/local/bin/{name}", shutil.which(name))):
        if not Path(candidate).exists():
            continue
        probe = subprocess.run(
            ["/bin/sh", "-c", 'exec "$1" -c pass', "sh", candidate],
            check=False,
            capture_output=True,
            cwd="/",
            **_identity(uid),
        )
        if probe.returncode == 0:
            return candidate
    pytest.skip(f"no {name} that a normal user can run")


def normal_uid() -> int:
    """Ourselves, or `daemon` when we are root."""
    return NORMAL_UID if os.geteuid() == 0 else os.geteuid()


def environment_of(home: Path, **more: str) -> dict[str, str]:
    """What a normal user's process needs to find this checkout and its packages."""
    path = os.pathsep.join([str(ROOT_OF_CHECKOUT), *site.getsitepackages()])
    return {"PATH": os.defpath, "HOME": str(home), "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", **more}


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
