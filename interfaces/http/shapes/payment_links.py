"""What do links to pay by look like on the wire?"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from domain.payment_link_terms import LinkState, MessageState
from domain.payment_order_terms import OrderPurpose
from interfaces.http.shapes.money import AmountAsked, CurrencyAsked
from interfaces.http.shapes.payment_orders import OrderDone, OrderId, SubjectId
from interfaces.http.shapes.prices import Currency, Minor
from interfaces.http.shapes.values import (
    EXAMPLE,
    Body,
    Instant,
    InstantTold,
    Phone,
    Shown,
    UserId,
    Version,
)

LinkId = Annotated[str, Field(pattern="^lnk_[0-9a-f]{32}$", description="Id of a link.", examples=[f"lnk_{EXAMPLE}"])]
PhoneOfLink = Annotated[Phone | None, Field(description="Where we send it; without one the desk passes it on.")]
Until = Annotated[
    InstantTold | None,
    Field(
        description="Until when it can be paid: 20 minutes to 15 days from now; three days when left out.",
        examples=[None],
    ),
]


class LinkShownState(StrEnum):
    """How far a link is, as it is shown."""

    ASKED = "asked"
    OPEN = "open"
    CANCELLING = "cancelling"
    REFUSED = "refused"
    PAID = "paid"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class PaymentLinkBody(Body):
    """Where a link is sent, and until when it is good."""

    phone: PhoneOfLink = None
    expires_at: Until = None


class LinkOfOrderBody(Body):
    """What is to be paid by a link: into the wallet, a debt, or for a job."""

    customer_id: UserId
    purpose: Annotated[OrderPurpose, Field(examples=["debt"])]
    subject_id: SubjectId | None = None
    amount_minor: AmountAsked
    currency: CurrencyAsked
    phone: PhoneOfLink = None
    expires_at: Until = None


class LinkDone(OrderDone):
    """Where an order and its link stand after a command."""

    link_id: LinkId
    link_state: LinkState


class PaymentLinkShown(Shown):
    """One link. ``url`` is where it is paid, once it is open."""

    id: LinkId
    version: Version
    state: LinkShownState
    message: MessageState
    order_id: OrderId
    purpose: OrderPurpose
    customer_id: UserId
    subject_id: SubjectId | None
    amount_minor: Minor
    currency: Currency
    url: Annotated[str | None, Field(examples=["https://rzp.io/i/nxrHnLJ"])]
    gateway_link: Annotated[str | None, Field(examples=["plink_ExjpAUN3gVHrPJ"])]
    expires_at: Instant
    created_at: Instant
    updated_at: Instant


class LinkPage(Shown):
    """A page of links."""

    data: list[PaymentLinkShown]
    next_cursor: str | None
