"""How are the log, the personal store and the engine watched without knowing it? By observers and wrappers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from application.log import EventLog
from infra.telemetry import metrics
from infra.telemetry.tracing import span

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from uuid import UUID

    from application.engine import Answer, Done, Work
    from application.log import CommandContext, LoggedEvent, Receipt, Save
    from application.personal import Told


class LogObserver:
    """Counts what the log's committer tells: give it to the log when it is built."""

    def appended(self, saves: int, events: int, seconds: float) -> None:
        """A batch was answered."""
        metrics.append_seconds.observe(seconds)
        metrics.append_batch_size.observe(saves)
        metrics.appended_events.inc(events)

    def conflicted(self) -> None:
        """A save lost an optimistic race."""
        metrics.conflicts.inc()

    def replayed(self) -> None:
        """A command had been done before."""
        metrics.replayed_commands.inc()


class PersonalObserver:
    """Counts what the personal store tells."""

    def put(self, puts: int, seconds: float) -> None:
        """So many puts became durable together."""
        metrics.personal_put_seconds.observe(seconds)
        metrics.personal_batch_size.observe(puts)


class TracedLog(EventLog):
    """An event log whose appends are spans; wrap it only where tracing is on."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    async def append(self, save: Save) -> Receipt:
        """As the log's own; see ``EventLog``."""
        with span("log.append", events=len(save.events)) as current:
            receipt = await self._log.append(save)
            if current is not None:
                current.set_attribute("vehicaid.position", receipt.position)
                current.set_attribute("vehicaid.replayed", receipt.replayed)
            return receipt

    async def read_stream(
        self, tenant: str, stream_id: UUID, after_version: int = -1, upto_position: int | None = None
    ) -> Sequence[LoggedEvent]:
        """As the log's own; see ``EventLog``."""
        with span("log.read_stream"):
            return await self._log.read_stream(tenant, stream_id, after_version, upto_position)

    async def recall(self, context: CommandContext) -> Receipt | None:
        """As the log's own; see ``EventLog``."""
        with span("log.recall"):
            return await self._log.recall(context)


class RunsCommands(Protocol):
    """What routes need of the engine."""

    async def run(
        self, context: CommandContext, decide: Callable[[Work], Awaitable[Answer]], told: Told | None = None
    ) -> Done:
        """Run one command to its end; see ``Engine.run``."""
        ...


class TracedEngine(RunsCommands):
    """An engine whose commands are spans; wrap it only where tracing is on."""

    def __init__(self, engine: RunsCommands) -> None:
        self._engine = engine

    async def run(
        self, context: CommandContext, decide: Callable[[Work], Awaitable[Answer]], told: Told | None = None
    ) -> Done:
        """As the engine's own; see ``Engine.run``."""
        with span("engine.run", tenant=context.tenant, correlation_id=str(context.correlation_id)) as current:
            done = await self._engine.run(context, decide, told)
            if current is not None:
                current.set_attribute("vehicaid.replayed", done.replayed)
            return done
