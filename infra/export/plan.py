"""What shall be exported: of what, in which format, which part of the log, of whom?"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

FORMAT: Final = "vehicaid-export-1"
"""Name of the manifest's shape; raised when its meaning changes."""
EVENTS: Final = "events"
ALIASES: Final = {"requests": "request_board", "offers": "provider_jobs"}
"""Words of the road for read models that are named after a screen."""


class ExportRefused(Exception):
    """It cannot be done like that; the message is one line for whoever asked."""


class FileFormat(StrEnum):
    """How rows are written."""

    PARQUET = "parquet"
    CSV = "csv"
    JSONL = "jsonl"


class Plan(msgspec.Struct, frozen=True):
    """Everything that decides what is in the files: the same plan over the same log makes the same bytes.

    Events are those behind position ``since`` up to ``upto``. A read model is as it was at position ``upto``; of its
    rows those whose last change lies behind ``since``. ``tenant`` None: of all tenants.
    """

    of: str
    read_model: str | None
    file_format: FileFormat
    since: int
    upto: int
    tenant: str | None
    cell: str


class FileMade(msgspec.Struct, frozen=True):
    """One finished file; the positions are those of its first and last event, or of its rows' first and last change."""

    name: str
    rows: int
    first_position: int | None
    last_position: int | None
    size: int
    sha256: str


class ColumnTold(msgspec.Struct, frozen=True):
    """A column as the manifest describes it; the type is PostgreSQL's."""

    name: str
    type: str
    nullable: bool


class Manifest(msgspec.Struct, frozen=True):
    """What an export holds. Made of the plan and the rows alone: no clock, no host, so that it can be compared."""

    format: str
    plan: Plan
    columns: tuple[ColumnTold, ...]
    rows: int
    files: tuple[FileMade, ...]
