"""What stands in for the log when no database runs? A log in memory that keeps every promise of the port."""

from __future__ import annotations

import asyncio
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, TypeVar

from application.log import KeyReused, LoggedEvent, Receipt, VersionConflict
from domain.aggregate import Aggregate
from infra.event_store import codec
from tests.support.books import Books

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from uuid import UUID

    from application.log import CommandContext, NewEvent, Save

A = TypeVar("A", bound=Aggregate)

FIRST_VERSIONS = (0, 1)
A_BLINK = timedelta(milliseconds=1)


class MemoryEventLog:
    """Implements ``application.log.EventLog``: atomic, versioned, idempotent, dense positions.

    ``before_append`` is awaited before each append looks at anything: there a test lets somebody else be faster,
    or the network fail. ``after_append`` runs when all of it stands but nobody was told yet.
    ``books`` is a second bookkeeper, who looks at every event: whatever a test is about, its money has to be right.
    """

    def __init__(self) -> None:
        self.events: list[LoggedEvent] = []
        self.receipts: dict[tuple[str, UUID], tuple[bytes, Receipt]] = {}
        self.books = Books()
        self.appends = 0
        self.before_append: Callable[[Save], Awaitable[None]] | None = None
        self.after_append: Callable[[Save], Awaitable[None]] | None = None
        self._versions: dict[tuple[str, UUID], int] = {}

    async def append(self, save: Save) -> Receipt:
        self.appends += 1
        await asyncio.sleep(0)
        if self.before_append is not None:
            await self.before_append(save)
        receipt = self._append(save)
        if self.after_append is not None:
            await self.after_append(save)
        return receipt

    def _append(self, save: Save) -> Receipt:
        before = self._known(save.context)
        if before is not None:
            return before
        for stream_id, version in save.unchanged:
            current = self._versions.get((save.context.tenant, stream_id))
            if current != version:
                raise VersionConflict(stream_id, version + 1, -1 if current is None else current)
        versions = self._resolve(save.context.tenant, save.events)
        first = len(self.events) + 1
        for version, event in zip(versions, save.events, strict=True):
            self._versions[save.context.tenant, event.stream_id] = version
            self.events.append(_logged(len(self.events) + 1, version, event, save.context))
            self.books.take(self.events[-1])
        self.books.end_save()
        receipt = Receipt(len(self.events), first, versions, save.answer, replayed=False)
        self.receipts[save.context.tenant, save.context.command_id] = (save.context.fingerprint, receipt)
        return receipt

    def _known(self, context: CommandContext) -> Receipt | None:
        known = self.receipts.get((context.tenant, context.command_id))
        if known is None:
            return None
        fingerprint, receipt = known
        if fingerprint != context.fingerprint:
            raise KeyReused(f"idempotency key {context.key!r} was used for another command")
        return Receipt(receipt.position, receipt.position, (), receipt.answer, replayed=True)

    def _resolve(self, tenant: str, events: Sequence[NewEvent]) -> tuple[int, ...]:
        """The version of each event; raises VersionConflict before anything is written."""
        reached: dict[UUID, int | None] = {}
        open_ended: dict[UUID, bool] = {}
        versions: list[int] = []
        for event in events:
            stream_id = event.stream_id
            first_of_save = stream_id not in reached
            current = self._versions.get((tenant, stream_id)) if first_of_save else reached[stream_id]
            at_the_end = open_ended.setdefault(stream_id, event.version is None)
            if at_the_end != (event.version is None):
                raise VersionConflict(stream_id, event.version, current)
            following = 1 if current is None else current + 1
            version = following if event.version is None else event.version
            begins = current is None and version in FIRST_VERSIONS
            if version != following and not begins:
                raise VersionConflict(stream_id, version, -1 if current is None else current)
            reached[stream_id] = version
            versions.append(version)
        return tuple(versions)

    async def read_stream(
        self, tenant: str, stream_id: UUID, after_version: int = -1, upto_position: int | None = None
    ) -> Sequence[LoggedEvent]:
        await asyncio.sleep(0)
        return [
            event
            for event in self.events
            if (event.tenant, event.stream_id) == (tenant, stream_id)
            and event.version > after_version
            and (upto_position is None or event.position <= upto_position)
        ]

    async def recall(self, context: CommandContext) -> Receipt | None:
        await asyncio.sleep(0)
        return self._known(context)


def _logged(position: int, version: int, event: NewEvent, context: CommandContext) -> LoggedEvent:
    return LoggedEvent(
        position,
        context.tenant,
        event.stream_id,
        version,
        event.topic,
        event.payload,
        context.command_id,
        context.correlation_id,
        context.causation_id,
        context.actor,
        event.occurred_at.astimezone(UTC),
        context.at + A_BLINK,
    )


class MemoryAggregates:
    """Implements ``application.engine.Aggregates`` over a log in memory, through the real codec."""

    def __init__(self, log: MemoryEventLog) -> None:
        self._log = log
        self.after_load: Callable[[UUID], Awaitable[None]] | None = None
        self.commits: list[tuple[UUID, int]] = []

    async def load(self, kind: type[A], tenant: str, stream_id: UUID) -> A | None:
        events = await self._log.read_stream(tenant, stream_id)
        rows = [(event.version, event.topic, event.payload, event.occurred_at) for event in events]
        aggregate = codec.replay(stream_id, rows)
        if self.after_load is not None:
            await self.after_load(stream_id)
        return aggregate if isinstance(aggregate, kind) else None

    def encode(self, fact: object) -> NewEvent:
        return codec.encode(fact)

    def saved(self, tenant: str, aggregate: Aggregate, events: int) -> None:
        assert tenant
        self.commits.append((aggregate.id, events))
