"""How is noted what the gateway says of an order that it was asked to open?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.guards import check_role
from application.order_answers import order_told
from domain.actor import Role
from domain.payment_order import PaymentOrder

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class RecordOpening:
    """It has one (``gateway_order``), or why not: certainly (``is_certain``), or nobody knows."""

    actor: Actor
    order_id: UUID
    at: datetime
    gateway_order: str | None = None
    why: str = ""
    is_certain: bool = False


async def record_opening(command: RecordOpening, work: Work) -> Answer:
    """Note it; of an order that is open or refused it is no news. Raises NotAllowed or NotFound."""
    check_role(work, command.actor, Role.SYSTEM)
    order = await work.get(PaymentOrder, command.order_id)
    if command.gateway_order is not None:
        order.opened(command.gateway_order, command.at)
    elif command.is_certain:
        order.opening_rejected(command.why, command.at)
    else:
        order.opening_doubted(command.why, command.at)
    return order_told(order)
