"""How do columns of values travel to PostgreSQL in one piece? As arrays in its binary format."""

from __future__ import annotations

from datetime import UTC, datetime
from struct import Struct
from typing import TYPE_CHECKING

from psycopg.adapt import Dumper
from psycopg.pq import Format

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

_HEADER = Struct(">iiIii")
_LENGTH = Struct(">i")
_INT4 = Struct(">ii")
_INT8 = Struct(">iq")
_NULL = _LENGTH.pack(-1)
_EMPTY = Struct(">iiI")
_UUID_LENGTH = _LENGTH.pack(16)

INT4, INT8, TEXT, BYTEA, UUID_TYPE, TIMESTAMPTZ = 23, 20, 25, 17, 2950, 1184
ARRAY_OF = {INT4: 1007, INT8: 1016, TEXT: 1009, BYTEA: 1001, UUID_TYPE: 2951, TIMESTAMPTZ: 1185}
EPOCH_2000 = datetime(2000, 1, 1, tzinfo=UTC)
"""PostgreSQL counts microseconds from here."""


class WireArray:
    """A one-dimensional array, ready to send."""

    __slots__ = ("raw",)

    def __init__(self, raw: bytes) -> None:
        self.raw = raw


def _array(element: int, count: int, body: bytes, *, has_null: bool) -> bytes:
    if not count:
        return _EMPTY.pack(0, 0, element)
    return _HEADER.pack(1, int(has_null), element, count, 1) + body


class Int4Array(WireArray):
    """``int4[]``."""

    __slots__ = ()


class Int8Array(WireArray):
    """``int8[]``."""

    __slots__ = ()


class TextArray(WireArray):
    """``text[]``."""

    __slots__ = ()


class ByteaArray(WireArray):
    """``bytea[]``."""

    __slots__ = ()


class UuidArray(WireArray):
    """``uuid[]``."""

    __slots__ = ()


class InstantArray(WireArray):
    """``timestamptz[]``."""

    __slots__ = ()


def int4s(values: Sequence[int]) -> Int4Array:
    """Small whole numbers, none missing."""
    body = b"".join([_INT4.pack(4, v) for v in values])
    return Int4Array(_array(INT4, len(values), body, has_null=False))


def int8s(values: Sequence[int | None]) -> Int8Array:
    """Whole numbers; None becomes NULL."""
    body = b"".join([_NULL if v is None else _INT8.pack(8, v) for v in values])
    return Int8Array(_array(INT8, len(values), body, has_null=None in values))


def texts(values: Sequence[str]) -> TextArray:
    """Strings, none missing; a string with a NUL character is refused by the server.

    Tenants, topics and actors repeat within a batch: each is packed once.
    """
    packed = {value: _pack_text(value) for value in set(values)}
    body = b"".join([packed[value] for value in values])
    return TextArray(_array(TEXT, len(values), body, has_null=False))


def _pack_text(value: str) -> bytes:
    raw = value.encode()
    return _LENGTH.pack(len(raw)) + raw


def blobs(values: Sequence[bytes]) -> ByteaArray:
    """Byte strings, none missing."""
    parts: list[bytes] = []
    for value in values:
        parts += (_LENGTH.pack(len(value)), value)
    return ByteaArray(_array(BYTEA, len(values), b"".join(parts), has_null=False))


def uuids(values: Sequence[UUID | None]) -> UuidArray:
    """UUIDs; None becomes NULL."""
    body = b"".join([_NULL if v is None else _UUID_LENGTH + v.bytes for v in values])
    return UuidArray(_array(UUID_TYPE, len(values), body, has_null=None in values))


def instants(values: Sequence[datetime]) -> InstantArray:
    """Aware datetimes, to the microsecond; raises TypeError for a naive one."""
    body = b"".join([_INT8.pack(8, _micros(v)) for v in values])
    return InstantArray(_array(TIMESTAMPTZ, len(values), body, has_null=False))


def _micros(at: datetime) -> int:
    """Microseconds since 2000-01-01 UTC, exactly (a float of seconds would lose the last digits)."""
    since = at - EPOCH_2000
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


class _WireDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: WireArray) -> bytes:
        return obj.raw


def _dumper(element: int) -> type[_WireDumper]:
    return type(f"Dumper{element}", (_WireDumper,), {"oid": ARRAY_OF[element]})


DUMPERS: tuple[tuple[type[WireArray], type[_WireDumper]], ...] = (
    (Int4Array, _dumper(INT4)),
    (Int8Array, _dumper(INT8)),
    (TextArray, _dumper(TEXT)),
    (ByteaArray, _dumper(BYTEA)),
    (UuidArray, _dumper(UUID_TYPE)),
    (InstantArray, _dumper(TIMESTAMPTZ)),
)
"""Register on a connection: ``for kind, dumper in DUMPERS: connection.adapters.register_dumper(kind, dumper)``."""
