"""How are open calls, and the pairs that were pointed out, read from the read models?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from domain.catalogue import Service
from domain.request_terms import BEFORE_SEARCH, CLOSED, TO_BE_PAID
from domain.twins import Heard

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    import psycopg

CALLS: Final = """
SELECT tenant, request_id, cell, service, created_at,
       state = ANY (%s) OR (state = 'searching' AND live_offer_id IS NULL)
  FROM request_board
 WHERE created_at > %s AND NOT state = ANY (%s) ORDER BY created_at DESC LIMIT %s"""
PAIRS: Final = 'SELECT request_id, "into" FROM merge_suggestions WHERE suggested_at > %s'

_EARLY: Final = [state.value for state in BEFORE_SEARCH]
_DONE: Final = [state.value for state in CLOSED | TO_BE_PAID]
_SERVICES: Final = frozenset(Service)


class PostgresCallBoard:
    """Calls over one connection; implements ``application.dispatch.twins.CallBoard``."""

    def __init__(self, connection: psycopg.AsyncConnection[tuple[Any, ...]]) -> None:
        self._connection = connection

    async def open_calls(self, since: datetime, limit: int) -> Sequence[Heard]:
        """Requests that have not ended and were made after that instant, the newest of them."""
        cursor = await self._connection.execute(CALLS, (_EARLY, since, _DONE, limit), prepare=True)
        return [
            Heard(tenant, request_id, cell, Service(service), at, may_end)
            for tenant, request_id, cell, service, at, may_end in await cursor.fetchall()
            if service in _SERVICES
        ]

    async def pointed_out(self, since: datetime) -> frozenset[tuple[UUID, UUID]]:
        """Pairs that were suggested, or dismissed, after that instant."""
        cursor = await self._connection.execute(PAIRS, (since,), prepare=True)
        return frozenset((row[0], row[1]) for row in await cursor.fetchall())
