"""How is a read model with one row per event asked for somebody's page of it, newest first?"""

from typing import Generic, TypeVar
from uuid import UUID

from psycopg import sql

from infra.queries.pool import Pool
from infra.queries.view import MOST_ROWS
from projections.read_model import ReadModel, Row

R = TypeVar("R", bound=Row)


class PositionedView(Generic[R]):
    """Entries of one owner (a customer, a provider) in the order of the log, never across tenants."""

    def __init__(self, pool: Pool, model: ReadModel[R], owner: str) -> None:
        self._pool = pool
        self._row = model.row
        self.name = model.name
        names = {
            "columns": sql.SQL(", ").join(map(sql.Identifier, model.fields)),
            "view": sql.Identifier(model.name),
            "owner": sql.Identifier(owner),
        }
        self._page = sql.SQL(
            "SELECT {columns} FROM {view} WHERE tenant = %s AND {owner} = %s AND position < %s"
            " ORDER BY position DESC LIMIT %s"
        ).format(**names)

    async def page(self, tenant: str, owner: UUID, before: int, limit: int) -> list[R]:
        """Up to ``limit`` entries before a position, newest first."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(self._page, (tenant, owner, before, min(limit, MOST_ROWS)))
            return [self._row(*row) for row in await cursor.fetchall()]
