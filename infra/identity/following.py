"""How does a process hear, within a second, of other keys and of sessions that have ended?"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Final, Protocol

from application.log import LogUnavailable
from infra.identity.access_tokens import LEEWAY_S
from infra.stopping import end
from infra.telemetry import metrics
from infra.telemetry.logging import log

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.identity.access_tokens import TokenAuthority
    from infra.identity.key_table import KeptKey
    from infra.identity.session_table import SessionTable

# 30 s back, each time: an end is committed long before, since no statement may take longer than 5 s.
OVERLAP: Final = timedelta(seconds=30)
# 2 s between two looks for a key that somebody names: whoever invents names costs us one query in that time.
LOOK_AGAIN_S: Final = 2.0


class KnowsKeys(Protocol):
    """Tells the keys of the cell; see ``KeyTable.ensure``."""

    async def ensure(self, at: datetime) -> Sequence[KeptKey]:
        """All of them."""
        ...


class IdentityFollower:
    """Asks the database again and again; belongs to the loop that starts it."""

    def __init__(self, keys: KnowsKeys, table: SessionTable, authority: TokenAuthority, poll_s: float) -> None:
        self._keys = keys
        self._table = table
        self._authority = authority
        self._poll_s = poll_s
        self._last: datetime | None = None
        self._is_hearing: bool | None = None
        self._looked_at = -LOOK_AGAIN_S
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Ask once, then go on; a database that is away is waited for in the background."""
        await self._asked()
        self._task = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """Ask no longer."""
        await end(self._task)
        self._task = None

    async def look_again(self) -> bool:
        """Somebody names a key that is not known here: ask for keys, unless that was done a moment ago."""
        if monotonic() - self._looked_at < LOOK_AGAIN_S:
            return False
        self._looked_at = monotonic()
        edition = self._authority.ring.edition
        with contextlib.suppress(LogUnavailable):
            await self._take_keys()
        return self._authority.ring.edition != edition

    async def ask(self) -> None:
        """Take the keys, and what has ended since the last time. Raises LogUnavailable."""
        await self._take_keys()
        ended = await self._table.ended_since(None if self._last is None else self._last - OVERLAP)
        self._authority.ended.take(ended)
        self._last = max((at for _, at in ended), default=self._last)
        now = datetime.now(UTC)
        # Twice the overlap later nobody asks for it again, and its last token is over.
        tokens_live = timedelta(seconds=self._authority.ttl_s + LEEWAY_S)
        self._authority.ended.forget_before(now - tokens_live - 2 * OVERLAP)
        metrics.sessions_heard_at.set(now.timestamp())

    async def _take_keys(self) -> None:
        now = datetime.now(UTC)
        kept = await self._keys.ensure(now)
        self._authority.ring.take(
            one.key for one in kept if one.key.verifies_until is None or now < one.key.verifies_until
        )

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(self._poll_s)
            await self._asked()

    async def _asked(self) -> None:
        try:
            await self.ask()
        except Exception as error:  # noqa: BLE001  whatever it is, the next look may succeed: nothing ends the following
            if self._is_hearing is not False:
                log(__name__).warning("identity_not_heard", kind=type(error.__cause__ or error).__name__)
            self._is_hearing = False
        else:
            # Only after a silence: whoever begins and is answered, as a command at a terminal, has nothing to tell.
            if self._is_hearing is False:
                log(__name__).info("identity_heard", keys=len(self._authority.ring.published(datetime.now(UTC))))
            self._is_hearing = True
