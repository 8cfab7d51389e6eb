"""How is a webhook kept before it is answered, and folded once?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from infra.event_store.log import borrowed
from infra.webhooks.keeping import Keeping

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from infra.queries.pool import Pool

    LetterName = tuple[str, str]

WAITING: Final = (
    "SELECT source, event_id FROM webhook_inbox WHERE outcome IS NULL AND look_at <= now() ORDER BY look_at LIMIT %s"
)
# Half a second until the next look, and twice as long after each: whoever dies with one leaves it to the next for no
# longer, and one that nobody can fold yet is looked at more and more seldom.
TAKE: Final = (
    "UPDATE webhook_inbox SET tries = tries + 1, look_at = now() + 0.5 * 2 ^ least(tries, 20) * interval '1 s'"
    " WHERE (source, event_id) IN (SELECT * FROM unnest(%s::text[], %s::text[]))"
    " AND outcome IS NULL AND look_at <= now()"
    " RETURNING source, event_id, body, received_at, tries"
)
DONE: Final = "UPDATE webhook_inbox SET outcome = %s, body = %s WHERE source = %s AND event_id = %s"
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
        self._keeping = Keeping(pool)

    async def keep(self, source: str, event_id: str, body: bytes) -> bool:
        """Keep it durably, together with those that came at the same time; whether it is new."""
        return await self._keeping.keep(source, event_id, body)

    async def waiting(self, most: int) -> list[LetterName]:
        """Up to so many whose turn it is, the longest waiting first."""
        async with borrowed(self._pool) as connection:
            cursor = await connection.execute(WAITING, (most,))
            return cast("list[LetterName]", await cursor.fetchall())

    async def take(self, names: Sequence[LetterName]) -> list[Letter]:
        """Those of them that still wait, after which they rest for a while; hold their locks before."""
        async with borrowed(self._pool) as connection:
            sources, event_ids = [source for source, _ in names], [event_id for _, event_id in names]
            cursor = await connection.execute(TAKE, (sources, event_ids))
            rows = cast("list[tuple[str, str, bytes, datetime, int]]", await cursor.fetchall())
            return [Letter(source, event_id, bytes(body), at, tries) for source, event_id, body, at, tries in rows]

    async def done(self, letter: Letter, outcome: str) -> None:
        """It need not be looked at any more; what the log has now is not kept twice."""
        body = b"" if outcome == FOLDED else letter.body
        async with borrowed(self._pool) as connection:
            await connection.execute(DONE, (outcome, body, letter.source, letter.event_id))

    async def purge(self, older_than: timedelta) -> int:
        """Remove what is over and old; how many."""
        async with borrowed(self._pool) as connection:
            return (await connection.execute(PURGE, (older_than,))).rowcount
