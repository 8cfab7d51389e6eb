"""Does a process that is started again load only what it needs? Each of these costs a second of somebody's call."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

COMPILED = ("numba", "scipy", "highspy", "weasyprint", "pyarrow", "zxcvbn")
"""What few requests need, and some processes not at all: loaded when it is first asked for."""


@pytest.mark.parametrize("module", ["interfaces.http.app", "interfaces.worker.main", "interfaces.projector.main"])
def test_it_starts_without_what_it_may_never_need(module: str) -> None:
    program = f"import sys, {module}; print(*(name for name in {COMPILED!r} if name in sys.modules))"
    told = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True)
    assert told.stdout.strip() == ""
