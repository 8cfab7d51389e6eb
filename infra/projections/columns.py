"""How does a row type become columns, and a row the text that PostgreSQL reads fastest?"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from operator import attrgetter
from typing import Final, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec

from projections.read_model import Row

Encode = Callable[[object], str]
_NULL_IN_COPY: Final = "\\N"
_NULL_IN_ARRAY: Final = "NULL"


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a row as a column. ``of_copy`` and ``of_array`` give a value's text in COPY and in an array."""

    name: str
    sql_type: str
    nullable: bool
    annotation: object
    of_copy: Encode
    of_array: Encode

    @property
    def is_json(self) -> bool:
        """Whether the value is kept as jsonb."""
        return self.sql_type == "jsonb"


def columns_of(row: type[Row]) -> tuple[Column, ...]:
    """The columns of a row type, in the order of its fields."""
    hints = get_type_hints(row)
    return tuple(_column(field.name, hints[field.name]) for field in msgspec.structs.fields(row))


def copy_lines(columns: Sequence[Column], rows: Sequence[Row]) -> bytes:
    """Rows as the lines of a text COPY, column order as given."""
    by_column = [_texts(column, column.of_copy, rows) for column in columns]
    return "".join("\t".join(values) + "\n" for values in zip(*by_column, strict=True)).encode()


def array_literals(columns: Sequence[Column], rows: Sequence[Row]) -> list[str]:
    """Rows as one array literal per column, for unnest."""
    return ["{" + ",".join(_texts(column, column.of_array, rows)) + "}" for column in columns]


def key_literals(columns: Sequence[Column], keys: Iterable[Sequence[object]]) -> list[str]:
    """Keys as one array literal per key column."""
    by_column = zip(*keys, strict=True)
    return [
        "{" + ",".join([column.of_array(value) for value in values]) + "}"
        for column, values in zip(columns, by_column, strict=True)
    ]


def row_maker(row: type[Row], columns: Sequence[Column]) -> Callable[[Sequence[object]], Row]:
    """A function from a fetched tuple (jsonb as text) to a row."""
    decoders = [
        (number, msgspec.json.Decoder(column.annotation).decode)
        for number, column in enumerate(columns)
        if column.is_json
    ]

    def make(values: Sequence[object]) -> Row:
        if not decoders:
            return row(*values)
        fields = list(values)
        for number, decode in decoders:
            text = fields[number]
            if isinstance(text, str):
                fields[number] = decode(text)
        return row(*fields)

    return make


def _texts(column: Column, encode: Encode, rows: Sequence[Row]) -> list[str]:
    values = map(attrgetter(column.name), rows)
    return list(map(encode, values))


def _column(name: str, annotation: object) -> Column:
    nullable = False
    inner = annotation
    if get_origin(annotation) in {Union, types.UnionType}:
        members = [member for member in get_args(annotation) if member is not type(None)]
        nullable = len(members) < len(get_args(annotation))
        inner = members[0] if len(members) == 1 else annotation
    sql_type, plain, quoted = _kind(inner)
    if plain is quoted:
        of_copy: Encode = plain
    else:
        of_copy = lambda value: _escaped_for_copy(plain(value))  # noqa: E731
    of_array: Encode = plain if plain is quoted else lambda value: quoted(plain(value))
    if nullable:
        of_copy, of_array = _or(_NULL_IN_COPY, of_copy), _or(_NULL_IN_ARRAY, of_array)
    return Column(name, sql_type, nullable, annotation, of_copy, of_array)


def _kind(annotation: object) -> tuple[str, Encode, Encode]:
    """SQL type, plain text of a value, and how that text is quoted (the same function where it needs no quotes)."""
    if annotation in _PLAIN:
        sql_type, encode = _PLAIN[annotation]
        return sql_type, encode, encode
    if annotation is str or get_origin(annotation) is Literal:
        return "text", _as_is, _quoted
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return "text", _enum_text, _quoted
    return "jsonb", _json_text, _quoted


def _or(null: str, encode: Encode) -> Encode:
    return lambda value: null if value is None else encode(value)


def _as_is(value: object) -> str:
    return value  # type: ignore[return-value]  # a text column's values are texts, as its annotation says


def _enum_text(value: object) -> str:
    return str(value.value) if isinstance(value, Enum) else str(value)


_encode_json = msgspec.json.Encoder(order="deterministic").encode


def _json_text(value: object) -> str:
    return _encode_json(value).decode()


def _quoted(value: object) -> str:
    text: str = value  # type: ignore[assignment]  # as above
    if '"' in text or "\\" in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def _escaped_for_copy(text: str) -> str:
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if "\t" in text or "\n" in text or "\r" in text:
        text = text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return text


def _bool_text(value: object) -> str:
    return "t" if value else "f"


_PLAIN: Final[dict[object, tuple[str, Encode]]] = {
    UUID: ("uuid", attrgetter("hex")),
    int: ("bigint", str),
    float: ("double precision", repr),
    bool: ("boolean", _bool_text),
    datetime: ("timestamptz", datetime.isoformat),  # type: ignore[dict-item]  # its values are datetimes
}
