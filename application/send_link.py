"""How does the desk have somebody pay by a link: what they owe, a top-up, or a job that they asked for by telephone?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.guards import check_role, check_version
from application.order_answers import link_told
from application.request_payment_order import RequestPaymentOrder, request_payment_order
from domain.actor import DESK
from domain.payment_order import PaymentOrder

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class SendLink:
    """``contact_id`` is the personal record of where the link is sent; without one the desk passes it on."""

    actor: Actor
    order_id: UUID
    contact_id: UUID | None
    expires_at: datetime
    at: datetime
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class BeginByLink:
    """An order that is paid by a link from its beginning."""

    wanted: RequestPaymentOrder
    contact_id: UUID | None
    expires_at: datetime

    @property
    def actor(self) -> Actor:
        """Who asks."""
        return self.wanted.actor


@dataclass(frozen=True, slots=True)
class CancelLink:
    """Nobody is to pay by the link any more; the order goes on."""

    actor: Actor
    order_id: UUID
    at: datetime
    expected_version: int | None = None


async def send_link(command: SendLink, work: Work) -> Answer:
    """Record that a link is wanted; the gateway is asked behind the save. One that is not over yet is no news.

    Raises NotAllowed, NotFound, StaleVersion, OutOfTurn, BadLinkLife or TooManyLinks.
    """
    check_role(work, command.actor, *DESK)
    order = await work.get(PaymentOrder, command.order_id)
    check_version(order, command.expected_version)
    link_id = order.ask_for_link(command.contact_id, command.expires_at, command.at)
    return link_told(order, link_id)


async def begin_by_link(command: BeginByLink, work: Work) -> Answer:
    """Begin an order and have its link made, in one save. Raises what those two do."""
    wanted = command.wanted
    check_role(work, wanted.actor, *DESK)
    await request_payment_order(wanted, work)
    link = SendLink(wanted.actor, wanted.order_id, command.contact_id, command.expires_at, wanted.at)
    return await send_link(link, work)


async def cancel_link(command: CancelLink, work: Work) -> Answer:
    """Ask the gateway to end it; asked already is no news. Raises NotAllowed, NotFound, StaleVersion or NoSuchLink."""
    check_role(work, command.actor, *DESK)
    order = await work.get(PaymentOrder, command.order_id)
    check_version(order, command.expected_version)
    order.cancel_link(command.at)
    return link_told(order, order.links[-1].link_id)
