"""How do the books leave the log as a journal, up to a position?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import psycopg

from infra.database_url import app_dsn
from infra.event_store.reader import LogReader
from infra.export.double_entry import Journal, Judge, begin
from infra.export.plan import ExportRefused

if TYPE_CHECKING:
    from pathlib import Path

    from infra.export.sources import Progress
    from infra.settings import Settings

# 10,000 events in memory at a time, as other exports read them.
PAGE: Final = 10_000


def export_books(
    settings: Settings, judge: Judge, out: Path, tenant: str | None, upto: int | None, progress: Progress
) -> tuple[Journal, int]:
    """Write the journal, whole or not at all; gives it, and up to which position it goes.

    Raises ExportRefused for a position that the log has not reached or a place that cannot be written, and
    LogSkipDetected.
    """
    unfinished = out.with_name(f".{out.name}.unfinished")
    with psycopg.connect(app_dsn(settings, "vehicaid-export"), autocommit=True) as connection:
        reader = LogReader(connection)
        head = reader.head()
        end = head if upto is None else upto
        if end > head:
            raise ExportRefused(f"the log ends at position {head}")
        reader.make_durable()
        try:
            with unfinished.open("w", encoding="utf-8") as file:
                journal = begin(judge, file, tenant, end)
                at = 0
                while at < end:
                    for event in reader.read(at, min(PAGE, end - at), end):
                        journal.take(event)
                        at = event.position
                    progress("writing transfers", at, end)
                journal.end()
            unfinished.replace(out)
        except OSError as error:
            raise ExportRefused(f"{out} cannot be written: {error.strerror}") from error
        finally:
            unfinished.unlink(missing_ok=True)
    return journal, end
