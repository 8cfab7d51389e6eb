"""Is a key heard at once in a terminal, which is then left as it was found?"""

from __future__ import annotations

import os
import pty
import sys
import termios
from typing import TYPE_CHECKING

from interfaces.watch.keys import keys_one_by_one

if TYPE_CHECKING:
    import pytest


def test_a_key_is_told_without_a_line_and_the_terminal_is_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs) as terminal, monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", terminal)
        before = termios.tcgetattr(terminal)
        with keys_one_by_one() as pressed:
            assert pressed(0.0) == ""
            os.write(ours, b"q")
            assert pressed(10.0) == "q"
            assert not termios.tcgetattr(terminal)[3] & termios.ICANON
        assert termios.tcgetattr(terminal) == before
    os.close(ours)


def test_without_a_terminal_nobody_types(monkeypatch: pytest.MonkeyPatch) -> None:
    with open(os.devnull) as nothing, monkeypatch.context() as patch:  # noqa: PTH123  (a device)
        patch.setattr(sys, "stdin", nothing)
        with keys_one_by_one() as pressed:
            assert pressed(0.0) == ""
