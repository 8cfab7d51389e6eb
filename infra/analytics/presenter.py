"""Who makes the analysts' views, and keeps them on the tables that are served?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import psycopg
from psycopg import errors

from infra.analytics.domain_views import DOMAIN_VIEWS
from infra.analytics.kpi_views import KPI_VIEWS
from infra.analytics.place import analytics_schema
from infra.analytics.raw_views import EVENTS, view_of
from infra.analytics.view import View
from infra.projections.connections import open_connection, try_lock
from infra.projections.facts import Connection
from infra.projections.generations import active_generation
from infra.projections.row_table import RowTable
from infra.settings import Settings
from infra.telemetry.logging import log
from projections.catalog import READ_MODELS
from projections.read_model import AnyReadModel

if TYPE_CHECKING:
    import threading

# 5 s: how long analysts look at the generation before after a rebuild was swapped in.
LOOK_EVERY_S: Final = 5.0
# A view can be changed when nobody is reading it. Analysts wait behind us meanwhile, so we give up soon; when we had
# to, we wait twice as long the next time, up to a little more than the longest question may take.
FIRST_PATIENCE_MS: Final = 500
LONGEST_PATIENCE_MS: Final = 75_000


@dataclass(slots=True)
class Presented:
    """What a look at the views came to."""

    made: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    busy: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


def present(
    settings: Settings, models: Iterable[AnyReadModel] = READ_MODELS, patience_ms: int = FIRST_PATIENCE_MS
) -> Presented:
    """Make what is missing or looks different, each view in a transaction of its own. Can be repeated.

    A view that somebody is reading for longer than the patience stays as it is and counts as busy.
    """
    with open_connection(settings, "vehicaid-analytics") as connection:
        return Presenter(settings, connection, tuple(models)).look(patience_ms)


def run_presenter(settings: Settings, stop: threading.Event) -> None:
    """Look every few seconds until told to stop, one process per cell: a background service of the projector."""
    with open_connection(settings, "vehicaid-analytics") as connection:
        while not try_lock(connection, settings, "analytics"):
            if stop.wait(LOOK_EVERY_S):
                return
        presenter = Presenter(settings, connection, READ_MODELS)
        patience_ms = FIRST_PATIENCE_MS
        told: dict[str, str] = {}
        while not stop.is_set():
            done = presenter.look(patience_ms)
            patience_ms = min(2 * patience_ms, LONGEST_PATIENCE_MS) if done.busy else FIRST_PATIENCE_MS
            if done.made or done.gone:
                log(__name__).info("analytics_presented", made=len(done.made), gone=done.gone)
            for name, why in done.failed.items():
                if told.get(name) != why:
                    log(__name__).error("analytics_view_fails", view=name, why=why)
            told = done.failed
            stop.wait(LOOK_EVERY_S)


class Presenter:
    """Compares how the views should look with how they do."""

    def __init__(self, settings: Settings, connection: Connection, models: Sequence[AnyReadModel]) -> None:
        self._connection = connection
        self._models = models
        self._cell = settings.cell
        self._views = analytics_schema(settings.cell)

    def look(self, patience_ms: int) -> Presented:
        """Once over all of them."""
        done = Presented()
        wanted, left_alone = self._wanted()
        shown = self._shown()
        for view in wanted.values():
            if shown.get(view.name) != view.definition(self._cell, self._views):
                self._try(view, wanted, patience_ms, done)
                shown = self._shown()
        for name in shown:
            if name not in wanted and name not in left_alone:
                self._drop(name, patience_ms, done)
        return done

    def _wanted(self) -> tuple[dict[str, View], set[str]]:
        """The views that there should be, what they stand on first; and those that a newer release looks after."""
        wanted, left_alone = {EVENTS.name: EVENTS}, set()
        for model in self._models:
            generation = active_generation(self._connection, model.name)
            if generation is None:
                continue
            table = RowTable(model, generation.table)
            if generation.model_version == model.version and table.fits(self._connection):
                wanted[model.name] = view_of(model, generation.table)
            else:
                left_alone.add(model.name)
        for view in (*DOMAIN_VIEWS, *KPI_VIEWS):
            if left_alone.intersection(view.on):
                left_alone.add(view.name)
            elif all(name in wanted for name in view.on):
                wanted[view.name] = view
        return wanted, left_alone

    def _shown(self) -> dict[str, str]:
        rows = self._connection.execute("SELECT name, definition FROM analytics_views").fetchall()
        return {str(name): str(definition) for name, definition in rows}

    def _try(self, view: View, wanted: dict[str, View], patience_ms: int, done: Presented) -> None:
        try:
            try:
                self._make([view], patience_ms)
            except errors.InvalidTableDefinition:
                # Its columns are others now: it and all that stand on it go and come back in one transaction.
                above = _on(view, wanted)
                self._make([view, *above], patience_ms, anew=True)
            done.made.append(view.name)
        except errors.LockNotAvailable:
            done.busy.append(view.name)
        except psycopg.ProgrammingError as error:
            done.failed[view.name] = str(error).splitlines()[0]

    def _make(self, views: Sequence[View], patience_ms: int, *, anew: bool = False) -> None:
        with self._connection.transaction():
            self._wait_at_most(patience_ms)
            if anew:
                self._forget_with_dependents(views[0].name)
            for view in views:
                self._present(view.statements(self._cell, self._views))
                self._connection.execute(
                    "INSERT INTO analytics_views (name, definition) VALUES (%s, %s) ON CONFLICT (name)"
                    " DO UPDATE SET definition = excluded.definition, shown_at = clock_timestamp()",
                    (view.name, view.definition(self._cell, self._views)),
                )

    def _drop(self, name: str, patience_ms: int, done: Presented) -> None:
        try:
            with self._connection.transaction():
                self._wait_at_most(patience_ms)
                self._forget_with_dependents(name)
            done.gone.append(name)
        except errors.LockNotAvailable:
            done.busy.append(name)

    def _forget_with_dependents(self, name: str) -> None:
        self._present([f'DROP VIEW IF EXISTS {self._views}."{name}" CASCADE'])
        self._connection.execute(
            "DELETE FROM analytics_views WHERE to_regclass(format('%%I.%%I', %s::text, name)) IS NULL", (self._views,)
        )

    def _present(self, statements: list[str]) -> None:
        self._connection.execute(f"SELECT {self._views}.present(%s::text[])", (statements,))

    def _wait_at_most(self, patience_ms: int) -> None:
        self._connection.execute(f"SET LOCAL lock_timeout = {patience_ms}")


def _on(view: View, wanted: dict[str, View]) -> list[View]:
    """The views that stand on this one, directly or not, in the order in which they can be made."""
    found: list[View] = []
    names = {view.name}
    for other in wanted.values():
        if names.intersection(other.on):
            names.add(other.name)
            found.append(other)
    return found
