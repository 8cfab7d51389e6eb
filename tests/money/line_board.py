"""What is there to do in one run? Read from the log itself, so that no read model need follow it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from domain.aggregate import topic_class
from domain.intent import OPERATION, asks, ends

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

    from application.log import LoggedEvent
    from infra.worker.board import Operation


class LineBoard:
    """A board that is never behind."""

    def __init__(self, events: Callable[[], Awaitable[Sequence[LoggedEvent]]], tenant: str) -> None:
        """Nothing is read yet."""
        self._events = events
        self._tenant = tenant

    async def open_operations(self) -> list[UUID]:
        """What was asked for and has not come out."""
        return list(await self._open())

    async def intent(self, operation: Operation) -> tuple[str, UUID] | None:
        """Kind and stream of what is asked for, unless it has come out."""
        return (await self._open()).get(operation.operation_id)

    async def order_of(self, gateway_order: str) -> tuple[str, UUID] | None:
        """Whose order that is."""
        for event in await self._events():
            if event.topic == "payment_order.opened" and _told(event)["gateway_order"] == gateway_order:
                return event.tenant, event.stream_id
        return None

    async def link_of(self, operation_id: UUID) -> tuple[str, UUID] | None:
        """Whose link that is."""
        for event in await self._events():
            if event.topic == "payment_order.link_asked" and _told(event)[OPERATION] == str(operation_id):
                return event.tenant, event.stream_id
        return None

    async def payout_of(self, operation_id: UUID) -> tuple[str, UUID] | None:
        """Whose payout that is."""
        for event in await self._events():
            if event.topic == "payout.requested" and _told(event)[OPERATION] == str(operation_id):
                return event.tenant, event.stream_id
        return None

    async def tenants_of(self, entities: Collection[str]) -> Mapping[str, str]:
        """Those that some event of ours names."""
        whole = b"".join(event.payload for event in await self._events())
        return {entity: self._tenant for entity in entities if entity.encode() in whole}

    async def ours(self, post: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """News about what some event of ours names, the newest first."""
        names = {
            str(_told(event)["gateway_order"])
            for event in await self._events()
            if event.topic == "payment_order.opened"
        } | {str(_told(event)[OPERATION]) for event in await self._events() if event.topic == "payout.requested"}
        return [each for each in reversed(post) if any(name in each["body"] for name in names)]

    async def count(self, topic: str) -> int:
        """How many such events there are."""
        return sum((event.topic, event.tenant) == (topic, self._tenant) for event in await self._events())

    async def shown(self) -> list[str]:
        """What happened, for whoever looks why it did not end."""
        return [event.topic for event in await self._events()]

    async def _open(self) -> dict[UUID, tuple[str, UUID]]:
        found: dict[UUID, tuple[str, UUID]] = {}
        for event in await self._events():
            kind, end = asks(topic_class(event.topic)), ends(topic_class(event.topic))
            if kind is not None:
                found[UUID(_told(event)[OPERATION])] = kind.value, event.stream_id
            elif end is not None:
                found.pop(UUID(_told(event)[OPERATION]), None)
        return found


def _told(event: LoggedEvent) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.json.decode(event.payload)
    return told
