"""Do two generations say the same, and if not, where do they differ?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, cast

from psycopg import sql

from infra.projections.facts import Connection
from infra.projections.row_table import columns_in

# Enough to see the pattern, few enough to read.
SAMPLES: Final = 20

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Digest:
    """What a table holds, in a few bytes, whatever the order of its rows."""

    rows: int
    value: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One key that differs: its row in both generations, None where there is none."""

    key: str
    old: Json | None
    new: Json | None

    @property
    def changed(self) -> dict[str, tuple[object, object]]:
        """The columns whose values differ, old and new."""
        old, new = self.old or {}, self.new or {}
        return {name: (old.get(name), new.get(name)) for name in old | new if old.get(name) != new.get(name)}


@dataclass(frozen=True, slots=True)
class Differences:
    """Two generations beside each other, at the same position of the log."""

    position: int
    old: Digest
    new: Digest
    only_old: int = 0
    only_new: int = 0
    changed: int = 0
    samples: tuple[Sample, ...] = ()
    columns_gone: tuple[str, ...] = ()
    columns_added: tuple[str, ...] = ()

    @property
    def none(self) -> bool:
        """Whether both say the same."""
        return self.old == self.new and not self.columns_gone and not self.columns_added


@dataclass(slots=True)
class _Tally:
    only_old: int = 0
    only_new: int = 0
    changed: int = 0
    keys: list[str] = field(default_factory=list)

    def note(self, kind: str, key: str) -> None:
        setattr(self, kind, getattr(self, kind) + 1)
        if len(self.keys) < SAMPLES:
            self.keys.append(key)


def digest(connection: Connection, table: str, columns: Sequence[str]) -> Digest:
    """The digest of a table over these columns: the sum of its rows' SHA-256, so that order does not matter.

    Both halves of 128 bits of each hash are summed exactly; texts of instants are those of UTC.
    """
    with connection.transaction():
        _fixed_texts(connection)
        row = connection.execute(
            sql.SQL(
                "SELECT count(*), coalesce(sum(('x' || left(h, 16))::bit(64)::bigint), 0),"
                " coalesce(sum(('x' || substr(h, 17, 16))::bit(64)::bigint), 0)"
                " FROM (SELECT encode(sha256(convert_to({}, 'UTF8')), 'hex') AS h FROM {} t) hashed"
            ).format(_row_text(columns), sql.Identifier(table))
        ).fetchone()
    rows, first, second = cast("tuple[int, int, int]", row)
    return Digest(rows, f"{int(first):x}.{int(second):x}")


def shared_columns(connection: Connection, old: str, new: str) -> tuple[list[str], tuple[str, ...], tuple[str, ...]]:
    """Columns that two tables have in common (name and type), those only the old has, those only the new has."""
    before, after = dict(columns_in(connection, old)), dict(columns_in(connection, new))
    both = [name for name, kind in after.items() if before.get(name) == kind]
    gone = tuple(name for name in before if name not in both)
    added = tuple(name for name in after if name not in both)
    return both, gone, added


def compare(
    old_connection: Connection, old: str, new_connection: Connection, new: str, key: Sequence[str], position: int
) -> Differences:
    """What differs between two tables; ``old_connection`` is in a transaction whose snapshot is at ``position``."""
    both, gone, added = shared_columns(new_connection, old, new)
    before, after = digest(old_connection, old, both), digest(new_connection, new, both)
    if before == after:
        return Differences(position, before, after, columns_gone=gone, columns_added=added)
    with new_connection.transaction():
        tally = _merge(_hashes(old_connection, old, key, both), _hashes(new_connection, new, key, both))
    samples = tuple(
        Sample(each, _row(old_connection, old, key, each), _row(new_connection, new, key, each)) for each in tally.keys
    )
    return Differences(position, before, after, tally.only_old, tally.only_new, tally.changed, samples, gone, added)


def _merge(old: Iterator[tuple[str, str]], new: Iterator[tuple[str, str]]) -> _Tally:
    tally = _Tally()
    left, right = next(old, None), next(new, None)
    while left is not None or right is not None:
        if right is None or (left is not None and left[0] < right[0]):
            tally.note("only_old", cast("tuple[str, str]", left)[0])
            left = next(old, None)
        elif left is None or right[0] < left[0]:
            tally.note("only_new", right[0])
            right = next(new, None)
        else:
            if left[1] != right[1]:
                tally.note("changed", left[0])
            left, right = next(old, None), next(new, None)
    return tally


def _hashes(
    connection: Connection, table: str, key: Sequence[str], columns: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Key and hash of every row, by key; streamed, so that a large table does not have to fit."""
    _fixed_texts(connection)
    with connection.cursor(name=f"hashes_{table}") as cursor:
        cursor.itersize = 10_000
        cursor.execute(
            sql.SQL(
                "SELECT {0} COLLATE \"C\", encode(sha256(convert_to({1}, 'UTF8')), 'hex') FROM {2} t ORDER BY 1"
            ).format(_row_text(key), _row_text(columns), sql.Identifier(table))
        )
        yield from cast("Iterator[tuple[str, str]]", cursor)


def _row(connection: Connection, table: str, key: Sequence[str], text: str) -> Json | None:
    found = connection.execute(
        sql.SQL("SELECT to_jsonb(t) FROM {} t WHERE {} = %s").format(sql.Identifier(table), _row_text(key)), (text,)
    ).fetchone()
    return None if found is None else cast("Json", found[0])


def _row_text(columns: Sequence[str]) -> sql.Composed:
    names = sql.SQL(", ").join(sql.SQL("t.{}").format(sql.Identifier(name)) for name in columns)
    return sql.SQL("ROW({})::text").format(names)


def _fixed_texts(connection: Connection) -> None:
    """How values become text must not depend on who asks."""
    connection.execute("SET LOCAL TimeZone = 'UTC'")
    connection.execute("SET LOCAL DateStyle = 'ISO, YMD'")
    connection.execute("SET LOCAL extra_float_digits = 1")
