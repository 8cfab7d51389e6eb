"""How is one read model kept up to date, by one leader at a time, whatever happens to it?"""

from __future__ import annotations

import threading
import time
from typing import Final

import psycopg

from application.log import LogSkipDetected
from infra.projections import metrics
from infra.projections.connections import give_way_when_frozen, open_connection, try_lock
from infra.projections.facts import Connection, FactLog, head
from infra.projections.generation_writer import GenerationWriter, NoLongerOurs
from infra.projections.generations import Generation, active_generation, note_halt
from infra.projections.install import install_read_models
from infra.projections.rebuild import rebuild_for_new_version
from infra.projections.row_table import RowTable
from infra.settings import Settings
from infra.telemetry.logging import log
from projections.read_model import AnyReadModel

# A halted projection looks this often whether the log has been repaired.
HALTED_S: Final = 5.0
FIRST_PAUSE_S: Final = 0.05
LONGEST_PAUSE_S: Final = 1.0


class ProjectionRunner:
    """One thread and one connection for one read model.

    Starting is recovering: everything it knows is read from the database whenever it gets a connection.
    It survives a lost connection, gives way to another leader, stops (loudly) when the log has a gap.
    """

    def __init__(
        self, settings: Settings, model: AnyReadModel, facts: FactLog, news: threading.Event, stop: threading.Event
    ) -> None:
        self.model = model
        self._settings = settings
        self._facts = facts
        self._news = news
        self._stop = stop
        self._log = log(__name__).bind(projection=model.name)
        self._poll_s = settings.projection_poll_s
        self._leading = metrics.leading.labels(model.name)

    def run(self) -> None:
        """Keep the read model up to date until told to stop."""
        pause_s = FIRST_PAUSE_S
        while not self._stop.is_set():
            try:
                with open_connection(self._settings, f"vehicaid-projection-{self.model.name}") as connection:
                    self._facts.forget()
                    pause_s = FIRST_PAUSE_S
                    self._stand_by(connection)
                continue
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                self._log.warning("projection_connection_lost", error=_line(error), again_in_s=pause_s)
            except Exception:  # noqa: BLE001  (logged with its traceback)
                # Crash only: whatever it was, beginning anew is the recovery; the log line and the metric tell.
                self._log.exception("projection_failed", again_in_s=pause_s)
            finally:
                self._leading.set(0)
            if not self._stop.is_set():
                metrics.restarts.labels(self.model.name).inc()
                self._stop.wait(pause_s)
                pause_s = min(LONGEST_PAUSE_S, 2 * pause_s)

    def _stand_by(self, connection: Connection) -> None:
        """Wait for the lead, take it, lead; come back when this connection has served its purpose."""
        holds_lock = False
        while not self._stop.is_set():
            generation = active_generation(connection, self.model.name)
            if generation is None:
                install_read_models(self._settings, [self.model])
                continue
            if generation.model_version < self.model.version:
                rebuild_for_new_version(self._settings, self.model, self._stop)
                continue
            if generation.model_version > self.model.version:
                # A newer release has taken over; its tables are not ours to write.
                self._stop.wait(LONGEST_PAUSE_S)
                continue
            if not holds_lock and not try_lock(connection, self._settings, f"lead.{self.model.name}"):
                self._stop.wait(self._poll_s)
                continue
            if not holds_lock:
                holds_lock = True
                give_way_when_frozen(connection)
                continue  # look again, now as the leader: the one before may have moved on
            self._lead(connection, generation)
            return

    def _lead(self, connection: Connection, generation: Generation) -> None:
        self._log.info("projection_leads", generation=generation.number, position=generation.position)
        self._leading.set(1)
        if not RowTable(self.model, generation.table).fits(connection):
            why = f"version {self.model.version} has other columns than its table: raise the read model's version"
            self._log.error("read_model_misfits", why=why)
            self._halt(connection, generation, why)
            return
        writer = GenerationWriter(connection, self.model, generation, self._settings.projection_rows_in_memory)
        batch_events = metrics.batch_events.labels(self.model.name)
        live, catching_up = self._settings.projection_live_batch, self._settings.projection_catch_up_batch
        limit = live
        while not self._stop.is_set():
            self._news.clear()
            try:
                facts = self._facts.read(connection, writer.position, limit)
            except LogSkipDetected as skip:
                metrics.log_skips.labels(self.model.name).inc()
                self._log.error("log_skip_detected", expected=skip.expected, found=skip.found, head=head(connection))
                self._halt(connection, generation, str(skip))
                continue
            if not facts:
                limit = live
                self._news.wait(self._poll_s)
                continue
            try:
                newly_parked = writer.apply(facts)
            except NoLongerOurs:
                self._log.info("projection_moved_elsewhere", generation=generation.number)
                return
            batch_events.observe(len(facts))
            if newly_parked:
                self._log.error("streams_parked", streams=newly_parked, upto_position=writer.position)
            limit = catching_up if len(facts) == limit else live

    def _halt(self, connection: Connection, generation: Generation, why: str) -> None:
        """Going on would make every later row a guess. Stop, say so, look again."""
        note_halt(connection, generation, why)
        self._facts.forget()
        looks_again_at = time.monotonic() + HALTED_S
        while time.monotonic() < looks_again_at and not self._stop.wait(self._poll_s):
            connection.execute("SELECT 1")  # still here: a silent leader loses its session


def _line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
