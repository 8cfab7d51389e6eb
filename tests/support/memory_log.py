"""What stands in for the log when no database runs? A log in memory that keeps every promise of the port."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from domain.aggregate import Aggregate
from infra.event_store import codec
from infra.in_memory.log import InMemoryEventLog
from tests.support.books import Books

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from uuid import UUID

    from application.log import LoggedEvent, NewEvent, Receipt, Save

A = TypeVar("A", bound=Aggregate)


class MemoryEventLog(InMemoryEventLog):
    """The log that simulations run on, watched and disturbed.

    ``before_append`` is awaited before each append looks at anything: there a test lets somebody else be faster,
    or the network fail. ``after_append`` runs when all of it stands but nobody was told yet.
    ``books`` is a second bookkeeper, who looks at every event: whatever a test is about, its money has to be right.
    """

    def __init__(self) -> None:
        super().__init__()
        self.books = Books()
        self.appends = 0
        self.before_append: Callable[[Save], Awaitable[None]] | None = None
        self.after_append: Callable[[Save], Awaitable[None]] | None = None

    async def append(self, save: Save) -> Receipt:
        self.appends += 1
        await asyncio.sleep(0)
        if self.before_append is not None:
            await self.before_append(save)
        known = len(self.events)
        receipt = await super().append(save)
        for event in self.events[known:]:
            self.books.take(event)
        self.books.end_save()
        if self.after_append is not None:
            await self.after_append(save)
        return receipt

    async def read_stream(
        self, tenant: str, stream_id: UUID, after_version: int = -1, upto_position: int | None = None
    ) -> Sequence[LoggedEvent]:
        await asyncio.sleep(0)
        return await super().read_stream(tenant, stream_id, after_version, upto_position)


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
