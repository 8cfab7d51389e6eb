"""Whose grants have expired? Looks now and then, and lets them go; what a job keeps waits for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from application.grant_promo import ExpirePromos, expire_promos
from application.log import CommandContext, fingerprint_of
from domain.actor import Actor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from application.dispatch.ordering import Ordering

NAME: Final = "promos"
MOST_AT_ONCE: Final = 500
"""Wallets that one look takes up: seconds of work; the next look takes the others."""
AGAIN_AFTER_S: Final = 3_600
"""What a job keeps is looked at again in an hour: jobs take some, and a grant that waits is no harm."""


@dataclass(frozen=True, slots=True)
class Expired:
    """A customer with something left of so many grants whose time is over, of which one changed there last."""

    tenant: str
    customer_id: UUID
    grants: int
    position: int


class PromoBoard(Protocol):
    """Reads from a read model whose grants are over; it may be behind the log, whose wallets decide."""

    async def expired(self, at: datetime, limit: int) -> Sequence[Expired]:
        """Customers with expired grants, who have had them longest first."""
        ...


class PromoRun:
    """Remembers only whom it looked at; whoever begins anew finds the same to do."""

    def __init__(self, board: PromoBoard, ordering: Ordering) -> None:
        self._board = board
        self._ordering = ordering

    async def look(self, at: datetime) -> int:
        """Let expired grants go; how many wallets were looked at. Raises what the board raises."""
        found = await self._board.expired(at, MOST_AT_ONCE)
        for each in found:
            whose = Actor.system(NAME, each.tenant)
            command = ExpirePromos(whose, each.customer_id, at)
            # Of one grant, the same hour is the same command: one that a job keeps costs a recalled answer a look.
            key = f"expire/{each.customer_id}/{each.grants}/{each.position}/{int(at.timestamp() // AGAIN_AFTER_S)}"
            context = CommandContext(each.tenant, whose.text, key, fingerprint_of(key), each.customer_id, at)
            await self._ordering.order("expire_promos", each.customer_id, context, partial(expire_promos, command))
        return len(found)
