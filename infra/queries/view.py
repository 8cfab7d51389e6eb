"""How is a read model asked for one row, or for a page in a stable order?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, TypeVar, cast
from uuid import UUID

from psycopg import sql

from infra.queries.pool import Pool
from projections.read_model import ReadModel, Row

R = TypeVar("R", bound=Row)

After = tuple[datetime, UUID]
"""The instant and the id of the last row of the page before."""


@dataclass(frozen=True, slots=True)
class OfCrew:
    """Any shift that was ever one crew member's."""

    crew_id: UUID


@dataclass(frozen=True, slots=True)
class OfPartner:
    """Any request that one partner ordered or bears."""

    partner_id: UUID


@dataclass(frozen=True, slots=True)
class Shared:
    """What is nobody's own, and beside it what is this one's."""

    owner_id: UUID | None = None


Filters = Mapping[str, Shared | UUID | str | int | OfCrew | OfPartner | Sequence[str] | Sequence[UUID] | None]
"""Wanted values by column; a sequence means any of them, None means all."""

MOST_ROWS: Final = 201
"""The longest page and one more, which tells whether there is another page."""


class ReadModelView(Generic[R]):
    """One read model as queries see it: newest first unless said otherwise, by (instant, id), never across tenants."""

    def __init__(self, pool: Pool, model: ReadModel[R], ordered_by: str, *, oldest_first: bool = False) -> None:
        self._pool = pool
        self._row = model.row
        self.name = model.name
        self._id = model.key[1]
        self._instant = ordered_by
        self._beyond, self._order = (sql.SQL(">"), sql.SQL("ASC")) if oldest_first else (sql.SQL("<"), sql.SQL("DESC"))
        self._columns = frozenset(model.fields)
        self._select = sql.SQL("SELECT {columns} FROM {view} WHERE tenant = %s").format(
            columns=sql.SQL(", ").join(map(sql.Identifier, model.fields)), view=sql.Identifier(model.name)
        )

    async def one(self, tenant: str, row_id: UUID) -> R | None:
        """The row of this tenant with that id, or None."""
        wanted = self._select + sql.SQL(" AND {} = %s").format(sql.Identifier(self._id))
        rows = await self._rows(wanted, [tenant, row_id])
        return rows[0] if rows else None

    async def page(self, tenant: str, filters: Filters, after: After | None, limit: int) -> list[R]:
        """Up to ``limit`` rows behind ``after``, in the order of the view."""
        wanted, values = self._select, cast("list[object]", [tenant])
        for column, value in filters.items():
            if column not in self._columns:
                raise KeyError(column)
            if value is None:
                continue
            named = sql.Identifier(column)
            if isinstance(value, (UUID, str, int)):
                wanted += sql.SQL(" AND {} = %s").format(named)
                values.append(value)
            elif isinstance(value, OfCrew):
                wanted += sql.SQL(
                    " AND {} IN (SELECT shift_id FROM crew_shifts WHERE tenant = %s AND crew_id = %s)"
                ).format(named)
                values += [tenant, value.crew_id]
            elif isinstance(value, OfPartner):
                wanted += sql.SQL(
                    " AND {} IN (SELECT request_id FROM partner_requests WHERE tenant = %s AND partner_id = %s)"
                ).format(named)
                values += [tenant, value.partner_id]
            elif isinstance(value, Shared):
                wanted += sql.SQL(" AND ({0} IS NULL OR {0} = %s)").format(named)
                values.append(value.owner_id)
            else:
                wanted += sql.SQL(" AND {} = ANY(%s)").format(named)
                values.append(list(value))
        names = {"instant": sql.Identifier(self._instant), "id": sql.Identifier(self._id), "order": self._order}
        if after is not None:
            wanted += sql.SQL(" AND ({instant}, {id}) {beyond} (%s, %s)").format(beyond=self._beyond, **names)
            values += after
        wanted += sql.SQL(" ORDER BY {instant} {order}, {id} {order} LIMIT %s").format(**names)
        return await self._rows(wanted, [*values, min(limit, MOST_ROWS)])

    async def _rows(self, wanted: sql.Composed, values: Sequence[object]) -> list[R]:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(wanted, values)
            return [self._row(*row) for row in await cursor.fetchall()]
