"""How is Python kept from wasting a projector's time: searching facts for garbage, letting threads wait for turns?"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

# Facts and rows hold no cycles, so counting references frees them all. A page of facts and its rows are some ten
# thousand objects: with these limits the collector runs every few pages, not many times in each; measured, that is
# half of the time of a rebuild.
RARELY: Final = (100_000, 50, 20)


# A thread that folds a large batch gives way this soon to one that has a single event to fold; Python's own 5 ms would
# be most of what a reader may be made to wait.
TURN_S: Final = 0.001


def be_a_projector() -> None:
    """For a process that does nothing but fold: what is imported by now is never searched again, turns are short."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*RARELY)
    sys.setswitchinterval(TURN_S)


@contextmanager
def collecting_rarely() -> Iterator[None]:
    """For the time of a rebuild."""
    before = gc.get_threshold()
    gc.set_threshold(*RARELY)
    try:
        yield
    finally:
        gc.set_threshold(*before)
