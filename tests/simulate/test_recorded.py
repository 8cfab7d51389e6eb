"""Is the log of a database read whole, in its order, and as bytes that a simulation can go on from?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.in_memory.log import InMemoryEventLog
from interfaces.simulate.files import line_of
from interfaces.simulate.recorded import read_database, read_file
from tests.projections.telling import tell

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.servers import Database


def test_that_a_database_and_a_file_of_its_events_are_the_same_log(migrated_database: Database, tmp_path: Path) -> None:
    head = tell(migrated_database, 5, 120)

    events = read_database(migrated_database.app_dsn)

    assert [event.position for event in events] == list(range(1, head + 1))
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"".join(line_of(event) for event in events))
    assert read_file(path) == events
    log = InMemoryEventLog()
    for event in events:
        log.take(event)
