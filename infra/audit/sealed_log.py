"""Which logs are sealed, and by what names does the database know them?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from psycopg import sql

from infra.event_store.log import COLUMNS

SECURITY_COLUMNS: Final = (
    "position, note_id, tenant, at, kind, actor, operation, object_id, detail, address, correlation_id, times,"
    " recorded_at"
)


@dataclass(frozen=True, slots=True)
class SealedLog:
    """A table of rows with dense positions, and the seals over it; columns in the order in which they are hashed."""

    name: str
    table: str
    columns: str
    seals: str
    routine: str
    has_streams: bool = False
    goes: bool = False
    """Whether the rows of old segments are removed one day, their seals kept."""

    def cell_of(self, cell: str) -> str:
        """How roots name the log of a cell."""
        return f"{cell}.{self.name}" if self.name else cell

    def statement(self, text: str, **more: sql.Composable) -> sql.Composed:
        """SQL with ``{rows}``, ``{columns}``, ``{seals}``, ``{routine}``, ``{removed_at}`` and more filled in."""
        return sql.SQL(text).format(
            rows=sql.Identifier(self.table),
            columns=sql.SQL(self.columns),
            seals=sql.Identifier(self.seals),
            routine=sql.Identifier(self.routine),
            removed_at=sql.SQL("removed_at" if self.goes else "NULL::timestamptz"),
            **more,
        )


EVENTS: Final = SealedLog("", "events", COLUMNS, "seals", "seal_next", has_streams=True)
SECURITY: Final = SealedLog(
    "security", "security_log", SECURITY_COLUMNS, "security_seals", "seal_security_next", goes=True
)
