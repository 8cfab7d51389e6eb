"""What did a log record? The events of ``events.jsonl``, or of the database, in the log's order."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

import msgspec
import psycopg

from application.log import LoggedEvent
from infra.event_store.reader import LogReader
from interfaces.simulate.rows import BadFile

if TYPE_CHECKING:
    from pathlib import Path

BATCH: Final = 10_000
"""Events read at once: a few megabytes."""


class _Line(msgspec.Struct):
    """One line of ``events.jsonl``."""

    position: int
    tenant: str
    stream_id: UUID
    version: int
    topic: str
    payload: msgspec.Raw
    command_id: UUID | None
    correlation_id: UUID | None
    causation_id: UUID | None
    actor: str
    occurred_at: datetime
    recorded_at: datetime


def read_file(path: Path) -> list[LoggedEvent]:
    """The events of ``events.jsonl``; raises BadFile."""
    decode = msgspec.json.Decoder(_Line).decode
    try:
        with path.open("rb") as lines:
            events = [_event(decode(line)) for line in lines if line.strip()]
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror}") from error
    except msgspec.MsgspecError as error:
        raise BadFile(f"{path}: not a log: {error}") from error
    if [event.position for event in events] != list(range(1, len(events) + 1)):
        raise BadFile(f"{path}: not a whole log: its positions do not count from 1")
    return events


def read_database(dsn: str) -> list[LoggedEvent]:
    """The whole log as it is now; nothing is written, the session may not. Raises LogSkipDetected."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = on")
        reader = LogReader(connection)
        head, events = reader.head(), list[LoggedEvent]()
        while len(events) < head:
            events += reader.read(len(events), BATCH, head)
        return events


def _event(line: _Line) -> LoggedEvent:
    fields = {name: getattr(line, name) for name in line.__struct_fields__}
    return LoggedEvent(**{**fields, "payload": bytes(line.payload)})
