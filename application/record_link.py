"""How is noted what the gateway says of a link, and what became of the message that takes it to somebody?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from application.guards import check_role
from application.learn_payment import learn_of, told_of
from application.order_answers import link_told
from domain.actor import Role
from domain.payment_link_terms import LinkState
from domain.payment_order import PaymentOrder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from application.gateway import Link, Payment
    from domain.actor import Actor
    from domain.payment_order_terms import Source

ENDS = {"paid": LinkState.PAID, "expired": LinkState.EXPIRED, "cancelled": LinkState.CANCELLED}
"""What the gateway calls a link that is over; from one that is partially paid more may come."""


class About(StrEnum):
    """What could not be done, or is not known to be."""

    OPENING = "opening"
    CANCELLING = "cancelling"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class RecordLinkOpening:
    """The gateway has the link."""

    actor: Actor
    order_id: UUID
    link_id: UUID
    told: Link
    at: datetime


@dataclass(frozen=True, slots=True)
class RecordLink:
    """The gateway tells how a link stands (None: only that a payment came by it), and of payments that came by it."""

    actor: Actor
    order_id: UUID
    link_id: UUID
    status: str | None
    payments: Sequence[Payment]
    source: Source
    at: datetime


@dataclass(frozen=True, slots=True)
class RecordNoLink:
    """It did not come out (``is_certain``), or nobody knows."""

    actor: Actor
    order_id: UUID
    link_id: UUID
    about: About
    is_certain: bool
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RecordLinkMessage:
    """The message with the link is on its way."""

    actor: Actor
    order_id: UUID
    link_id: UUID
    at: datetime


async def record_link_opening(command: RecordLinkOpening, work: Work) -> Answer:
    """Note it, and have it sent to where somebody told us; twice is no news. Raises NotAllowed or NotFound."""
    check_role(work, command.actor, Role.SYSTEM)
    order = await work.get(PaymentOrder, command.order_id)
    order.link_opened(command.link_id, command.told.link_id, command.told.url, command.at)
    order.ask_for_link_message(command.link_id, command.at)
    return link_told(order, command.link_id)


async def record_link(command: RecordLink, work: Work) -> Answer:
    """Note how it stands, and take what was paid by it to the books as of any other try; twice is no news.

    A captured payment that came by a link ends it. Raises NotAllowed, NotFound, CurrencyMismatch or BadAmount.
    """
    check_role(work, command.actor, Role.SYSTEM)
    order = await work.get(PaymentOrder, command.order_id)
    captured = next((each for each in command.payments if each.is_captured), None)
    end = ENDS.get(command.status or "")
    if command.status is None and captured is not None:
        end = LinkState.PAID
    if end is not None:
        # Before the payment: an order that is paid by its link has none to end.
        paid_as = captured.order_id if captured is not None and end is LinkState.PAID else None
        order.link_ended(command.link_id, end, paid_as, command.at)
    await learn_of(order, [told_of(each) for each in command.payments], command.source, work, command.at)
    return link_told(order, command.link_id)


async def record_no_link(command: RecordNoLink, work: Work) -> Answer:
    """Note a refusal or a doubt; of what has come out it is no news. Raises NotAllowed or NotFound."""
    check_role(work, command.actor, Role.SYSTEM)
    order = await work.get(PaymentOrder, command.order_id)
    link = order.link_named(command.link_id)
    if link is not None:
        notes: dict[tuple[About, bool], tuple[Callable[[UUID, str, datetime], None], UUID]] = {
            (About.OPENING, True): (order.link_rejected, link.link_id),
            (About.OPENING, False): (order.link_doubted, link.link_id),
            (About.CANCELLING, True): (order.link_cancel_rejected, link.cancel_operation),
            (About.CANCELLING, False): (order.link_cancel_doubted, link.cancel_operation),
            (About.MESSAGE, True): (order.link_message_refused, link.link_id),
            (About.MESSAGE, False): (order.link_message_doubted, link.link_id),
        }
        note, about = notes[command.about, command.is_certain]
        note(about, command.why, command.at)
    return link_told(order, command.link_id)


async def record_link_message(command: RecordLinkMessage, work: Work) -> Answer:
    """Note it; twice is no news. Raises NotAllowed or NotFound."""
    check_role(work, command.actor, Role.SYSTEM)
    order = await work.get(PaymentOrder, command.order_id)
    order.link_message_sent(command.link_id, command.at)
    return link_told(order, command.link_id)
