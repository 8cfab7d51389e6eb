"""How do several read models take the same facts in one transaction?

A commit, a notification and a round trip for each of twenty read models is most of what following the log costs, when
facts come one by one. Read models that stand at the same position therefore move together, in one statement: a
process that is frozen has sent all of it or nothing, and holds no lock.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import count
from time import monotonic
from typing import TYPE_CHECKING, Final

import psycopg

from infra.projections.generation_writer import NoLongerOurs
from infra.projections.generations import NO_LONGER_OURS
from infra.projections.row_table import ROWS_PER_STATEMENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.projections.facts import Connection
    from infra.projections.generation_writer import Changes, GenerationWriter
    from projections.fact import Fact

# Folding a large batch on a busy machine must not look frozen: a sixth of what the server puts up with.
SPEAKS_EVERY_S: Final = 0.25
# Which read models change together: some dozens of combinations are everyday.
STATEMENTS_REMEMBERED: Final = 1_024

ADVANCE_TOGETHER: Final = "SELECT projection_advance_together(%s, %s, %s, %s)"
_PLACE: Final = re.compile("%s")

Part = tuple["GenerationWriter", "Changes"]


def apply_together(connection: Connection, writers: Sequence[GenerationWriter], facts: Sequence[Fact]) -> int:
    """Fold the facts that follow the writers' common position, and store all of it; how many streams were parked.

    Raises NoLongerOurs when any generation was moved by somebody else, or what the database raises; then nothing was
    stored, and every writer must be made anew.
    """
    position = facts[-1].position
    _fold(connection, writers, facts)
    parts = [(writer, writer.take_changes()) for writer in writers]
    changed = [part for part in parts if part[1]]
    names = [writer.generation.name for writer in writers]
    numbers = [writer.generation.number for writer in writers]
    moved = (names, numbers, writers[0].position, position)
    try:
        if any(changes.parked or len(changes.rows) > ROWS_PER_STATEMENT for _, changes in changed):
            with connection.transaction():
                connection.execute(ADVANCE_TOGETHER, moved, prepare=True)
                for writer, changes in changed:
                    writer.write(changes)
        else:
            _in_one_statement(connection, moved, changed)
    except psycopg.Error as error:
        if error.sqlstate == NO_LONGER_OURS:
            raise NoLongerOurs(str(error).splitlines()[0]) from None
        raise
    for writer in writers:
        writer.has_come_to(position)
    return sum(len(changes.parked) for _, changes in changed)


def _fold(connection: Connection, writers: Sequence[GenerationWriter], facts: Sequence[Fact]) -> None:
    spoke_at = monotonic()
    for writer in writers:
        writer.fold(facts)
        if monotonic() - spoke_at > SPEAKS_EVERY_S:
            connection.execute("SELECT 1")
            spoke_at = monotonic()


def _in_one_statement(connection: Connection, moved: Sequence[object], changed: Sequence[Part]) -> None:
    upserted = [(writer.table, changes.rows) for writer, changes in changed if changes.rows]
    deleted = [(writer.table, changes.gone) for writer, changes in changed if changes.gone]
    statement = _statement(
        tuple(table.upsert_text for table, _ in upserted), tuple(table.delete_text for table, _ in deleted)
    )
    told = [
        *moved,
        *(literal for table, rows in upserted for literal in table.row_literals(rows)),
        *(literal for table, keys in deleted for literal in table.key_literals(keys)),
    ]
    # Numbered places are sent as they are: finding hundreds of places in a long text costs more than sending it.
    psycopg.RawCursor(connection).execute(statement, told, prepare=True)


@lru_cache(maxsize=STATEMENTS_REMEMBERED)
def _statement(upserts: tuple[bytes, ...], deletes: tuple[bytes, ...]) -> bytes:
    """All of it as one statement; PostgreSQL carries out each part of a WITH that writes, whether it is read or not."""
    parts = [ADVANCE_TOGETHER, *(text.decode() for text in (*upserts, *deletes))]
    named = ", ".join(f"part_{number} AS MATERIALIZED ({text})" for number, text in enumerate(parts))
    numbers = count(1)
    return _PLACE.sub(lambda _place: f"${next(numbers)}", f"WITH {named} SELECT FROM part_0").encode()
