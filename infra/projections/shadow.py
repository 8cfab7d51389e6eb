"""How is a generation built from position 0 while another one serves, quickly and in bounded memory?"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final

from psycopg import errors

from infra.projections.collector import collecting_rarely
from infra.projections.connections import open_connection
from infra.projections.facts import Connection, pages_ahead, read_facts
from infra.projections.folding import Folding
from infra.projections.generation_writer import GenerationWriter
from infra.projections.generations import (
    ADVANCE,
    Generation,
    forget_generation,
    generation_numbered,
    generations,
    new_generation,
    note_parked,
)
from infra.projections.row_table import REFUSED, RowTable
from infra.settings import Settings
from projections.fact import Fact
from projections.read_model import AnyReadModel, Key, Row

# Facts read at a time: enough that the round trip does not show, little enough to be nothing in memory.
PAGE: Final = 5_000

Progress = Callable[[int], None]
"""Told the position reached."""


class Shadow:
    """A generation nobody sees yet. Written over the caller's connection, which holds the rebuild lock."""

    def __init__(self, settings: Settings, connection: Connection, model: AnyReadModel) -> None:
        self.model = model
        self._settings = settings
        self._connection = connection
        with connection.transaction():
            self.generation = new_generation(connection, model.name, model.version)
            self.table = RowTable(model, self.generation.table)
            self.table.create(connection)

    def build(self, upto: int, progress: Progress, *, indexed: bool = True) -> GenerationWriter:
        """Fold the log up to a position; returns the writer that goes on from there.

        Raises LogSkipDetected.
        """
        with collecting_rarely(), open_connection(self._settings, "vehicaid-second-hand") as second:
            try:
                most = 2 * self._settings.projection_rows_in_memory
                _FastBuild(self._connection, second, self.table, self.generation, most).run(upto, progress)
            except REFUSED:
                # Some fact makes a row that no table takes: go slowly, to park the same stream as the live one did.
                self._start_over()
                writer = GenerationWriter(self._connection, self.model, self.generation)
                catch_up(self._connection, writer, upto, progress)
            if indexed:
                indexes = self.model.indexes
                side_by_side(
                    lambda: self.table.add_indexes(self._connection, indexes[::2]),
                    lambda: self.table.add_indexes(second, indexes[1::2]),
                )
        built = generation_numbered(self._connection, self.model.name, self.generation.number)
        return GenerationWriter(self._connection, self.model, built)

    def drop(self) -> None:
        """Leave no trace."""
        drop_generation(self._connection, self.model, self.generation)

    def _start_over(self) -> None:
        with self._connection.transaction():
            self.table.drop(self._connection)
            self.table.create(self._connection)
            self.table.add_key(self._connection)


class _FastBuild:
    """Folds in memory and copies rows out once: most are never read back."""

    def __init__(
        self, connection: Connection, second: Connection, table: RowTable, generation: Generation, rows_in_memory: int
    ) -> None:
        self._connection = connection
        self._second = second
        self._table = table
        self._generation = generation
        self._rows_in_memory = rows_in_memory
        self._folding: Folding = Folding(table.model)
        self._spilled = False
        self._has_key = False

    def run(self, upto: int, progress: Progress) -> None:
        position = 0
        for facts in pages_ahead(self._second, PAGE, upto, traced=self._table.model.traced):
            self._fold(facts)
            position = facts[-1].position
            if len(self._folding.cells) > self._rows_in_memory:
                new, other, gone = self._folding.take_changes()
                self._table.copy(self._connection, new)
                self._change(other, gone)
                self._folding.forget()
                self._spilled = True
            progress(position)
        self._finish(position)

    def _fold(self, facts: list[Fact]) -> None:
        steps, unknown = self._folding.plan(facts)
        if unknown:
            found: dict[Key, Row] = {}
            if self._spilled:
                self._need_key()
                found = self._table.load(self._connection, list(unknown))
            self._folding.learn(unknown, found)
        self._folding.run(steps)

    def _change(self, other: list[Row], gone: list[Key]) -> None:
        self._table.upsert(self._connection, other)
        self._table.delete(self._connection, gone)

    def _finish(self, position: int) -> None:
        generation = self._generation
        new, other, gone = self._folding.take_changes()
        half = len(new) // 2
        side_by_side(
            lambda: self._table.copy(self._connection, new[:half]), lambda: self._table.copy(self._second, new[half:])
        )
        with self._connection.transaction():
            self._change(other, gone)
            self._need_key()
            note_parked(self._connection, generation, self._folding.take_parked())
            moved = (generation.name, generation.number, 0, position, False)
            self._connection.execute(ADVANCE, moved)

    def _need_key(self) -> None:
        if not self._has_key:
            self._table.add_key(self._connection)
            self._has_key = True


def side_by_side(first: Callable[[], None], second: Callable[[], None]) -> None:
    """Do two things that mostly wait for the server; it has more than one core."""
    with ThreadPoolExecutor(1, "second-hand") as hand:
        other = hand.submit(second)
        first()
        other.result()


def catch_up(connection: Connection, writer: GenerationWriter, upto: int, progress: Progress) -> None:
    """Bring a generation to a position, batch by batch; raises LogSkipDetected."""
    while writer.position < upto:
        facts = read_facts(connection, writer.position, PAGE, upto)
        if not facts:
            return
        writer.apply(facts)
        progress(writer.position)


def drop_generation(connection: Connection, model: AnyReadModel, generation: Generation) -> None:
    """Table, position and parked streams of a generation that is not served."""
    with connection.transaction():
        forget_generation(connection, generation)
        RowTable(model, generation.table).drop(connection)


def sweep(connection: Connection, model: AnyReadModel, keep: int) -> None:
    """Drop what a killed rebuild left, and all but the newest ``keep`` generations that were served before."""
    retired = [each for each in generations(connection, model.name) if not each.active]
    fit = [each for each in retired if each.built]
    for each in retired:
        if not each.built or each not in fit[len(fit) - keep :]:
            # Analysts may be shown it for some seconds yet (infra/analytics); then it goes with the next sweep.
            with suppress(errors.DependentObjectsStillExist):
                drop_generation(connection, model, each)
