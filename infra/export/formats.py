"""How are rows written as Parquet, CSV or JSON lines: the same rows, the same bytes?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Protocol
from uuid import UUID

import msgspec

from infra.export.plan import ColumnTold, FileFormat

if TYPE_CHECKING:
    import pyarrow as pa

Values = Sequence[object]
"""One row: UUID, str, int, float, bool, aware datetime or None; of a jsonb column its text."""

# What a spreadsheet takes for the beginning of a formula.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_QUOTED: Final = frozenset('",\r\n')


class RowFile(Protocol):
    """A file that takes rows; what is on disk counts only after ``close``."""

    def write(self, rows: Sequence[Values]) -> None:
        """Append rows."""
        ...

    def close(self) -> None:
        """Finish the file."""
        ...


def open_file(file_format: FileFormat, path: Path, columns: Sequence[ColumnTold]) -> RowFile:
    """An empty file of that format."""
    if file_format is FileFormat.PARQUET:
        return _ParquetFile(path, columns)
    return _TextFile(path, columns, _csv_lines if file_format is FileFormat.CSV else _json_lines)


class _ParquetFile:
    """zstd, one row group per write, times in microseconds UTC; ids and JSON are texts."""

    def __init__(self, path: Path, columns: Sequence[ColumnTold]) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        self._pa = pa
        self._schema = pa.schema([pa.field(each.name, _arrow_type(each), each.nullable) for each in columns])
        self._writer = parquet.ParquetWriter(path, self._schema, compression="zstd")

    def write(self, rows: Sequence[Values]) -> None:
        arrays = [
            self._pa.array([str(value) if isinstance(value, UUID) else value for value in values], type=field.type)
            for values, field in zip(zip(*rows, strict=True), self._schema, strict=True)
        ]
        self._writer.write_batch(self._pa.record_batch(arrays, schema=self._schema))

    def close(self) -> None:
        self._writer.close()


def _arrow_type(column: ColumnTold) -> pa.DataType:
    import pyarrow as pa

    known = {
        "bigint": pa.int64(),
        "boolean": pa.bool_(),
        "double precision": pa.float64(),
        "timestamptz": pa.timestamp("us", tz="UTC"),
    }
    return known.get(column.type, pa.string())


Lines = Callable[[Sequence[ColumnTold], Sequence[Values]], bytes]


class _TextFile:
    """One line per row."""

    def __init__(self, path: Path, columns: Sequence[ColumnTold], lines: Lines) -> None:
        self._columns = columns
        self._lines = lines
        self._file: IO[bytes] = path.open("wb")
        if lines is _csv_lines:
            self._file.write((",".join(column.name for column in columns) + "\n").encode())

    def write(self, rows: Sequence[Values]) -> None:
        self._file.write(self._lines(self._columns, rows))

    def close(self) -> None:
        self._file.close()


def _csv_lines(columns: Sequence[ColumnTold], rows: Sequence[Values]) -> bytes:
    lines = (",".join(csv_cell(column.type, value) for column, value in zip(columns, row, strict=True)) for row in rows)
    return "".join(f"{line}\n" for line in lines).encode()


def csv_cell(kind: str, value: object) -> str:
    """RFC 4180: null is nothing, an empty text is two quotes; what a spreadsheet would run gets a quote before it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    text = str(value)
    if kind in {"text", "jsonb"} and text.startswith(FORMULA):
        text = f"'{text}"
    if not text or _QUOTED.intersection(text) or text != text.strip():
        return '"' + text.replace('"', '""') + '"'
    return text


_json = msgspec.json.Encoder()


def _json_lines(columns: Sequence[ColumnTold], rows: Sequence[Values]) -> bytes:
    lines = []
    for row in rows:
        told = {
            column.name: msgspec.Raw(value.encode()) if column.type == "jsonb" and isinstance(value, str) else value
            for column, value in zip(columns, row, strict=True)
        }
        lines.append(_json.encode(told))
    return b"\n".join(lines) + b"\n" if lines else b""
