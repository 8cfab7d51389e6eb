"""Which key was pressed, without waiting for a line, and with the terminal left as it was found?"""

from __future__ import annotations

import os
import select
import sys
import termios
import time
import tty
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def keys_one_by_one() -> Iterator[Callable[[float], str]]:
    """Gives what waits so many seconds for a key, and tells it; empty when none was pressed.

    Ctrl-C stays what it is. Where nobody types, because input is no terminal, it only waits.
    """
    if not sys.stdin.isatty():
        yield _only_wait
        return
    keyboard = sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)
    tty.setcbreak(keyboard)

    def pressed(within_s: float) -> str:
        ready, _, _ = select.select([keyboard], [], [], within_s)
        return os.read(keyboard, 1).decode("utf-8", "replace") if ready else ""

    try:
        yield pressed
    finally:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)


def _only_wait(within_s: float) -> str:
    time.sleep(within_s)
    return ""
