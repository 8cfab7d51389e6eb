"""How is a payment captured that a customer authorised, and how is noted what came of it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.guards import check_role, check_version
from application.order_answers import order_told
from domain.actor import MONEY_DESK, Role
from domain.payment_order import PaymentOrder

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class CaptureOrder:
    """Help is on its way: take what was authorised for it."""

    actor: Actor
    order_id: UUID
    at: datetime
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class RecordNoCapture:
    """The gateway did not capture (``is_certain``), or nobody knows whether it did."""

    actor: Actor
    order_id: UUID
    operation_id: UUID
    is_certain: bool
    why: str
    at: datetime


async def capture_order(command: CaptureOrder, work: Work) -> Answer:
    """Ask the gateway for it; what is captured, or asked for, is no news.

    Raises NotAllowed, NotFound, StaleVersion or NotAuthorised.
    """
    check_role(work, command.actor, *MONEY_DESK)
    order = await work.get(PaymentOrder, command.order_id)
    check_version(order, command.expected_version)
    order.ask_for_capture(command.at)
    return order_told(order)


async def record_no_capture(command: RecordNoCapture, work: Work) -> Answer:
    """Note it; of a capture that is over it is no news. Raises NotAllowed or NotFound."""
    check_role(work, command.actor, Role.SYSTEM)
    order = await work.get(PaymentOrder, command.order_id)
    note = order.capture_rejected if command.is_certain else order.capture_doubted
    note(command.operation_id, command.why, command.at)
    return order_told(order)
