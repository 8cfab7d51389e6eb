"""How are the engine and the log watched without knowing it? By wrappers of the same shape."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Protocol

from application.log import EventLog, VersionConflict
from infra.telemetry import metrics
from infra.telemetry.tracing import span

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from uuid import UUID

    from application.engine import Answer, Done, Work
    from application.log import CommandContext, LoggedEvent, Receipt, Save

_stored = metrics.append_seconds.labels("stored")
_replayed = metrics.append_seconds.labels("replayed")
_conflict = metrics.append_seconds.labels("conflict")
_failed = metrics.append_seconds.labels("failed")


class ObservedLog(EventLog):
    """An event log whose appends are measured and traced."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    async def append(self, save: Save) -> Receipt:
        """As the log's own; see ``EventLog``."""
        started, outcome = perf_counter(), _failed
        with span("log.append", events=len(save.events)) as current:
            try:
                receipt = await self._log.append(save)
                outcome = _replayed if receipt.replayed else _stored
            except VersionConflict:
                metrics.conflicts.inc()
                outcome = _conflict
                raise
            finally:
                outcome.observe(perf_counter() - started)
            if receipt.replayed:
                metrics.replayed_commands.inc()
            if current is not None:
                current.set_attribute("vehicaid.position", receipt.position)
            return receipt

    async def read_stream(
        self, tenant: str, stream_id: UUID, after_version: int = -1, upto_position: int | None = None
    ) -> Sequence[LoggedEvent]:
        """As the log's own; see ``EventLog``."""
        return await self._log.read_stream(tenant, stream_id, after_version, upto_position)


class RunsCommands(Protocol):
    """What routes need of the engine."""

    async def run(self, context: CommandContext, decide: Callable[[Work], Awaitable[Answer]]) -> Done:
        """Run one command to its end; see ``Engine.run``."""
        ...


class ObservedEngine(RunsCommands):
    """An engine whose commands are traced."""

    def __init__(self, engine: RunsCommands) -> None:
        self._engine = engine

    async def run(self, context: CommandContext, decide: Callable[[Work], Awaitable[Answer]]) -> Done:
        """As the engine's own; see ``Engine.run``."""
        with span("engine.run", tenant=context.tenant, correlation_id=str(context.correlation_id)) as current:
            done = await self._engine.run(context, decide)
            if current is not None:
                current.set_attribute("vehicaid.replayed", done.replayed)
            return done
