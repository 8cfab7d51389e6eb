"""How does one batch of facts reach a generation's table: rows and position in one transaction, exactly once?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import psycopg

from infra.projections.facts import Connection
from infra.projections.folding import Folding
from infra.projections.generations import (
    ADVANCE,
    NO_LONGER_OURS,
    Generation,
    Parked,
    Stream,
    note_parked,
    parked_streams,
)
from infra.projections.row_table import REFUSED, ROWS_PER_STATEMENT, RowTable
from projections.fact import Fact
from projections.read_model import AnyReadModel, Key, Row

# For whoever only catches up; the projector has a setting.
ROWS_IN_MEMORY: Final = 30_000


@dataclass(frozen=True, slots=True)
class Changes:
    """What one batch of facts does to a table: rows to write, keys of rows to delete, streams that were parked."""

    rows: list[Row]
    gone: list[Key]
    parked: list[Parked]

    def __bool__(self) -> bool:
        return bool(self.rows or self.gone or self.parked)


class NoLongerOurs(Exception):
    """Somebody else moved this generation on, or another one is served now; nothing was written."""


class GenerationWriter:
    """Applies facts to one generation, over one connection. After any exception it must be made anew.

    Rows and position commit together, so a commit that does not wait for the disk
    (``synchronous_commit = off``, see docs/adr) loses both or neither, and what is lost is folded again.
    """

    def __init__(
        self,
        connection: Connection,
        model: AnyReadModel,
        generation: Generation,
        rows_in_memory: int = ROWS_IN_MEMORY,
    ) -> None:
        self.model = model
        self.generation = generation
        self.position = generation.position
        self.table = RowTable(model, generation.table)
        self._rows_in_memory = rows_in_memory
        self._connection = connection
        parked = parked_streams(connection, generation)
        self._folding: Folding = Folding(model, [(each.tenant, each.stream_id) for each in parked])

    def apply(self, facts: Sequence[Fact]) -> int:
        """Fold the facts that follow the position and store the outcome; returns how many streams were parked.

        Raises NoLongerOurs. A batch that the table refuses is tried fact by fact, to find the one to park. That is a
        last resort: the typed accessors of a fact let nothing through that no column could hold, so that what is
        parked does not depend on which facts happened to be folded together.
        """
        try:
            return self._apply(facts)
        except REFUSED as error:
            self._folding = Folding(self.model, self._parked_as_stored())
            if len(facts) == 1:
                return self._park(facts[0], error)
        return sum(self.apply([fact]) for fact in facts)

    def fold(self, facts: Sequence[Fact]) -> None:
        """Take the facts that follow the position into memory, and load what they need; nothing is stored yet."""
        folding = self._folding
        steps, unknown = folding.plan(facts)
        if unknown:
            folding.learn(unknown, self.table.load(self._connection, list(unknown)))
        folding.run(steps)

    def take_changes(self) -> Changes:
        """What is to be stored; from now on it counts as stored."""
        new, other, gone = self._folding.take_changes()
        # A row that counts as new may be there all the same: what begins a row does not look for one.
        return Changes(new + other, gone, self._folding.take_parked())

    def write(self, changes: Changes) -> None:
        """Store them, in the caller's transaction."""
        self.table.upsert(self._connection, changes.rows)
        self.table.delete(self._connection, changes.gone)
        note_parked(self._connection, self.generation, changes.parked)

    def has_come_to(self, position: int) -> None:
        """The changes up to there are stored."""
        self.position = position
        if len(self._folding.cells) > self._rows_in_memory:
            self._folding.forget(self._rows_in_memory // 2)

    def _apply(self, facts: Sequence[Fact]) -> int:
        self.fold(facts)
        return self._store(facts[-1].position)

    def _store(self, position: int) -> int:
        changes = self.take_changes()
        connection, generation = self._connection, self.generation
        moved = (generation.name, generation.number, self.position, position, generation.active)
        try:
            if not changes.gone and not changes.parked and len(changes.rows) <= ROWS_PER_STATEMENT:
                # One statement is a transaction of its own: a round trip, and no more.
                self.table.upsert_and_advance(connection, changes.rows, moved)
            else:
                with connection.pipeline(), connection.transaction():
                    connection.execute(ADVANCE, moved, prepare=True)
                    self.write(changes)
        except psycopg.Error as error:
            if error.sqlstate == NO_LONGER_OURS:
                raise NoLongerOurs(str(error).splitlines()[0]) from None
            raise
        self.has_come_to(position)
        return len(changes.parked)

    def _park(self, fact: Fact, error: Exception) -> int:
        self._folding.park(fact, error)
        return self._store(fact.position)

    def _parked_as_stored(self) -> list[Stream]:
        return [(each.tenant, each.stream_id) for each in parked_streams(self._connection, self.generation)]
