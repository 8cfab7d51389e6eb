"""How is a read model with one row per event asked for somebody's page of it, newest first?"""

from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from psycopg import sql

from infra.queries.pool import Pool
from infra.queries.view import MOST_ROWS
from projections.read_model import ReadModel, Row

R = TypeVar("R", bound=Row)


class PositionedView(Generic[R]):
    """Entries of one owner (a customer, a provider) in the order of the log, never across tenants."""

    def __init__(self, pool: Pool, model: ReadModel[R], owner: str, counted: str | None = None) -> None:
        """``counted`` is the column of the instant at which an entry counted, where pages end at one."""
        self._pool = pool
        self._row = model.row
        self.name = model.name
        names = {
            "columns": sql.SQL(", ").join(map(sql.Identifier, model.fields)),
            "view": sql.Identifier(model.name),
            "owner": sql.Identifier(owner),
        }
        wanted = sql.SQL("SELECT {columns} FROM {view} WHERE tenant = %s AND {owner} = %s AND position < %s")
        newest_first = sql.SQL(" ORDER BY position DESC LIMIT %s")
        self._page = wanted.format(**names) + newest_first
        counted_by = sql.SQL(" AND {} <= %s").format(sql.Identifier(counted or "position"))
        self._page_then = wanted.format(**names) + counted_by + newest_first

    async def page(self, tenant: str, owner: UUID, before: int, limit: int, as_of: datetime | None = None) -> list[R]:
        """Up to ``limit`` entries before a position, newest first; with an instant, those that had counted by then."""
        query, until = (self._page, ()) if as_of is None else (self._page_then, (as_of,))
        async with self._pool.connection() as connection:
            cursor = await connection.execute(query, (tenant, owner, before, *until, min(limit, MOST_ROWS)))
            return [self._row(*row) for row in await cursor.fetchall()]
