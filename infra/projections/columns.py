"""How does a row type become columns, and a row the text that PostgreSQL reads?"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec

from projections.read_model import Row

COPY_FORMAT: Final = "(FORMAT csv, NULL 'null', QUOTE '\"', ESCAPE '\\')"
"""COPY options under which the lines of ``copy_lines`` mean what they say."""

_json = msgspec.json.Encoder(order="deterministic")
_ESCAPE: Final = re.compile(rb'\\(?:["\\/nrtbf]|u[0-9a-fA-F]{4})')


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a row as a column."""

    name: str
    sql_type: str
    nullable: bool
    annotation: object

    @property
    def is_json(self) -> bool:
        """Whether the value is kept as jsonb."""
        return self.sql_type == "jsonb"


def columns_of(row: type[Row]) -> tuple[Column, ...]:
    """The columns of a row type, in the order of its fields."""
    hints = get_type_hints(row)
    return tuple(_column(field.name, hints[field.name]) for field in msgspec.structs.fields(row))


# JSON, which the encoder writes a hundred times faster than Python code could write anything, is nearly what
# PostgreSQL reads: an array's JSON is an array literal in other brackets, and a row's is a line of CSV without any.
# Both read \" and \\ as JSON does; they do not know \n, \t or \u001f, which are put back as the characters they are.


def copy_lines(columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> bytes:
    """Tuples of values as the lines of a COPY in COPY_FORMAT."""
    numbers = [number for number, column in enumerate(columns) if column.is_json]
    lines = _json.encode_lines(_with_json_texts(rows, numbers) if numbers else rows)
    return _unescaped(lines[1:-2].replace(b"]\n[", b"\n")) + b"\n"


def array_literals(columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> list[str]:
    """Tuples of values as one array literal per column."""
    literals = []
    for column, values in zip(columns, zip(*rows, strict=True), strict=True):
        raw = _json.encode([_json_text(value) for value in values] if column.is_json else values)
        literals.append(f"{{{_unescaped(raw[1:-1]).decode()}}}")
    return literals


def row_maker(row: type[Row], columns: Sequence[Column]) -> Callable[[Sequence[object]], Row]:
    """A function from a fetched tuple (jsonb as text) to a row."""
    decoders = [
        (number, msgspec.json.Decoder(column.annotation).decode)
        for number, column in enumerate(columns)
        if column.is_json
    ]

    def make(values: Sequence[object]) -> Row:
        fields = list(values)
        for number, decode in decoders:
            text = fields[number]
            if isinstance(text, str):
                fields[number] = decode(text)
        return row(*fields)

    return make


def _with_json_texts(rows: Iterable[Sequence[object]], numbers: Sequence[int]) -> Iterable[list[object]]:
    for row in rows:
        values = list(row)
        for number in numbers:
            values[number] = _json_text(values[number])
        yield values


def _json_text(value: object) -> str | None:
    return None if value is None else _json.encode(value).decode()


def _unescaped(raw: bytes) -> bytes:
    return _ESCAPE.sub(_as_it_is_read, raw) if b"\\" in raw else raw


def _as_it_is_read(escape: re.Match[bytes]) -> bytes:
    found = escape.group()
    return found if found in {b'\\"', b"\\\\"} else msgspec.json.decode(b'"' + found + b'"', type=str).encode()


def _column(name: str, annotation: object) -> Column:
    nullable = False
    inner = annotation
    if get_origin(annotation) in {Union, types.UnionType}:
        members = [member for member in get_args(annotation) if member is not type(None)]
        nullable = len(members) < len(get_args(annotation))
        inner = members[0] if len(members) == 1 else annotation
    return Column(name, _sql_type(inner), nullable, annotation)


def _sql_type(annotation: object) -> str:
    if annotation in _SQL_TYPES:
        return _SQL_TYPES[annotation]
    if get_origin(annotation) is Literal or (isinstance(annotation, type) and issubclass(annotation, Enum)):
        return "text"
    return "jsonb"


_SQL_TYPES: Final[dict[object, str]] = {
    UUID: "uuid",
    str: "text",
    int: "bigint",
    float: "double precision",
    bool: "boolean",
    datetime: "timestamptz",
}
