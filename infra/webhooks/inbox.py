"""How is a webhook kept before it is answered, and folded once?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from infra.event_store.log import borrowed

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from infra.queries.pool import Pool

KEEP: Final = (
    "INSERT INTO webhook_inbox (source, event_id, body) VALUES (%s, %s, %s) ON CONFLICT (source, event_id) DO NOTHING"
)
# Taken for a while by pushing its next look away: whoever dies with it leaves it to the next.
TAKE: Final = (
    "UPDATE webhook_inbox SET tries = tries + 1, look_at = now() + %s"
    " WHERE (source, event_id) IN (SELECT source, event_id FROM webhook_inbox"
    "  WHERE outcome IS NULL AND look_at <= now() ORDER BY look_at LIMIT %s FOR UPDATE SKIP LOCKED)"
    " RETURNING source, event_id, body, received_at, tries"
)
DONE: Final = "UPDATE webhook_inbox SET outcome = %s, body = %s WHERE source = %s AND event_id = %s"
LATER: Final = "UPDATE webhook_inbox SET look_at = now() + %s WHERE source = %s AND event_id = %s"
PURGE: Final = "DELETE FROM webhook_inbox WHERE outcome IS NOT NULL AND received_at < now() - %s"
FOLDED: Final = "folded"


@dataclass(frozen=True, slots=True)
class Letter:
    """One webhook that waits; ``tries`` counts this look at it."""

    source: str
    event_id: str
    body: bytes
    received_at: datetime
    tries: int


class WebhookInbox:
    """The table, over a pool of the application's connections. Raises LogUnavailable."""

    def __init__(self, pool: Pool) -> None:
        """Nothing is asked yet."""
        self._pool = pool

    async def keep(self, source: str, event_id: str, body: bytes) -> bool:
        """Keep it durably; whether it is new."""
        async with borrowed(self._pool) as connection:
            cursor = await connection.execute(KEEP, (source, event_id, body))
            return cursor.rowcount == 1

    async def take(self, most: int, for_: timedelta) -> list[Letter]:
        """Up to so many that wait; nobody else gets them before ``for_`` is over."""
        async with borrowed(self._pool) as connection:
            cursor = await connection.execute(TAKE, (for_, most))
            rows = cast("list[tuple[str, str, bytes, datetime, int]]", await cursor.fetchall())
            return [Letter(source, event_id, bytes(body), at, tries) for source, event_id, body, at, tries in rows]

    async def done(self, letter: Letter, outcome: str) -> None:
        """It need not be looked at any more; what the log has now is not kept twice."""
        body = b"" if outcome == FOLDED else letter.body
        async with borrowed(self._pool) as connection:
            await connection.execute(DONE, (outcome, body, letter.source, letter.event_id))

    async def later(self, letter: Letter, pause: timedelta) -> None:
        """Look at it again."""
        async with borrowed(self._pool) as connection:
            await connection.execute(LATER, (pause, letter.source, letter.event_id))

    async def purge(self, older_than: timedelta) -> int:
        """Remove what is over and old; how many."""
        async with borrowed(self._pool) as connection:
            return (await connection.execute(PURGE, (older_than,))).rowcount
