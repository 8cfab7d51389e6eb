"""How are aggregates loaded without being replayed each time? The living ones are lent, and come back by a commit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from domain.aggregate import Aggregate
from infra.event_store import codec
from infra.event_store.aggregates import SNAPSHOT_EVERY

if TYPE_CHECKING:
    from uuid import UUID

    from application.log import NewEvent
    from infra.in_memory.log import InMemoryEventLog

A = TypeVar("A", bound=Aggregate)

MOST_LIVING: Final = 4_096
"""Aggregates kept alive, the last ones used: more than a city has under way; whoever comes back later is replayed."""


class LivingAggregates:
    """Implements ``application.engine.Aggregates`` over a log in memory.

    An aggregate that a command loads is lent to it and to nobody else. Only a commit gives it back: one whose command
    was refused, retried or abandoned may have evolved by facts that never were, so it is forgotten and replayed. That
    one is lent until it is known how its command ended costs nothing, since commands run in one go.
    """

    def __init__(self, log: InMemoryEventLog) -> None:
        self._log = log
        self._living: dict[tuple[str, UUID], Aggregate] = {}
        self._frozen: dict[tuple[str, UUID], tuple[int, bytes]] = {}

    async def load(self, kind: type[A], tenant: str, stream_id: UUID) -> A | None:
        """The aggregate as its last event left it, or None; never one of another tenant."""
        living = self._living.pop((tenant, stream_id), None)
        if living is None or living.version != self._log.version_of(tenant, stream_id):
            living = await self._replayed(kind, tenant, stream_id)
        return living if isinstance(living, kind) else None

    def encode(self, fact: object) -> NewEvent:
        """A pending fact as the log takes it."""
        return codec.encode(fact)

    def saved(self, tenant: str, aggregate: Aggregate, events: int) -> None:
        """It is as the log has it: from now on it can be lent again."""
        key = (tenant, aggregate.id)
        self._living.pop(key, None)
        self._living[key] = aggregate
        if len(self._living) > MOST_LIVING:
            del self._living[next(iter(self._living))]
        if aggregate.SNAPSHOT and events and aggregate.version % SNAPSHOT_EVERY < events:
            self._frozen[key] = (aggregate.version, codec.freeze(aggregate))

    async def _replayed(self, kind: type[A], tenant: str, stream_id: UUID) -> Aggregate | None:
        frozen = self._frozen.get((tenant, stream_id))
        begun: A | None = None
        if frozen is not None and kind.SNAPSHOT:
            begun = codec.thaw(kind, stream_id, *frozen)
        after = -1 if begun is None else begun.version
        events = await self._log.read_stream(tenant, stream_id, after)
        rows = [(event.version, event.topic, event.payload, event.occurred_at) for event in events]
        return codec.replay(stream_id, rows, begun)
