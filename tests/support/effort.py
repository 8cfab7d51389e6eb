"""How hard does this run look: as `make test` can afford in minutes, or as `make test-all` does?

What is sampled keeps its kinds: every route, every machine and every page is still there, with fewer cases of each.
"""

import os
from collections.abc import Iterable
from typing import TypeVar
from zlib import crc32

T = TypeVar("T")

THOROUGH = os.environ.get("TEST_EFFORT", "thorough") != "quick"
# A quick run tries so many times fewer of what differs by chance only, but not fewer than the floor.
QUICK_SHARE = 4
FLOOR = 5


def examples(thorough: int) -> int:
    """How many examples of a property, or runs of a machine."""
    return thorough if THOROUGH else min(thorough, max(thorough // QUICK_SHARE, FLOOR))


def sampled(cases: Iterable[T], one_in: int = QUICK_SHARE) -> list[T]:
    """All, or one in so many of them; which, depends on the case alone, so that others do not come and go with it."""
    return [case for case in cases if THOROUGH or crc32(repr(case).encode()) % one_in == 0]
