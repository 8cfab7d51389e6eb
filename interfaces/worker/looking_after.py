"""Who looks after disputes that go on, and finds those that no webhook told of?"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol
from uuid import UUID

from application.gateway import Confirmed
from domain.dispute_terms import PaidBy
from infra.telemetry.logging import log

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection
    from datetime import datetime

    from application.dispute_errands import DisputeErrands
    from application.gateway import PaymentGateway
    from application.gateway_payouts import Dispute as Told
    from application.gateway_payouts import DisputeDesk

    Safely = Callable[[Awaitable[None]], Awaitable[None]]

# Deadlines are days away: a minute is soon enough, and fifty at a time are more than a city has in a month.
LOOKS_EVERY: Final = timedelta(minutes=1)
MOST_DISPUTES: Final = 50
# What no webhook told of is found in the gateway's list of the last three days, as what it settled is.
LISTS_EVERY: Final = timedelta(minutes=15)
LISTED_DAYS: Final = 3
RINGS: Final = frozenset({"dispute.reminded", "dispute.handed_over", "dispute.lapsed"})
"""What somebody is told of in the log: nobody should have to look at a list to learn that time runs out."""

_log = log("worker")


class ShowsDisputes(Protocol):
    """See ``DisputesToLookAfter``."""

    async def to_look_after(self, at: datetime, limit: int) -> list[tuple[str, UUID]]:
        """Disputes that go on: tenant and id."""
        ...

    async def known(self, gateway_disputes: Collection[str]) -> frozenset[str]:
        """Those that we have heard of."""
        ...


class FindsOrders(Protocol):
    """See ``WorkBoard``."""

    async def order_of(self, gateway_order: str) -> tuple[str, UUID] | None:
        """Tenant and id of the order that the gateway knows under that name."""
        ...


class FindsMemberships(Protocol):
    """See ``MandatesToAsk``."""

    async def of_order(self, gateway_order: str) -> tuple[str, UUID] | None:
        """Tenant and id of the membership whose mandate that order allows."""
        ...

    async def of_mandate(self, operation_id: UUID) -> tuple[str, UUID] | None:
        """Tenant and id of the membership that asked for a mandate under that operation."""
        ...

    async def of_charge(self, operation_id: UUID) -> tuple[str, UUID] | None:
        """Tenant and id of the membership that asked for a charge under that operation."""
        ...


class LookingAfter:
    """Looks now and then, and remembers only when it looked."""

    def __init__(
        self,
        board: ShowsDisputes,
        orders: FindsOrders,
        errands: DisputeErrands,
        desk: DisputeDesk,
        payments: PaymentGateway,
        memberships: FindsMemberships,
    ) -> None:
        """Nothing is looked at yet."""
        self._board = board
        self._orders = orders
        self._errands = errands
        self._desk = desk
        self._payments = payments
        self._memberships = memberships
        self._looks_at: datetime | None = None
        self._lists_at: datetime | None = None

    async def look(self, at: datetime, safely: Safely) -> int:
        """Do what is due; how many disputes that were. Raises LogUnavailable."""
        seen = 0
        if self._lists_at is None or at >= self._lists_at:
            self._lists_at = at + LISTS_EVERY
            seen += await self._find(at, safely)
        if self._looks_at is None or at >= self._looks_at:
            self._looks_at = at + LOOKS_EVERY
            due = await self._board.to_look_after(at, MOST_DISPUTES)
            for tenant, dispute_id in due:
                await safely(self._look_after(tenant, dispute_id, at))
            seen += len(due)
        return seen

    async def _look_after(self, tenant: str, dispute_id: UUID, at: datetime) -> None:
        for fact in await self._errands.look_after(tenant, dispute_id, at):
            if fact in RINGS:
                _log.warning(fact.replace(".", "_"), tenant=tenant, dispute_id=dispute_id.hex)

    async def _find(self, at: datetime, safely: Safely) -> int:
        begin = at - timedelta(days=LISTED_DAYS)
        listed = await asyncio.to_thread(self._desk.disputes, begin, at + timedelta(minutes=1))
        told = listed.value if isinstance(listed, Confirmed) else ()
        known = await self._board.known([each.dispute_id for each in told]) if told else frozenset()
        unknown = [each for each in told if each.dispute_id not in known]
        for each in unknown:
            await safely(self._tell(each, at))
        return len(unknown)

    async def _tell(self, told: Told, at: datetime) -> None:
        paid = await asyncio.to_thread(self._payments.payment, told.payment_id)
        if not isinstance(paid, Confirmed) or paid.value.order_id is None:
            return
        whose = await self._paid_by(paid.value.order_id)
        if whose is not None:
            await self._errands.tell(*whose, told, f"listed/{told.dispute_id}/{told.status}", at)

    async def _paid_by(self, gateway_order: str) -> tuple[str, PaidBy] | None:
        """An order of ours, or the first term or a charge of a membership, whose operation the receipt names."""
        order = await self._orders.order_of(gateway_order)
        if order is not None:
            return order[0], PaidBy(order_id=order[1])
        found = await self._memberships.of_order(gateway_order)
        if found is None:
            theirs = await asyncio.to_thread(self._payments.order, gateway_order)
            operation = _operation_in(theirs.value.receipt) if isinstance(theirs, Confirmed) else None
            if operation is not None:
                found = await self._memberships.of_mandate(operation) or await self._memberships.of_charge(operation)
        return None if found is None else (found[0], PaidBy(subscription_id=found[1]))


def _operation_in(receipt: str) -> UUID | None:
    try:
        return UUID(receipt)
    except ValueError:
        return None
