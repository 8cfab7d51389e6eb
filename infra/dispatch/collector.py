"""How is Python's search for garbage kept out of a tick of dispatch? The dispatcher searches while it rests."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

# A city of 5,000 units that was just read is some hundred thousand objects, and one search through all of them took
# 100 ms: most of what a slow tick took longer than others. A tick leaves some thousands behind, so none is due in it;
# should a dispatcher never come to rest, the young ones are searched all the same, in some milliseconds.
RARELY: Final = (100_000, 50, 1_000)

# Cycles of garbage come from exceptions and connections, not from plans: in this time there are few.
EVERY_S: Final = 10.0


def be_a_dispatcher() -> None:
    """What is loaded by now is never searched again, and what comes hardly ever, but for ``collect``."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*RARELY)


def collect() -> None:
    """Search now, when nobody waits for a plan and nothing of the board is held."""
    gc.collect()


@contextmanager
def as_a_dispatcher() -> Iterator[None]:
    """The same for a time: for whoever measures how long a dispatcher takes."""
    before = gc.get_threshold()
    be_a_dispatcher()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
