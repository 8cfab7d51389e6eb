"""Of several commands of one process that want the same thing at once, who decides first?

All who answer one request meet on its stream, and one save lets one of them through: that each of the others first
reads everything and then loses is work for nothing. So one decides, the others wait until it has, and look again. It is
a courtesy and no lock: what guards is the version of each stream, also between processes, and whoever waited for long
goes ahead.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from uuid import UUID

WAITS_AT_MOST_S: Final = 0.5
"""A save takes milliseconds: who has decided for so long is held up, and nobody else should be on its account."""

Key = tuple[str, "UUID"]
"""A tenant, and the stream that is wanted."""


class Turns:
    """Who decides about which stream now; nothing is kept of a stream that nobody decides about."""

    def __init__(self, waits_at_most_s: float = WAITS_AT_MOST_S) -> None:
        self._deciding: dict[Key, asyncio.Event] = {}
        self._waits_at_most_s = waits_at_most_s

    async def take(self, key: Key) -> asyncio.Event | None:
        """The turn, to be given back; None when somebody else decided meanwhile: look again."""
        other = self._deciding.get(key)
        if other is None:
            mine = self._deciding[key] = asyncio.Event()
            return mine
        with suppress(TimeoutError):
            async with asyncio.timeout(self._waits_at_most_s):
                await other.wait()
        return None

    def give_back(self, key: Key, turn: asyncio.Event) -> None:
        """Let all who wait look again."""
        if self._deciding.get(key) is turn:
            del self._deciding[key]
        turn.set()
