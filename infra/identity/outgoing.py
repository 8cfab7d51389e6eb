"""Which messages are to be sent, and what becomes of them? The challenges themselves are the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from infra.event_store.log import borrowed
from infra.identity.postgres_proofs import COLUMNS, challenge_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from infra.identity.challenge import Challenge
    from infra.queries.pool import Pool

# Whoever takes one has it alone for as long as it waits to be tried again: 2 s, 4 s, 8 s, ...
TAKE: Final = f"""
UPDATE challenges SET sendings = sendings + 1, send_after = %(at)s + interval '2 s' * power(2, least(sendings, 6))
 WHERE challenge_id IN (
       SELECT challenge_id FROM challenges WHERE send_after <= %(at)s AND expires_at > %(at)s
        ORDER BY send_after LIMIT %(most)s FOR UPDATE SKIP LOCKED)
RETURNING {COLUMNS}
"""  # noqa: S608  constant
DONE: Final = "UPDATE challenges SET sent_at = %s, send_after = NULL WHERE challenge_id = %s"
GIVE_UP: Final = "UPDATE challenges SET send_after = NULL WHERE challenge_id = %s"


class Outgoing:
    """Messages that wait, for any number of workers at once. Every method may raise LogUnavailable."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def take(self, at: datetime, most: int) -> Sequence[Challenge]:
        """Some that are due; nobody else gets them before they are due again."""
        async with borrowed(self._pool) as connection:
            rows = await (await connection.execute(TAKE, {"at": at, "most": most})).fetchall()
        return [challenge_of(row) for row in rows]

    async def done(self, challenge_id: UUID, at: datetime) -> None:
        """It was carried."""
        async with borrowed(self._pool) as connection:
            await connection.execute(DONE, (at, challenge_id))

    async def give_up(self, challenge_id: UUID) -> None:
        """Nobody will ever carry it."""
        async with borrowed(self._pool) as connection:
            await connection.execute(GIVE_UP, (challenge_id,))
