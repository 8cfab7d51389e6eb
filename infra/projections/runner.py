"""How are read models kept up to date, each by one leader at a time, whatever happens to one of them?"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg import errors

from application.log import LogSkipDetected
from infra.projections import metrics
from infra.projections.connections import give_way_when_frozen, open_connection, try_lock, unlock
from infra.projections.facts import Connection, head, read_facts
from infra.projections.generation_writer import GenerationWriter, NoLongerOurs
from infra.projections.generations import Generation, active_generation, note_halt
from infra.projections.install import install_read_models
from infra.projections.rebuild import rebuild_for_new_version
from infra.projections.row_table import REFUSED, RowTable
from infra.projections.together import apply_together
from infra.settings import Settings
from infra.telemetry.logging import log
from projections.fact import Fact
from projections.read_model import AnyReadModel

# A halted projection looks this often whether the log has been repaired.
HALTED_S: Final = 5.0
FIRST_PAUSE_S: Final = 0.05
LONGEST_PAUSE_S: Final = 1.0
# A swap holds the position of one read model while it folds the last few events: the others wait no longer than this.
LOCK_TIMEOUT_MS: Final = 100


@dataclass(slots=True)
class Member:
    """A read model that this process leads, and what it is moved with."""

    model: AnyReadModel
    writer: GenerationWriter
    batch: int
    """How many facts it takes at once: more while it catches up."""


class ProjectionRunner:
    """One thread and one connection for the read models of a process.

    Those that stand at the same position take the next facts in one transaction; one that is behind takes a batch of
    its own in turn until it has caught up. What goes wrong with one is tried without the others, so that only that one
    parks a stream, halts or gives way. Starting is recovering: everything is read from the database whenever there is
    a new connection. It survives a lost connection, gives way to another leader, stops (loudly) when the log has a gap.
    """

    def __init__(
        self, settings: Settings, models: Sequence[AnyReadModel], news: threading.Event, stop: threading.Event
    ) -> None:
        self._models = models
        self._settings = settings
        self._news = news
        self._stop = stop
        self._log = log(__name__)
        self._poll_s = settings.projection_poll_s
        self._members: dict[str, Member] = {}
        self._rests_until: dict[str, float] = {}
        self._rebuilding: dict[str, threading.Thread] = {}

    def run(self) -> None:
        """Keep the read models up to date until told to stop."""
        pause_s = FIRST_PAUSE_S
        while not self._stop.is_set():
            try:
                with open_connection(self._settings, "vehicaid-projection-runner") as connection:
                    connection.execute(f"SET lock_timeout = {LOCK_TIMEOUT_MS}")
                    give_way_when_frozen(connection)
                    pause_s = FIRST_PAUSE_S
                    self._follow(connection)
                continue
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                self._log.warning("projection_connection_lost", error=_line(error), again_in_s=pause_s)
            except Exception:  # noqa: BLE001  (logged with its traceback)
                # Crash only: whatever it was, beginning anew is the recovery; the log line and the metric tell.
                self._log.exception("projection_failed", again_in_s=pause_s)
            finally:
                self._lead_nothing()
            if not self._stop.is_set():
                for model in self._models:
                    metrics.restarts.labels(model.name).inc()
                self._stop.wait(pause_s)
                pause_s = min(LONGEST_PAUSE_S, 2 * pause_s)

    def _lead_nothing(self) -> None:
        self._members.clear()
        for model in self._models:
            metrics.leading.labels(model.name).set(0)

    def _follow(self, connection: Connection) -> None:
        looks_again_at = 0.0
        while not self._stop.is_set():
            self._news.clear()
            if len(self._members) < len(self._models) and time.monotonic() >= looks_again_at:
                self._take_the_lead(connection)
                looks_again_at = time.monotonic() + self._poll_s
            if not self._members:
                connection.execute("SELECT 1")  # still here: a silent leader loses its session
            if not self._move(connection):
                self._news.wait(self._poll_s)

    # -- Who leads what -------------------------------------------------------------------------------------------

    def _take_the_lead(self, connection: Connection) -> None:
        for model in self._models:
            is_resting = time.monotonic() < self._rests_until.get(model.name, 0.0)
            if model.name not in self._members and not is_resting and not self._is_being_rebuilt(model):
                self._try_to_lead(connection, model)

    def _try_to_lead(self, connection: Connection, model: AnyReadModel) -> None:
        generation = active_generation(connection, model.name)
        if generation is None:
            install_read_models(self._settings, [model])
            generation = active_generation(connection, model.name)
        if generation is None or generation.model_version > model.version:
            # A newer release has taken over; its tables are not ours to write.
            self._rest(model, LONGEST_PAUSE_S)
        elif generation.model_version < model.version:
            self._rebuild(model)
        elif try_lock(connection, self._settings, f"lead.{model.name}"):
            # Look again, now as the leader: the one before may have moved on.
            self._lead(connection, model, active_generation(connection, model.name) or generation)

    def _lead(self, connection: Connection, model: AnyReadModel, generation: Generation) -> None:
        if generation.model_version != model.version:
            self._give_up(connection, model)
            return
        if not RowTable(model, generation.table).fits(connection):
            why = f"version {model.version} has other columns than its table: raise the read model's version"
            self._log.error("read_model_misfits", projection=model.name, why=why)
            note_halt(connection, generation, why)
            self._give_up(connection, model)
            self._rest(model, HALTED_S)
            return
        writer = GenerationWriter(connection, model, generation, self._settings.projection_rows_in_memory)
        self._members[model.name] = Member(model, writer, self._settings.projection_live_batch)
        self._log.info(
            "projection_leads", projection=model.name, generation=generation.number, position=generation.position
        )
        metrics.leading.labels(model.name).set(1)

    def _give_up(self, connection: Connection, model: AnyReadModel) -> None:
        """Somebody else may lead it; a look at the poll interval takes it back when nobody does."""
        self._members.pop(model.name, None)
        metrics.leading.labels(model.name).set(0)
        unlock(connection, self._settings, f"lead.{model.name}")

    def _rest(self, model: AnyReadModel, seconds: float) -> None:
        self._rests_until[model.name] = time.monotonic() + seconds

    def _rebuild(self, model: AnyReadModel) -> None:
        """In a thread of its own: it may take minutes, and the other read models go on."""
        thread = threading.Thread(
            target=self._rebuild_and_say, args=(model,), name=f"rebuild {model.name}", daemon=True
        )
        self._rebuilding[model.name] = thread
        thread.start()

    def _rebuild_and_say(self, model: AnyReadModel) -> None:
        try:
            rebuild_for_new_version(self._settings, model, self._stop)
        except Exception:  # noqa: BLE001  (logged with its traceback; the next look begins it anew)
            self._log.exception("rebuild_failed", projection=model.name)
            self._rest(model, LONGEST_PAUSE_S)

    def _is_being_rebuilt(self, model: AnyReadModel) -> bool:
        thread = self._rebuilding.get(model.name)
        return thread is not None and thread.is_alive()

    # -- Moving on ------------------------------------------------------------------------------------------------

    def _move(self, connection: Connection) -> bool:
        """One batch for each group that stands at one position, those in front first; False when none had any."""
        groups: dict[int, list[Member]] = {}
        for member in self._members.values():
            groups.setdefault(member.writer.position, []).append(member)
        moved = False
        ahead: int | None = None
        for position in sorted(groups, reverse=True):
            members = groups[position]
            limit = max(member.batch for member in members)
            # Who catches up stops where the next group stands, so that they go on as one.
            limit = limit if ahead is None else min(limit, ahead - position)
            ahead = position
            try:
                facts = read_facts(connection, position, limit)
            except LogSkipDetected as skip:
                self._halt(connection, members, skip)
                continue
            batch = self._settings.projection_live_batch
            if len(facts) == limit:
                batch = self._settings.projection_catch_up_batch
            for member in members:
                member.batch = batch
            if facts:
                self._apply(connection, members, facts)
                moved = True
        return moved

    def _apply(self, connection: Connection, members: Sequence[Member], facts: Sequence[Fact]) -> None:
        if len(members) > 1:
            try:
                parked = apply_together(connection, [member.writer for member in members], facts)
            except (NoLongerOurs, errors.LockNotAvailable, *REFUSED):
                for member in members:
                    self._begin_anew(connection, member)
            else:
                for member in members:
                    self._was_moved(member, facts)
                if parked:
                    self._log.error("streams_parked", streams=parked, upto_position=facts[-1].position)
                return
        for member in members:
            if member.model.name in self._members and member.writer.position == facts[0].position - 1:
                self._apply_alone(connection, member, facts)

    def _apply_alone(self, connection: Connection, member: Member, facts: Sequence[Fact]) -> None:
        try:
            parked = member.writer.apply(facts)
        except errors.LockNotAvailable:
            self._begin_anew(connection, member)  # it is being swapped, and goes on at the next look
        except NoLongerOurs:
            self._log.info("projection_moved_elsewhere", projection=member.model.name)
            self._give_up(connection, member.model)
        else:
            self._was_moved(member, facts)
            if parked:
                self._log.error(
                    "streams_parked",
                    projection=member.model.name,
                    streams=parked,
                    upto_position=member.writer.position,
                )

    def _begin_anew(self, connection: Connection, member: Member) -> None:
        """After a failure the writer's memory is worth nothing; what is stored is."""
        generation = active_generation(connection, member.model.name)
        if generation is None or generation.model_version != member.model.version:
            self._give_up(connection, member.model)
            return
        rows = self._settings.projection_rows_in_memory
        member.writer = GenerationWriter(connection, member.model, generation, rows)

    @staticmethod
    def _was_moved(member: Member, facts: Sequence[Fact]) -> None:
        metrics.batch_events.labels(member.model.name).observe(len(facts))

    def _halt(self, connection: Connection, members: Sequence[Member], skip: LogSkipDetected) -> None:
        """Going on would make every later row a guess. Stop, say so, look again."""
        self._log.error("log_skip_detected", expected=skip.expected, found=skip.found, head=head(connection))
        for member in members:
            metrics.log_skips.labels(member.model.name).inc()
            note_halt(connection, member.writer.generation, str(skip))
            self._give_up(connection, member.model)
            self._rest(member.model, HALTED_S)


def _line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
