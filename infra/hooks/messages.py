"""What was told to a place, how does each message stand, and how is it sent again?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from domain.refusal import BadInput
from infra.event_store.log import borrowed

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from infra.queries.pool import Pool

    MessageTuple = tuple[int, str, str, int, datetime, datetime, str | None]

# At most so many are sent again by one order; the next order takes the rest.
MOST_REPLAYED: Final = 10_000

# Whatever this very order sent again before is left alone, but counted: a repeated order answers the same.
REPLAY: Final = """
WITH wanted AS (
    SELECT tenant, endpoint_id, position FROM hook_messages
     WHERE tenant = %(tenant)s AND endpoint_id = %(endpoint)s AND position BETWEEN %(first)s AND %(last)s
       AND state <> 'waiting' AND (state = 'dead' OR NOT %(dead_only)s)
       AND NOT EXISTS (SELECT FROM hook_messages AS b WHERE b.tenant = %(tenant)s AND b.endpoint_id = %(endpoint)s
                          AND b.replayed_by = %(order)s)
     ORDER BY position LIMIT %(most)s)
UPDATE hook_messages AS m SET state = 'waiting', tries = 0, due_at = %(at)s, replayed_by = %(order)s
  FROM wanted AS w WHERE m.tenant = w.tenant AND m.endpoint_id = w.endpoint_id AND m.position = w.position
"""
REPLAYED: Final = (
    "SELECT count(*) FROM hook_messages WHERE tenant = %(tenant)s AND endpoint_id = %(endpoint)s"
    " AND replayed_by = %(order)s"
)
STANDING: Final = "SELECT endpoint_id, state, count(*) FROM hook_messages WHERE tenant = %s GROUP BY endpoint_id, state"
PAGE: Final = """
SELECT position, name, state, tries, due_at, made_at, last_code FROM hook_messages
 WHERE tenant = %(tenant)s AND endpoint_id = %(endpoint)s AND position < %(before)s
   AND (%(state)s::text IS NULL OR state = %(state)s)
 ORDER BY position DESC LIMIT %(most)s
"""
READ_UNTIL: Final = "SELECT position FROM hook_reading WHERE one"


class BadReplay(BadInput):
    """The last position comes after the first."""

    code = "bad_replay"


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it stands, without what it says; ``last_code`` is the last answer, or why there was none."""

    position: int
    name: str
    state: str
    tries: int
    due_at: datetime
    made_at: datetime
    last_code: str | None


class Messages:
    """The table, over a pool of the application's connections. Raises LogUnavailable."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def page(self, tenant: str, endpoint_id: UUID, state: str | None, before: int, most: int) -> list[Message]:
        """What was told before a position, the newest first."""
        told = {"tenant": tenant, "endpoint": endpoint_id, "state": state, "before": before, "most": most}
        async with borrowed(self._pool) as connection:
            rows = cast("list[MessageTuple]", await (await connection.execute(PAGE, told)).fetchall())
        return [Message(*row) for row in rows]

    async def read_until(self) -> int:
        """How far the log was read for webhooks."""
        async with borrowed(self._pool) as connection:
            row = await (await connection.execute(READ_UNTIL)).fetchone()
        return 0 if row is None else cast("int", row[0])

    async def standing(self, tenant: str) -> dict[UUID, dict[str, int]]:
        """How many messages of each place wait, were taken, or are dead."""
        async with borrowed(self._pool) as connection:
            rows = await (await connection.execute(STANDING, (tenant,))).fetchall()
        told: dict[UUID, dict[str, int]] = {}
        for endpoint_id, state, count in cast("list[tuple[UUID, str, int]]", rows):
            told.setdefault(endpoint_id, {})[state] = count
        return told

    async def replay(
        self, tenant: str, endpoint_id: UUID, positions: tuple[int, int], at: datetime, order: UUID, *, dead_only: bool
    ) -> int:
        """Send what was told of these positions again, under the same ids; how many. Raises BadReplay.

        The same order again sends nothing more, and gives the same number.
        """
        if positions[1] < positions[0]:
            raise BadReplay
        told = {"tenant": tenant, "endpoint": endpoint_id, "first": positions[0], "last": positions[1], "at": at}
        told |= {"order": order, "dead_only": dead_only, "most": MOST_REPLAYED}
        async with borrowed(self._pool) as connection:
            await connection.execute(REPLAY, told)
            row = await (await connection.execute(REPLAYED, told)).fetchone()
        return 0 if row is None else cast("int", row[0])
