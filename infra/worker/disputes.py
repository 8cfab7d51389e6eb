"""Which disputes is somebody to look after? Read from a read model, which may be behind the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast
from uuid import UUID

from infra.event_store.log import borrowed

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from infra.queries.pool import Pool

# One without a pack gets it at once; whose deadline is near is looked at every time; every other one once an hour, its
# minute following from its id.
TO_LOOK_AFTER: Final = """
SELECT tenant, dispute_id FROM disputes
 WHERE state IN ('open', 'action_required', 'under_review')
   AND (drafted_at IS NULL OR answered = 'nothing' AND respond_by <= %(at)s + interval '4 days'
    OR extract(minute FROM %(at)s)::int = abs(hashtext(dispute_id::text)) %% 60)
 ORDER BY respond_by LIMIT %(limit)s"""

ONE: Final = "SELECT tenant, dispute_id FROM disputes WHERE gateway_dispute = %s"
KNOWN: Final = "SELECT gateway_dispute FROM disputes WHERE gateway_dispute = ANY (%s)"


class DisputesToLookAfter:
    """The board, over a pool. Raises LogUnavailable."""

    def __init__(self, pool: Pool) -> None:
        """Nothing is asked yet."""
        self._pool = pool

    async def to_look_after(self, at: datetime, limit: int) -> list[tuple[str, UUID]]:
        """Disputes that go on, the most urgent first: tenant and id."""
        async with borrowed(self._pool) as connection:
            cursor = await connection.execute(TO_LOOK_AFTER, {"at": at, "limit": limit})
            return cast("list[tuple[str, UUID]]", await cursor.fetchall())

    async def dispute_of(self, gateway_dispute: str) -> tuple[str, UUID] | None:
        """Whose dispute that is, and its id."""
        async with borrowed(self._pool) as connection:
            found = await (await connection.execute(ONE, (gateway_dispute,))).fetchone()
            return cast("tuple[str, UUID] | None", found)

    async def known(self, gateway_disputes: Collection[str]) -> frozenset[str]:
        """Those that we have heard of."""
        async with borrowed(self._pool) as connection:
            cursor = await connection.execute(KNOWN, (list(gateway_disputes),))
            return frozenset(str(row[0]) for row in await cursor.fetchall())
