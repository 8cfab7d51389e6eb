"""How does another generation take the place of the one that serves, in one short transaction?"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import Final

from psycopg import errors

from infra.projections.facts import Connection, head
from infra.projections.generation_writer import GenerationWriter
from infra.projections.generations import Generation, active_generation, generation_numbered
from infra.projections.row_table import RowTable
from infra.projections.shadow import catch_up
from projections.read_model import AnyReadModel

# Readers queue behind us while we wait for the view, so we give up before they would notice, and try again.
LOCK_TIMEOUT_MS: Final = 25
ATTEMPTS: Final = 400
PAUSE_S: Final = 0.03
# The tail that is folded with the projector held up: one live batch.
SHORT_TAIL: Final = 500
# Chases of the log's head before the last step: each is shorter than the one before unless the log outruns us.
CHASES: Final = 50


class SwapRefused(Exception):
    """The swap could not be made; the old generation still serves."""


@dataclass(frozen=True, slots=True)
class Swapped:
    """What happened: from which generation to which, at which position, how long the view was held."""

    old: int
    new: int
    position: int
    held_ms: float


def swap(connection: Connection, model: AnyReadModel, number: int) -> Swapped:
    """Let a built generation serve. Readers see the old rows, then the new ones, never an earlier position.

    Raises SwapRefused when the view stays locked by a long reader, LogSkipDetected when the log has a gap.
    """
    RowTable(model, generation_numbered(connection, model.name, number).table).analyze(connection)
    for _ in range(ATTEMPTS):
        _chase(connection, model, number)
        try:
            swapped = _swap(connection, model, number)
        except errors.LockNotAvailable:
            time.sleep(PAUSE_S * (1 + random.random()))  # noqa: S311  (only so that two do not march in step)
        else:
            _make_durable(connection)
            return swapped
    raise SwapRefused(f"{model.name} is being read by a transaction that does not end; the old generation serves on")


def _chase(connection: Connection, model: AnyReadModel, number: int) -> None:
    writer = GenerationWriter(connection, model, generation_numbered(connection, model.name, number))
    for _ in range(CHASES):
        end = head(connection)
        if end - writer.position <= SHORT_TAIL:
            return
        catch_up(connection, writer, end, lambda _position: None)


def _swap(connection: Connection, model: AnyReadModel, number: int) -> Swapped:
    with connection.transaction():
        connection.execute(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}")
        old = _hold(connection, model)
        writer = GenerationWriter(connection, model, generation_numbered(connection, model.name, number))
        catch_up(connection, writer, max(old.position, head(connection)), lambda _position: None)
        connection.execute(
            "UPDATE projection_positions SET active = false WHERE name = %s AND generation = %s", (old.name, old.number)
        )
        connection.execute(
            "UPDATE projection_positions SET active = true, built = true WHERE name = %s AND generation = %s",
            (old.name, number),
        )
        connection.execute(
            "SELECT pg_notify(current_schema() || '_projected', %s)", (f"{model.name}:{writer.position}",)
        )
        before = time.monotonic()
        writer.table.show(connection)
    return Swapped(old.number, number, writer.position, (time.monotonic() - before) * 1000)


def _make_durable(connection: Connection) -> None:
    """An operator is told of a swap only when it stands; readers do not wait for the flush."""
    with connection.transaction():
        connection.execute("SET LOCAL synchronous_commit = on")
        connection.execute("SELECT pg_logical_emit_message(true, 'vehicaid', '')")


def _hold(connection: Connection, model: AnyReadModel) -> Generation:
    """From here to the commit the projector cannot move the generation that serves."""
    connection.execute("SELECT FROM projection_positions WHERE name = %s AND active FOR UPDATE", (model.name,))
    old = active_generation(connection, model.name)
    if old is None:
        raise SwapRefused(f"{model.name} has no generation that serves")
    return old
