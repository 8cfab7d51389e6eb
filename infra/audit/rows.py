"""How are rows of the log read fast, in the encoding that their seals cover?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from psycopg import sql

from domain.seal import EventRow, instant_of
from infra.audit.sealed_log import EVENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

    from infra.audit.sealed_log import SealedLog

# A tuple of PostgreSQL's binary COPY format is the canonical encoding of domain/seal.py: the number of fields, then
# length and bytes of each, instants as microseconds since 2000. So a leaf is hashed from what comes over the wire,
# without building a single Python value.
_COPY: Final = (
    "COPY (SELECT {columns} FROM {rows} WHERE position > {after} AND position <= {upto}) TO STDOUT (FORMAT binary)"
)
_FILE_HEADER_BYTES: Final = 19
_TRAILER: Final = b"\xff\xff"
_POSITION: Final = slice(6, 14)


def encoded_rows(
    connection: psycopg.Connection[tuple[object, ...]], after: int, upto: int, of: SealedLog = EVENTS
) -> Iterator[bytes]:
    """Every row with after < position <= upto in its canonical encoding, in no particular order.

    The connection speaks UTF-8 and serves nobody else until the last row was taken.
    """
    # COPY takes no parameters.
    statement = of.statement(_COPY, after=sql.Literal(int(after)), upto=sql.Literal(int(upto)))
    skip = _FILE_HEADER_BYTES
    with connection.cursor().copy(statement) as rows:
        for piece in rows:
            row = bytes(piece)[skip:]
            skip = 0
            if row != _TRAILER:
                yield row


def position_of(encoded: bytes) -> int:
    """The position in an encoded row."""
    return int.from_bytes(encoded[_POSITION], "big", signed=True)


def at_position(encoded: bytes, position: int) -> bytes:
    """The same row, had it been written at another position."""
    return encoded[: _POSITION.start] + position.to_bytes(8, "big", signed=True) + encoded[_POSITION.stop :]


def event_row(encoded: bytes) -> EventRow:
    """The row behind an encoding; raises UnicodeDecodeError when a text of it is not UTF-8."""
    fields: list[bytes | None] = []
    place = 2
    while place < len(encoded):
        length = int.from_bytes(encoded[place : place + 4], "big", signed=True)
        place += 4
        fields.append(None if length < 0 else encoded[place : place + length])
        place += max(length, 0)
    return _row(fields)


def _row(fields: list[bytes | None]) -> EventRow:
    def given(at: int) -> bytes:
        field = fields[at]
        assert field is not None  # noqa: S101  (the column is NOT NULL)
        return field

    def number(at: int) -> int:
        return int.from_bytes(given(at), "big", signed=True)

    def identity(at: int) -> UUID | None:
        field = fields[at]
        return None if field is None else UUID(bytes=field)

    return EventRow(
        position=number(0),
        tenant=given(1).decode(),
        stream_id=UUID(bytes=given(2)),
        version=number(3),
        topic=given(4).decode(),
        payload=given(5),
        command_id=identity(6),
        correlation_id=identity(7),
        causation_id=identity(8),
        actor=given(9).decode(),
        occurred_at=instant_of(number(10)),
        recorded_at=instant_of(number(11)),
    )
