"""How is Python's cycle collector kept from searching, again and again, through facts that are no garbage?"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

# Facts and rows hold no cycles, so counting references frees them all. A page of facts and its rows are some ten
# thousand objects: with these limits the collector runs every few pages, not many times in each; measured, that is
# half of the time of a rebuild.
RARELY: Final = (100_000, 50, 20)


def collect_rarely() -> None:
    """For a process that does nothing but fold: what is imported by now is never searched again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*RARELY)


@contextmanager
def collecting_rarely() -> Iterator[None]:
    """For the time of a rebuild."""
    before = gc.get_threshold()
    gc.set_threshold(*RARELY)
    try:
        yield
    finally:
        gc.set_threshold(*before)
