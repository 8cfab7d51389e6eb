"""How is a read model built anew, compared, swapped in, and taken back?"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

import psycopg

from infra.projections.connections import open_connection, try_lock, unlock
from infra.projections.differences import Differences, compare
from infra.projections.facts import Connection
from infra.projections.generation_writer import GenerationWriter
from infra.projections.generations import Generation, active_generation, generations
from infra.projections.install import install_read_models
from infra.projections.shadow import Progress, Shadow, catch_up, sweep
from infra.projections.swap import Swapped, swap
from infra.settings import Settings
from infra.telemetry.logging import log
from projections.read_model import AnyReadModel

# A projector whose release needs a rebuild that another process is doing asks again after this.
BUSY_PAUSE_S: Final = 1.0


class RebuildRefused(Exception):
    """It cannot be done now; the message is one line for the operator."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild came to; ``swapped`` is None when the operator did not want it."""

    differences: Differences
    swapped: Swapped | None


def rebuild(
    settings: Settings,
    model: AnyReadModel,
    *,
    confirm: Callable[[Differences], bool],
    progress: Progress = lambda _position: None,
) -> Rebuilt:
    """Build a new generation while the old one serves, show what differs, and swap if ``confirm`` says so.

    Raises RebuildRefused, SwapRefused or LogSkipDetected; the old generation then serves on.
    """
    with rebuilding(settings, model) as connection:
        old = served(connection, model)
        shadow = Shadow(settings, connection, model)
        swapped = None
        try:
            writer = shadow.build(old.position, progress)
            differences = beside(settings, connection, model, writer, progress)
            if confirm(differences):
                swapped = swap(connection, model, shadow.generation.number)
        finally:
            if swapped is None:
                shadow.drop()
        sweep(connection, model, settings.projection_kept_generations)
        return Rebuilt(differences, swapped)


def roll_back(settings: Settings, model: AnyReadModel, progress: Progress = lambda _position: None) -> Swapped:
    """Let the generation before serve again, after it has caught up.

    Raises RebuildRefused when there is none, or when it was made by another version of the read model.
    """
    with rebuilding(settings, model) as connection:
        old = served(connection, model)
        kept = [each for each in generations(connection, model.name) if each.built and not each.active]
        if not kept:
            raise RebuildRefused(f"{model.name} has no generation to go back to")
        before = kept[-1]
        if before.model_version != model.version:
            raise RebuildRefused(
                f"generation {before.number} of {model.name} was made by version {before.model_version} of the read"
                f" model and this release has {model.version}: roll back with the release that made it"
            )
        catch_up(connection, GenerationWriter(connection, model, before), old.position, progress)
        return swap(connection, model, before.number)


def rebuild_for_new_version(settings: Settings, model: AnyReadModel, stop: threading.Event) -> None:
    """Build and swap in what a new release needs; when another process is at it, wait a moment instead."""
    try:
        outcome = rebuild(settings, model, confirm=lambda _differences: not stop.is_set())
    except RebuildRefused as busy:
        log(__name__).info("rebuild_waits", projection=model.name, why=str(busy))
        stop.wait(BUSY_PAUSE_S)
        return
    log(__name__).info(
        "read_model_rebuilt",
        projection=model.name,
        version=model.version,
        rows=outcome.differences.new.rows,
        swapped=outcome.swapped is not None,
    )


@contextmanager
def rebuilding(settings: Settings, model: AnyReadModel) -> Iterator[Connection]:
    """A connection that alone may build, swap or drop generations of a read model."""
    install_read_models(settings, [model])
    with open_connection(settings, f"vehicaid-rebuild-{model.name}") as connection:
        if not try_lock(connection, settings, f"rebuild.{model.name}"):
            raise RebuildRefused(f"{model.name} is being rebuilt or verified by another process")
        try:
            sweep(connection, model, settings.projection_kept_generations)
            yield connection
        finally:
            # A server notices a closed connection some time after; one that broke has no lock.
            with suppress(psycopg.Error):
                unlock(connection, settings, f"rebuild.{model.name}")


def served(connection: Connection, model: AnyReadModel) -> Generation:
    """The generation that serves; raises RebuildRefused before there is one."""
    found = active_generation(connection, model.name)
    if found is None:
        raise RebuildRefused(f"{model.name} has no generation that serves")
    return found


def beside(
    settings: Settings, connection: Connection, model: AnyReadModel, writer: GenerationWriter, progress: Progress
) -> Differences:
    """Bring a shadow to exactly where the served generation is, and compare the two there.

    One snapshot holds the served rows and their position still while the projector goes on.
    """
    with open_connection(settings, f"vehicaid-compare-{model.name}") as still, still.transaction():
        still.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        live = served(still, model)
        catch_up(connection, writer, live.position, progress)
        return compare(still, live.table, connection, writer.generation.table, model.key, live.position)
