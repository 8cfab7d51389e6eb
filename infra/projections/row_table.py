"""How are the rows of one generation made, read, written and shown?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

from msgspec.structs import astuple
from psycopg import errors, sql

from infra.database_url import READER_ROLE
from infra.projections.columns import COPY_FORMAT, array_literals, columns_of, copy_lines, row_maker
from infra.projections.facts import Connection
from infra.projections.generations import ADVANCE
from projections.read_model import AnyReadModel, Index, Key, Row

# What a row that no table takes raises.
REFUSED: Final = (errors.DataError, errors.IntegrityError, errors.ProgramLimitExceeded)
_FULL_NAMES: Final = {"timestamptz": "timestamp with time zone"}
# Rows per statement: an array literal of more than a few MB is parsed slower than it is sent.
ROWS_PER_STATEMENT: Final = 5_000


class RowTable:
    """The table of one generation of a read model. Runs in the caller's transaction."""

    def __init__(self, model: AnyReadModel, table: str) -> None:
        self.model = model
        self.table = table
        self.columns = columns_of(model.row)
        self._key_columns = self.columns[: len(model.key)]
        self._make_row = row_maker(model.row, self.columns)
        self._statements = _Statements(model, table, self)

    @property
    def upsert_text(self) -> bytes:
        """The statement that ``upsert`` executes; its parameters are those of ``row_literals``."""
        return self._statements.upsert

    @property
    def delete_text(self) -> bytes:
        """The statement that ``delete`` executes; its parameters are those of ``key_literals``."""
        return self._statements.delete

    def row_literals(self, rows: Sequence[Row]) -> list[str]:
        """Rows as parameters."""
        return array_literals(self.columns, map(astuple, rows))

    def key_literals(self, keys: Sequence[Key]) -> list[str]:
        """Keys as parameters."""
        return array_literals(self._key_columns, keys)

    def create(self, connection: Connection) -> None:
        """The bare table: no key, no index yet, so that a copy into it is quick."""
        lines = [
            sql.SQL("{} {} {}").format(
                sql.Identifier(column.name),
                sql.SQL(column.sql_type),
                sql.SQL("" if column.nullable else "NOT NULL"),
            )
            for column in self.columns
        ]
        name, reader = sql.Identifier(self.table), sql.Identifier(READER_ROLE)
        connection.execute(sql.SQL("CREATE TABLE {} ({})").format(name, sql.SQL(", ").join(lines)))
        connection.execute(sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(name))
        connection.execute(
            sql.SQL(
                "CREATE POLICY own_tenant ON {} FOR SELECT TO {}"
                " USING (tenant = current_setting('vehicaid.tenant', true))"
            ).format(name, reader)
        )
        connection.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(name, reader))

    def add_key(self, connection: Connection) -> None:
        """The primary key; without it rows can only be copied in."""
        connection.execute(
            sql.SQL("ALTER TABLE {} ADD PRIMARY KEY ({})").format(sql.Identifier(self.table), _names(self.model.key))
        )

    def add_indexes(self, connection: Connection, indexes: Sequence[Index] | None = None) -> None:
        """What the queries search by, all of it or a part."""
        for index in self.model.indexes if indexes is None else indexes:
            where = sql.SQL(f" WHERE {index.where}" if index.where else "")
            connection.execute(
                sql.SQL("CREATE INDEX ON {} ({}){}").format(sql.Identifier(self.table), _names(index.columns), where)
            )

    def analyze(self, connection: Connection) -> None:
        """Tell the planner what is in it."""
        connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(self.table)))

    def drop(self, connection: Connection) -> None:
        """Away with it."""
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(self.table)))

    def show(self, connection: Connection) -> None:
        """Let the view of the read model's name show this table, for everyone at once when this commits.

        Takes the view's exclusive lock last, since readers wait from there to the commit.
        """
        view, table = sql.Identifier(self.model.name), sql.Identifier(self.table)
        body = sql.SQL("WITH (security_invoker = true) AS SELECT {} FROM {}").format(
            _names(tuple(column.name for column in self.columns)), table
        )
        if self._view_can_be_replaced(connection):
            connection.execute(sql.SQL("CREATE OR REPLACE VIEW {} {}").format(view, body))
            return
        connection.execute(sql.SQL("DROP VIEW IF EXISTS {}").format(view))
        connection.execute(sql.SQL("CREATE VIEW {} {}").format(view, body))
        connection.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(view, sql.Identifier(READER_ROLE)))

    def load(self, connection: Connection, keys: Sequence[Key]) -> dict[Key, Row]:
        """The rows of these keys, those that are there."""
        length = len(self._key_columns)
        found: dict[Key, Row] = {}
        for start in range(0, len(keys), ROWS_PER_STATEMENT):
            literals = self.key_literals(keys[start : start + ROWS_PER_STATEMENT])
            for values in connection.execute(self._statements.load, literals, binary=True, prepare=True):
                found[values[:length]] = self._make_row(values)
        return found

    def upsert(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Write rows, whether they are there already or not."""
        for start in range(0, len(rows), ROWS_PER_STATEMENT):
            literals = self.row_literals(rows[start : start + ROWS_PER_STATEMENT])
            connection.execute(self._statements.upsert, literals, prepare=True)

    def upsert_and_advance(self, connection: Connection, rows: Sequence[Row], moved: Sequence[object]) -> None:
        """Write at most ROWS_PER_STATEMENT rows and move the generation on, in one statement."""
        if rows:
            literals = self.row_literals(rows)
            connection.execute(self._statements.upsert_and_advance, (*moved, *literals), prepare=True)
        else:
            connection.execute(ADVANCE, moved, prepare=True)

    def copy(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Write rows none of which is there: the fastest way in."""
        with connection.cursor() as cursor, cursor.copy(self._statements.copy) as copy:
            for start in range(0, len(rows), ROWS_PER_STATEMENT):
                copy.write(copy_lines(self.columns, map(astuple, rows[start : start + ROWS_PER_STATEMENT])))

    def delete(self, connection: Connection, keys: Sequence[Key]) -> None:
        """Remove the rows of these keys."""
        for start in range(0, len(keys), ROWS_PER_STATEMENT):
            literals = self.key_literals(keys[start : start + ROWS_PER_STATEMENT])
            connection.execute(self._statements.delete, literals, prepare=True)

    def fits(self, connection: Connection) -> bool:
        """Whether the table has the columns of the row type: it has not when a version was not raised with it."""
        return columns_in(connection, self.table) == self._named_types

    def _view_can_be_replaced(self, connection: Connection) -> bool:
        """A view keeps its name and grants only when its columns stay as they are, or grow at the end."""
        shown = columns_in(connection, self.model.name)
        return bool(shown) and self._named_types[: len(shown)] == shown

    @property
    def _named_types(self) -> list[tuple[str, str]]:
        return [(column.name, _FULL_NAMES.get(column.sql_type, column.sql_type)) for column in self.columns]


def columns_in(connection: Connection, relation: str) -> list[tuple[str, str]]:
    """Name and type of a table's or view's columns, in their order; none when there is no such thing."""
    rows = connection.execute(
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
        " WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        (relation,),
    ).fetchall()
    return cast("list[tuple[str, str]]", rows)


class _Statements:
    """The SQL of one table, composed once."""

    def __init__(self, model: AnyReadModel, table: str, owner: RowTable) -> None:
        target = sql.Identifier(table)
        names = [column.name for column in owner.columns]
        types = {column.name: column.sql_type for column in owner.columns}
        fetched = sql.SQL(", ").join(
            sql.SQL("t.{}::text" if column.is_json else "t.{}").format(sql.Identifier(column.name))
            for column in owner.columns
        )
        keys = sql.SQL("unnest({}) AS k ({})").format(_arrays(model.key, types), _names(model.key))
        same = sql.SQL(" AND ").join(sql.SQL("t.{0} = k.{0}").format(sql.Identifier(name)) for name in model.key)
        changes = sql.SQL(", ").join(
            sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in names if name not in model.key
        )
        self.load = sql.SQL("SELECT {} FROM {} t JOIN {} ON {}").format(fetched, target, keys, same).as_bytes()
        self.delete = sql.SQL("DELETE FROM {} t USING {} WHERE {}").format(target, keys, same).as_bytes()
        self.copy = sql.SQL("COPY {} ({}) FROM STDIN {}").format(target, _names(names), sql.SQL(COPY_FORMAT)).as_bytes()
        into = sql.SQL("INSERT INTO {} ({}) SELECT r.* FROM").format(target, _names(names))
        given = sql.SQL("unnest({}) AS r ON CONFLICT ({}) DO UPDATE SET {}").format(
            _arrays(names, types), _names(model.key), changes
        )
        self.upsert = sql.SQL("{} {}").format(into, given).as_bytes()
        self.upsert_and_advance = (
            sql.SQL("WITH moved AS MATERIALIZED ({}) {} moved, {}").format(sql.SQL(ADVANCE), into, given).as_bytes()
        )


def _names(names: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))


def _arrays(names: Sequence[str], types: dict[str, str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.SQL(f"%s::{types[name]}[]") for name in names)
