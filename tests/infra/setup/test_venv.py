"""Does setting up tell in one line what is missing, and is its command usable from anywhere?"""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "infra" / "setup" / "venv.sh"


def _set_up(tmp_path: Path, python: str, path: str = os.defpath) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(SCRIPT), python, str(tmp_path / "venv"), "requirements/dev.lock"],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        env={"PATH": path},
    )


def _stub(tmp_path: Path, name: str, body: str) -> str:
    folder = tmp_path / "bin"
    folder.mkdir(exist_ok=True)
    stub = folder / name
    stub.write_text(f"#!/bin/sh\n{body}\n")
    stub.chmod(0o755)
    return str(stub)


OLD = 'case "$1" in --version) echo Python 3.9.1 ;; *) exit 1 ;; esac'


def test_a_missing_python_is_one_line(tmp_path: Path) -> None:
    done = _set_up(tmp_path, "/no/such/python")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "make venv: /no/such/python is missing" in done.stderr


def test_an_old_python_is_one_line(tmp_path: Path) -> None:
    done = _set_up(tmp_path, _stub(tmp_path, "old", OLD))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "Python 3.9.1 is too old: 3.11 or newer is needed" in done.stderr


def test_a_newer_python_next_to_an_old_one_is_found(tmp_path: Path) -> None:
    _stub(tmp_path, "python3", OLD)
    _stub(tmp_path, "python3.12", 'case "$*" in *version_info*) exit 0 ;; *) echo "the newer one: $*"; exit 3 ;; esac')
    _stub(tmp_path, "id", "echo 1000")
    done = _set_up(tmp_path, "python3", path=f"{tmp_path / 'bin'}:{os.defpath}")
    assert "too old" not in done.stderr
    assert "the venv module is missing" in done.stderr, "the newer one was asked, and has none"


def test_a_python_without_venv_tells_a_normal_user_what_to_install(tmp_path: Path) -> None:
    _stub(tmp_path, "id", "echo 1000")
    python = _stub(tmp_path, "python", 'case "$*" in *ensurepip*) exit 1 ;; *) exit 0 ;; esac')
    done = _set_up(tmp_path, python, path=f"{tmp_path / 'bin'}:{os.defpath}")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "apt-get install python3-venv" in done.stderr


@pytest.mark.skipif(not (ROOT / ".venv" / "bin" / "vehicaid").exists(), reason="not set up by `make venv`")
def test_the_command_works_from_another_directory_and_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "interfaces.py").write_text("raise SystemExit('the wrong module')")
    link = tmp_path / "vehicaid"
    link.symlink_to(ROOT / ".venv" / "bin" / "vehicaid")
    done = subprocess.run([str(link), "--help"], check=False, capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "projector" in done.stdout


def test_what_is_locked_is_what_is_asked_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = [re.split(r"[<>=\[; ]", wanted)[0].lower() for wanted in project["dependencies"]]
    for lock in ("runtime.lock", "dev.lock"):
        text = (ROOT / "requirements" / lock).read_text().lower()
        assert not [name for name in names if not re.search(rf"^{re.escape(name)}==", text, re.MULTILINE)]
        assert "--hash=sha256:" in text
        assert "://" not in text, "a lock names no address: every mirror will do"


def test_ci_runs_the_tests_and_nothing_weaker() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert (ROOT / ".ci" / "run").read_text().rstrip().endswith("make --no-print-directory test")
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    for version in ('"3.11"', '"3.12"', '"3.13"', ".ci/run", "make check"):
        assert version in workflow


@pytest.mark.skipif(shutil.which("make") is None, reason="no make")
def test_make_says_what_there_is() -> None:
    done = subprocess.run(["make", "help"], check=True, capture_output=True, text=True, cwd=ROOT, timeout=30)
    for target in ("venv", "run", "check", "test", "test-all", "bench", "lock"):
        assert f"make {target} " in done.stdout
