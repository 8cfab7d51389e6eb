"""How is read from the read models whose documents are due, and who drives without?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from application.paper_watch import Concerned

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    import psycopg

DUE: Final = """
SELECT tenant, provider_id FROM provider_papers
 WHERE looks_at <= %s ORDER BY looks_at, tenant, provider_id LIMIT %s"""
# A shift that drives for somebody is left to finish: it is refused without harm, and found again.
UNPAPERED: Final = """
SELECT shift.tenant, shift.shift_id FROM provider_papers AS company
  JOIN matching_table AS shift ON shift.tenant = company.tenant AND shift.provider_id = company.provider_id
 WHERE company.blocks AND shift.doing IN ('available', 'on_break', 'offered')
   AND EXISTS (SELECT FROM jsonb_array_elements(company.documents) AS paper
                WHERE (paper->>'blocks')::bool
                  AND coalesce(paper->>'crew_id', shift.crew_id::text) = shift.crew_id::text
                  AND coalesce(paper->>'truck_id', shift.truck_id::text) = shift.truck_id::text)
 ORDER BY shift.tenant, shift.shift_id LIMIT %s"""


class PostgresPaperBoard:
    """What is due, over one connection; implements ``application.paper_watch.PaperBoard``."""

    def __init__(self, connection: psycopg.AsyncConnection[tuple[Any, ...]]) -> None:
        self._connection = connection

    async def due(self, at: datetime, limit: int) -> Sequence[Concerned]:
        """See PaperBoard."""
        return await self._asked(DUE, (at, limit))

    async def unpapered(self, at: datetime, limit: int) -> Sequence[Concerned]:
        """See PaperBoard: what has run out was noted before, so the instant need not be asked for."""
        del at
        return await self._asked(UNPAPERED, (limit,))

    async def _asked(self, statement: str, parameters: tuple[object, ...]) -> list[Concerned]:
        cursor = await self._connection.execute(statement.encode(), parameters, prepare=True)
        return [Concerned(tenant, one) for tenant, one in cast("list[tuple[str, UUID]]", await cursor.fetchall())]
