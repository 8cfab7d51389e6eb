"""What is there for a worker to do? Read from read models, which may be behind the log; the aggregates decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast
from uuid import UUID

from infra.event_store.log import borrowed

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from infra.queries.pool import Pool

# A fresh intent is left alone for 0.2 s. What nobody could tell of is asked about after 2, 4, 8 s, 5 min at most.
OPEN_INTENTS: Final = """
SELECT tenant, operation_id FROM intents
 WHERE kind = ANY (%(kinds)s) AND (state = 'open' AND last_at <= %(at)s - interval '0.2 s'
    OR state = 'uncertain' AND last_at <= %(at)s - make_interval(secs => least(300, 2 ^ least(doubts, 10))))
 ORDER BY last_at LIMIT %(limit)s"""
# Looked up again by whoever carries it out: what was sent may be old by then.
INTENT: Final = """
SELECT kind, stream_id FROM intents
 WHERE tenant = %s AND operation_id = %s AND state IN ('open', 'uncertain')"""
STANDING: Final = """
SELECT count(*), coalesce(extract(epoch FROM %(at)s - min(asked_at)), 0) FROM intents
 WHERE state IN ('open', 'uncertain')"""
# The gateway knows no tenants: its order names ours.
# A link that is paid has an order of its own there.
ORDER_OF: Final = """
SELECT tenant, order_id FROM payment_orders WHERE gateway_order = %(order)s
 UNION ALL SELECT tenant, order_id FROM payment_links WHERE gateway_order = %(order)s LIMIT 1"""
LINK_OF: Final = "SELECT tenant, order_id FROM payment_links WHERE link_id = %s"
# Links that somebody may have paid, or whose time is over, and of which no news came.
LINKS_TO_ASK: Final = """
SELECT tenant, order_id FROM payment_links
 WHERE state IN ('open', 'cancelling') AND created_at <= %(at)s - interval '15 min'
   AND expires_at > %(at)s - interval '2 days'
 ORDER BY created_at LIMIT %(limit)s"""
# Links over what is not owed any more: paid from the wallet, say, or given up.
LINKS_TO_END: Final = """
SELECT l.tenant, l.order_id FROM payment_links l
  JOIN payments p ON p.tenant = l.tenant AND p.payment_id = l.subject_id
 WHERE l.state = 'open' AND l.purpose = 'debt' AND p.owed_minor = 0
 ORDER BY l.created_at LIMIT %(limit)s"""
# Whose checkout is through and nobody told us; and, rarely, whatever is open at all.
TO_ASK: Final = """
SELECT tenant, order_id, seen_at IS NOT NULL FROM payment_orders
 WHERE state = 'open' AND (seen_at <= %(at)s - interval '3 s' OR created_at <= %(at)s - interval '15 min')
   AND created_at > %(at)s - interval '5 days'
 ORDER BY created_at LIMIT %(limit)s"""
# What a bank has taken on is done within minutes or days; who nobody tells of is asked about once an hour, for a month:
# its minute follows from its id, so that not all are asked about at once.
REFUNDS_TO_ASK: Final = """
SELECT tenant, refund_id FROM refunds
 WHERE state = 'accepted' AND updated_at <= %(at)s - interval '10 min' AND created_at > %(at)s - interval '30 days'
   AND extract(minute FROM %(at)s)::int = abs(hashtext(refund_id::text)) %% 60
 ORDER BY updated_at LIMIT %(limit)s"""
# Help is on its way, or there: then a job's payment is captured. One that is for later is captured before the gateway
# gives back what was only authorised: banks promise three days, an hour is left for everything that can be late.
TO_CAPTURE: Final = """
SELECT o.tenant, o.order_id FROM payment_orders o
  JOIN request_board r ON r.tenant = o.tenant AND r.request_id = o.subject_id
 WHERE o.state = 'open' AND o.purpose = 'job' AND o.authorised IS NOT NULL
   AND (r.state IN ('en_route', 'on_scene', 'in_service', 'loaded', 'in_transit', 'at_drop', 'work_done', 'completed')
    OR o.created_at <= %(at)s - interval '71 h')
 ORDER BY o.created_at LIMIT %(limit)s"""


@dataclass(frozen=True, slots=True)
class Operation:
    """Under which ids something is asked for: all that travels from whoever finds it to whoever carries it out."""

    tenant: str
    operation_id: UUID


class WorkBoard:
    """The board, over a pool. Raises LogUnavailable."""

    def __init__(self, pool: Pool) -> None:
        """Nothing is asked yet."""
        self._pool = pool

    async def open_intents(self, kinds: Collection[str], at: datetime, limit: int) -> list[Operation]:
        """Intents of these kinds whose turn has come, the longest waiting first."""
        async with borrowed(self._pool) as connection:
            asked = {"kinds": list(kinds), "at": at, "limit": limit}
            cursor = await connection.execute(OPEN_INTENTS, asked)
            return [Operation(*row) for row in cast("list[tuple[str, UUID]]", await cursor.fetchall())]

    async def intent(self, operation: Operation) -> tuple[str, UUID] | None:
        """Kind and stream of what is asked for, unless it has come out."""
        async with borrowed(self._pool) as connection:
            found = await connection.execute(INTENT, (operation.tenant, operation.operation_id))
            return cast("tuple[str, UUID] | None", await found.fetchone())

    async def standing(self, at: datetime) -> tuple[int, float]:
        """How many intents have not come out, and the age of the oldest in seconds."""
        async with borrowed(self._pool) as connection:
            row = await (await connection.execute(STANDING, {"at": at})).fetchone()
            return (0, 0.0) if row is None else (int(str(row[0])), float(str(row[1])))

    async def order_of(self, gateway_order: str) -> tuple[str, UUID] | None:
        """Tenant and id of the order that the gateway knows under that name."""
        async with borrowed(self._pool) as connection:
            found = await (await connection.execute(ORDER_OF, {"order": gateway_order})).fetchone()
            return cast("tuple[str, UUID] | None", found)

    async def link_of(self, operation_id: UUID) -> tuple[str, UUID] | None:
        """Tenant and id of the order to which the link of that operation belongs."""
        async with borrowed(self._pool) as connection:
            found = await (await connection.execute(LINK_OF, (operation_id,))).fetchone()
            return cast("tuple[str, UUID] | None", found)

    async def links_to_ask(self, at: datetime, limit: int) -> list[tuple[str, UUID]]:
        """Orders whose link the gateway is to be asked about."""
        async with borrowed(self._pool) as connection:
            cursor = await connection.execute(LINKS_TO_ASK, {"at": at, "limit": limit})
            return cast("list[tuple[str, UUID]]", await cursor.fetchall())

    async def links_to_end(self, limit: int) -> list[tuple[str, UUID]]:
        """Orders with a link over what is not owed any more."""
        async with borrowed(self._pool) as connection:
            cursor = await connection.execute(LINKS_TO_END, {"limit": limit})
            return cast("list[tuple[str, UUID]]", await cursor.fetchall())

    async def to_ask(self, at: datetime, limit: int) -> list[tuple[str, UUID, bool]]:
        """Orders that the gateway is to be asked about: tenant, id, whether the customer was through."""
        async with borrowed(self._pool) as connection:
            cursor = await connection.execute(TO_ASK, {"at": at, "limit": limit})
            return cast("list[tuple[str, UUID, bool]]", await cursor.fetchall())

    async def to_capture(self, at: datetime, limit: int) -> list[tuple[str, UUID]]:
        """Orders of jobs that help is on its way to, and that are authorised."""
        async with borrowed(self._pool) as connection:
            cursor = await connection.execute(TO_CAPTURE, {"at": at, "limit": limit})
            return cast("list[tuple[str, UUID]]", await cursor.fetchall())

    async def refunds_to_ask(self, at: datetime, limit: int) -> list[tuple[str, UUID]]:
        """Refunds that the gateway took on and told nothing more of."""
        async with borrowed(self._pool) as connection:
            cursor = await connection.execute(REFUNDS_TO_ASK, {"at": at, "limit": limit})
            return cast("list[tuple[str, UUID]]", await cursor.fetchall())
