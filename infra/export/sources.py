"""Where do the rows of an export come from, in an order that does not depend on when it is asked?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Protocol, cast

import psycopg
from psycopg import sql

from application.log import LoggedEvent, LogSkipDetected
from infra.database_url import app_dsn
from infra.event_store.reader import LogReader
from infra.export.formats import Values
from infra.export.plan import EVENTS, ColumnTold, ExportRefused, Plan
from infra.projections.columns import columns_of
from infra.projections.facts import Connection
from infra.projections.rebuild import RebuildRefused, rebuilding
from infra.projections.shadow import Shadow
from infra.settings import Settings
from projections.catalog import read_model
from projections.read_model import AnyReadModel

Mark = int | tuple[str, ...] | None
"""Behind which event or row an export goes on; None: at the beginning."""
Progress = Callable[[str, int, int], None]
"""Told what is being done, how far it is, and of how much."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is read, and written to a file, at a time. Other sizes make other files of the same rows."""

    # 10,000 rows in memory at a time, and a row group of a Parquet file: some 10 MB of events.
    page: int = 10_000
    # 200,000 events or rows to a file: about 20 MB of Parquet, some seconds of work to do again after an interruption.
    file: int = 200_000


USUAL: Final = Sizes()


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and where to go on behind them; the positions are the lowest and highest, if rows have any."""

    rows: Sequence[Values]
    mark: Mark
    positions: tuple[int, int] | None


class Source(Protocol):
    """Rows in a fixed order."""

    @property
    def columns(self) -> tuple[ColumnTold, ...]:
        """What a row holds."""
        ...

    def chunk(self, mark: Mark, progress: Progress) -> Iterator[Page]:
        """The pages of one file behind a mark; none at the end."""
        ...


@contextmanager
def source_of(settings: Settings, plan: Plan, progress: Progress, sizes: Sizes = USUAL) -> Iterator[Source]:
    """Where the rows of a plan come from, for as long as they are read.

    Raises ExportRefused, or LogSkipDetected.
    """
    if plan.of == EVENTS:
        with psycopg.connect(app_dsn(settings, "vehicaid-export"), autocommit=True) as connection:
            yield EventSource(connection, plan, sizes)
        return
    model = read_model(plan.read_model or plan.of)
    try:
        with rebuilding(settings, model) as connection:
            shadow = Shadow(settings, connection, model)
            try:
                shadow.build(plan.upto, lambda at: progress(f"folding {model.name}", at, plan.upto), indexed=False)
                yield RowSource(connection, model, shadow.generation.table, plan, sizes)
            finally:
                shadow.drop()
    except RebuildRefused as busy:
        raise ExportRefused(str(busy)) from busy


def durable_head(settings: Settings) -> int:
    """The end of the log, on disk: what leaves the database must not be taken back by a power cut."""
    with psycopg.connect(app_dsn(settings, "vehicaid-export"), autocommit=True) as connection:
        reader = LogReader(connection)
        head = reader.head()
        reader.make_durable()
        return head


class EventSource:
    """The log itself, position by position; a file holds a range of positions."""

    columns = tuple(
        ColumnTold(name, kind, nullable)
        for name, kind, nullable in (
            ("position", "bigint", False),
            ("tenant", "text", False),
            ("stream_id", "uuid", False),
            ("version", "bigint", False),
            ("topic", "text", False),
            ("data", "jsonb", False),
            ("actor", "text", False),
            ("command_id", "uuid", True),
            ("correlation_id", "uuid", True),
            ("causation_id", "uuid", True),
            ("occurred_at", "timestamptz", False),
            ("recorded_at", "timestamptz", False),
        )
    )

    def __init__(self, connection: Connection, plan: Plan, sizes: Sizes = USUAL) -> None:
        self._reader = LogReader(connection)
        self._plan = plan
        self._sizes = sizes

    def chunk(self, mark: Mark, progress: Progress) -> Iterator[Page]:
        """See ``Source``; raises LogSkipDetected."""
        plan = self._plan
        at = mark if isinstance(mark, int) else plan.since
        end = min(at + self._sizes.file, plan.upto)
        while at < end:
            events = self._reader.read(at, min(self._sizes.page, end - at), end)
            if not events:
                raise LogSkipDetected(at + 1, 0)
            at = events[-1].position
            rows = [_row(event) for event in events if plan.tenant in {None, event.tenant}]
            ends = (cast("int", rows[0][0]), cast("int", rows[-1][0])) if rows else None
            progress(f"writing {plan.of}", at - plan.since, plan.upto - plan.since)
            yield Page(rows, at, ends)


def _row(event: LoggedEvent) -> Values:
    return (
        event.position,
        event.tenant,
        event.stream_id,
        event.version,
        event.topic,
        bytes(event.payload).decode(),
        event.actor,
        event.command_id,
        event.correlation_id,
        event.causation_id,
        event.occurred_at,
        event.recorded_at,
    )


class RowSource:
    """A read model's rows, by key, in a table that nobody changes: folded from the log up to the plan's end."""

    def __init__(
        self, connection: Connection, model: AnyReadModel, table: str, plan: Plan, sizes: Sizes = USUAL
    ) -> None:
        found = columns_of(model.row)
        self.columns = tuple(ColumnTold(each.name, each.sql_type, each.nullable) for each in found)
        self._connection = connection
        self._plan = plan
        self._sizes = sizes
        self._table = sql.Identifier(table)
        self._key = [each for each in found if each.name in model.key]
        self._position = next((n for n, each in enumerate(found) if each.name == "position"), None)
        self._names = sql.SQL(", ").join(
            sql.SQL("{}::text" if each.is_json else "{}").format(sql.Identifier(each.name)) for each in found
        )
        self._key_at = [n for n, each in enumerate(found) if each.name in model.key]
        self._wanted, self._values = self._condition()
        self._total = self._count()
        self._done = 0

    def chunk(self, mark: Mark, progress: Progress) -> Iterator[Page]:
        """See ``Source``."""
        left = self._sizes.file
        while left > 0:
            rows = self._rows(mark, min(self._sizes.page, left))
            if not rows:
                return
            left -= len(rows)
            mark = tuple(str(rows[-1][n]) for n in self._key_at)
            self._done += len(rows)
            progress(f"writing {self._plan.of}", min(self._done, self._total), self._total)
            yield Page(rows, mark, self._ends(rows))

    def _rows(self, mark: Mark, limit: int) -> list[tuple[object, ...]]:
        keys = sql.SQL(", ").join(sql.Identifier(each.name) for each in self._key)
        query = sql.SQL("SELECT {} FROM {} WHERE {}").format(self._names, self._table, self._wanted)
        values = list(self._values)
        if isinstance(mark, tuple):
            casts = sql.SQL(", ").join(sql.SQL(f"%s::{each.sql_type}") for each in self._key)
            query += sql.SQL(" AND ({}) > ({})").format(keys, casts)
            values += mark
        query += sql.SQL(" ORDER BY {} LIMIT %s").format(keys)
        return self._connection.execute(query, [*values, limit]).fetchall()

    def _condition(self) -> tuple[sql.Composable, list[object]]:
        wanted, values = [sql.SQL("true")], cast("list[object]", [])
        if self._plan.tenant is not None:
            wanted.append(sql.SQL("tenant = %s"))
            values.append(self._plan.tenant)
        if self._plan.since:
            wanted.append(sql.SQL("position > %s"))
            values.append(self._plan.since)
        return sql.SQL(" AND ").join(wanted), values

    def _count(self) -> int:
        query = sql.SQL("SELECT count(*) FROM {} WHERE {}").format(self._table, self._wanted)
        row = self._connection.execute(query, self._values).fetchone()
        return cast("int", row[0]) if row else 0

    def _ends(self, rows: Sequence[tuple[object, ...]]) -> tuple[int, int] | None:
        if self._position is None:
            return None
        positions = [cast("int", row[self._position]) for row in rows]
        return min(positions), max(positions)
