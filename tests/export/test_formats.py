"""Do rows come back from a file as they went in, and does a spreadsheet run nothing of it?"""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from infra.export.formats import csv_cell, open_file
from infra.export.plan import ColumnTold, FileFormat

COLUMNS = (
    ColumnTold("position", "bigint", nullable=False),
    ColumnTold("stream_id", "uuid", nullable=False),
    ColumnTold("text", "text", nullable=True),
    ColumnTold("data", "jsonb", nullable=False),
    ColumnTold("sos", "boolean", nullable=False),
    ColumnTold("share", "double precision", nullable=True),
    ColumnTold("occurred_at", "timestamptz", nullable=False),
)
ID = UUID("01900000-0000-7000-8000-000000000001")
AT = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)
ROWS = (
    (1, ID, 'a "quoted", text\nof two lines', '{"b": [1, "x"]}', True, 0.5, AT),
    (-2, ID, None, "{}", False, None, AT),
    (3, ID, "", '"=1"', False, 1.0, AT),
)


def written(tmp_path: Path, file_format: FileFormat) -> Path:
    path = tmp_path / f"rows.{file_format}"
    out = open_file(file_format, path, COLUMNS)
    out.write(ROWS[:2])
    out.write(ROWS[2:])
    out.close()
    return path


def test_json_lines_hold_values_as_they_are(tmp_path: Path) -> None:
    lines = [json.loads(line) for line in written(tmp_path, FileFormat.JSONL).read_text().splitlines()]
    assert [line["data"] for line in lines] == [{"b": [1, "x"]}, {}, "=1"]
    assert [line["text"] for line in lines] == ['a "quoted", text\nof two lines', None, ""]
    assert lines[0]["stream_id"] == str(ID)
    assert datetime.fromisoformat(lines[0]["occurred_at"]) == AT


def test_csv_is_read_back_by_a_csv_reader(tmp_path: Path) -> None:
    found = list(csv.DictReader(io.StringIO(written(tmp_path, FileFormat.CSV).read_bytes().decode(), newline="")))
    assert [row["position"] for row in found] == ["1", "-2", "3"]
    assert found[0]["text"] == 'a "quoted", text\nof two lines'
    assert json.loads(found[0]["data"]) == {"b": [1, "x"]}
    assert (found[0]["sos"], found[1]["share"], found[0]["occurred_at"]) == ("true", "", "2026-03-02T12:00:00.123456Z")


def test_parquet_has_types(tmp_path: Path) -> None:
    from pyarrow import parquet

    table = parquet.read_table(written(tmp_path, FileFormat.PARQUET))
    assert [str(field.type) for field in table.schema] == [
        "int64", "string", "string", "string", "bool", "double", "timestamp[us, tz=UTC]",
    ]  # fmt: skip
    assert table.column("occurred_at").to_pylist() == [AT] * 3
    assert table.column("text").to_pylist() == ['a "quoted", text\nof two lines', None, ""]
    assert [table.schema.field(name).nullable for name in ("position", "text")] == [False, True]


@pytest.mark.parametrize("beginning", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_text_begins_like_a_formula(beginning: str) -> None:
    for kind in ("text", "jsonb"):
        assert csv_cell(kind, f"{beginning}cmd|' /C calc'!A0").lstrip('"').startswith("'")


def test_a_negative_number_stays_a_number() -> None:
    assert csv_cell("bigint", -118_00) == "-11800"


def test_nothing_and_an_empty_text_are_told_apart() -> None:
    assert (csv_cell("text", None), csv_cell("text", "")) == ("", '""')
