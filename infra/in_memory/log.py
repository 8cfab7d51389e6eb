"""How does a log in memory keep every promise of the port? Atomic, versioned, idempotent, with dense positions."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Final

from application.log import KeyReused, LoggedEvent, Receipt, VersionConflict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from application.log import CommandContext, NewEvent, Save

FIRST_VERSIONS: Final = frozenset({0, 1})
"""What a stream may begin with: the library counts from 1, a series that is appended at its end from 0."""

MOST_RECEIPTS: Final = 50_000
"""Receipts kept, the newest: a command that is repeated is repeated soon. They would outgrow the events."""


class InMemoryEventLog:
    """Implements ``application.log.EventLog``; nothing is ever awaited, so that a command runs in one go.

    An event is recorded at the instant of its command: there is no other clock. Whoever follows the log reads
    ``events`` from where it was.
    """

    def __init__(self) -> None:
        self.events: list[LoggedEvent] = []
        self._streams: dict[tuple[str, UUID], list[int]] = {}
        self._receipts: dict[tuple[str, UUID], tuple[bytes, Receipt]] = {}

    def version_of(self, tenant: str, stream_id: UUID) -> int | None:
        """The version of a stream's last event; None when there is no such stream."""
        places = self._streams.get((tenant, stream_id))
        return None if places is None else self.events[places[-1]].version

    def take(self, event: LoggedEvent) -> None:
        """An event that another log recorded, as it stands there but for its position.

        Raises VersionConflict when its stream is elsewhere.
        """
        reached = self.version_of(event.tenant, event.stream_id)
        if (reached is None and event.version in FIRST_VERSIONS) or reached == event.version - 1:
            self._keep(event)
            return
        raise VersionConflict(event.stream_id, event.version - 1, reached)

    async def append(self, save: Save) -> Receipt:
        """Write a save: all of it or none. Raises VersionConflict or KeyReused."""
        context = save.context
        before = await self.recall(context)
        if before is not None:
            return before
        for stream_id, version in save.unchanged:
            reached = self.version_of(context.tenant, stream_id)
            if reached != version:
                raise VersionConflict(stream_id, version + 1, -1 if reached is None else reached)
        versions = self._resolved(context.tenant, save.events)
        first = len(self.events) + 1
        for version, event in zip(versions, save.events, strict=True):
            self._keep(_logged(len(self.events) + 1, version, event, context))
        receipt = Receipt(len(self.events), first, versions, save.answer, replayed=False)
        self._receipts[context.tenant, context.command_id] = (context.fingerprint, receipt)
        if len(self._receipts) > MOST_RECEIPTS:
            del self._receipts[next(iter(self._receipts))]
        return receipt

    async def read_stream(
        self, tenant: str, stream_id: UUID, after_version: int = -1, upto_position: int | None = None
    ) -> Sequence[LoggedEvent]:
        """One stream's events in order of version."""
        places = self._streams.get((tenant, stream_id), ())
        upto = len(self.events) if upto_position is None else upto_position
        found = (self.events[place] for place in places)
        return [event for event in found if event.version > after_version and event.position <= upto]

    async def recall(self, context: CommandContext) -> Receipt | None:
        """What this command was answered before; raises KeyReused."""
        known = self._receipts.get((context.tenant, context.command_id))
        if known is None:
            return None
        fingerprint, receipt = known
        if fingerprint != context.fingerprint:
            raise KeyReused(f"idempotency key {context.key!r} was used for another command")
        return Receipt(receipt.position, receipt.position, (), receipt.answer, replayed=True)

    def _keep(self, event: LoggedEvent) -> None:
        self._streams.setdefault((event.tenant, event.stream_id), []).append(len(self.events))
        self.events.append(event)

    def _resolved(self, tenant: str, events: Sequence[NewEvent]) -> tuple[int, ...]:
        """The version of each event; raises VersionConflict before anything is written."""
        reached: dict[UUID, int | None] = {}
        open_ended: dict[UUID, bool] = {}
        versions: list[int] = []
        for event in events:
            stream_id = event.stream_id
            current = reached[stream_id] if stream_id in reached else self.version_of(tenant, stream_id)
            if open_ended.setdefault(stream_id, event.version is None) != (event.version is None):
                raise VersionConflict(stream_id, event.version, current)
            following = 1 if current is None else current + 1
            version = following if event.version is None else event.version
            begins = current is None and version in FIRST_VERSIONS
            if version != following and not begins:
                raise VersionConflict(stream_id, version, -1 if current is None else current)
            reached[stream_id] = version
            versions.append(version)
        return tuple(versions)


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
        context.at,
    )
