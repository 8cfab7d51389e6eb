"""Which links to pay by are there, and how is each?"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from projections.fact import Fact
from projections.read_model import Index, ReadModel, Row, by_id


class PaymentLinkRow(Row, frozen=True, gc=False):
    """One link of an order. ``state`` is asked, open, cancelling, refused, paid, expired or cancelled.

    ``message`` is none, waits, sent or refused: how far it is to whom it is for. ``gateway_order`` is the gateway's
    own order of a link that was paid.
    """

    tenant: str
    link_id: UUID
    version: int
    position: int
    state: str
    message: str
    order_id: UUID
    customer_id: UUID
    purpose: str
    subject_id: UUID | None
    amount_minor: int
    currency: str
    gateway_link: str | None
    gateway_order: str | None
    url: str | None
    expires_at: datetime
    created_at: datetime
    updated_at: datetime


payment_links = ReadModel(
    "payment_links",
    PaymentLinkRow,
    version=1,
    key=("tenant", "link_id"),
    indexes=(
        Index(("tenant", "created_at", "link_id")),
        Index(("tenant", "customer_id", "created_at", "link_id")),
        Index(("link_id",)),
        Index(("gateway_order",), where="gateway_order IS NOT NULL"),
        Index(("created_at",), where="state IN ('open', 'cancelling')"),
    ),
)

OPERATION, LINK = by_id("operation_id"), by_id("link_id")


@payment_links.begins("payment_order.link_asked", OPERATION)
def _asked(fact: Fact) -> PaymentLinkRow:
    return PaymentLinkRow(
        tenant=fact.tenant,
        link_id=fact.uuid("operation_id"),
        version=fact.version,
        position=fact.position,
        state="asked",
        message="none",
        order_id=fact.stream_id,
        customer_id=fact.uuid("customer_id"),
        purpose=fact.text("purpose"),
        subject_id=fact.maybe_uuid("subject_id"),
        amount_minor=fact.whole("amount_minor"),
        currency=fact.text("currency"),
        gateway_link=None,
        gateway_order=None,
        url=None,
        expires_at=fact.instant("expires_at"),
        created_at=fact.occurred_at,
        updated_at=fact.occurred_at,
    )


@payment_links.on("payment_order.link_opened", OPERATION)
def _opened(row: PaymentLinkRow, fact: Fact) -> PaymentLinkRow:
    state = "open" if row.state == "asked" else row.state
    return replace(_touched(row, fact, state), gateway_link=fact.text("gateway_link"), url=fact.text("url"))


@payment_links.on("payment_order.link_rejected", OPERATION)
def _refused(row: PaymentLinkRow, fact: Fact) -> PaymentLinkRow:
    return _touched(row, fact, "refused")


@payment_links.on("payment_order.link_ended", LINK)
def _ended(row: PaymentLinkRow, fact: Fact) -> PaymentLinkRow:
    return replace(_touched(row, fact, fact.text("end")), gateway_order=fact.maybe_text("gateway_order"))


@payment_links.on("payment_order.link_cancel_asked", LINK)
def _cancelling(row: PaymentLinkRow, fact: Fact) -> PaymentLinkRow:
    return _touched(row, fact, "cancelling")


@payment_links.on("payment_order.link_cancel_rejected", LINK)
def _stays(row: PaymentLinkRow, fact: Fact) -> PaymentLinkRow:
    return _touched(row, fact, "open" if row.state == "cancelling" else row.state)


@payment_links.on("payment_order.link_message_asked", LINK)
def _waits(row: PaymentLinkRow, fact: Fact) -> PaymentLinkRow:
    return replace(_touched(row, fact, row.state), message="waits")


@payment_links.on("payment_order.link_message_sent", LINK)
def _sent(row: PaymentLinkRow, fact: Fact) -> PaymentLinkRow:
    return replace(_touched(row, fact, row.state), message="sent")


@payment_links.on("payment_order.link_message_refused", LINK)
def _not_sent(row: PaymentLinkRow, fact: Fact) -> PaymentLinkRow:
    return replace(_touched(row, fact, row.state), message="refused")


@payment_links.on("payment_order.link_doubted", OPERATION)
@payment_links.on("payment_order.link_cancel_confirmed", LINK)
@payment_links.on("payment_order.link_cancel_doubted", LINK)
@payment_links.on("payment_order.link_message_doubted", LINK)
def _told(row: PaymentLinkRow, fact: Fact) -> PaymentLinkRow:
    return _touched(row, fact, row.state)


def _touched(row: PaymentLinkRow, fact: Fact, state: str) -> PaymentLinkRow:
    return replace(row, state=state, version=fact.version, position=fact.position, updated_at=fact.occurred_at)
