"""Which orders at the gateway are there, and how is each paid?"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from projections.fact import Fact
from projections.read_model import Index, ReadModel, Row


class PaymentOrderRow(Row, frozen=True, gc=False):
    """One order. ``state`` is opening, open, refused, abandoned or paid; ``gateway_payment`` is the one that paid it.

    ``authorised`` is a payment that waits for being captured; ``seen_at`` when a checkout handed over a payment.
    """

    tenant: str
    order_id: UUID
    version: int
    position: int
    state: str
    purpose: str
    customer_id: UUID
    subject_id: UUID | None
    amount_minor: int
    currency: str
    gateway_order: str | None
    gateway_payment: str | None
    authorised: str | None
    created_at: datetime
    updated_at: datetime
    seen_at: datetime | None


payment_orders = ReadModel(
    "payment_orders",
    PaymentOrderRow,
    version=1,
    key=("tenant", "order_id"),
    indexes=(
        Index(("tenant", "created_at", "order_id")),
        Index(("tenant", "customer_id", "created_at", "order_id")),
        Index(("gateway_order",), where="gateway_order IS NOT NULL"),
        Index(("created_at",), where="state = 'open'"),
    ),
)


@payment_orders.begins("payment_order.requested")
def _requested(fact: Fact) -> PaymentOrderRow:
    return PaymentOrderRow(
        tenant=fact.tenant,
        order_id=fact.stream_id,
        version=fact.version,
        position=fact.position,
        state="opening",
        purpose=fact.text("purpose"),
        customer_id=fact.uuid("customer_id"),
        subject_id=fact.maybe_uuid("subject_id"),
        amount_minor=fact.whole("amount_minor"),
        currency=fact.text("currency"),
        gateway_order=None,
        gateway_payment=None,
        authorised=None,
        created_at=fact.occurred_at,
        updated_at=fact.occurred_at,
        seen_at=None,
    )


@payment_orders.on("payment_order.opened")
def _opened(row: PaymentOrderRow, fact: Fact) -> PaymentOrderRow:
    state = "open" if row.state == "opening" else row.state
    return replace(_touched(row, fact, state), gateway_order=fact.text("gateway_order"))


@payment_orders.on("payment_order.opening_rejected")
def _refused(row: PaymentOrderRow, fact: Fact) -> PaymentOrderRow:
    return _touched(row, fact, "refused" if row.state == "opening" else row.state)


@payment_orders.on("payment_order.callback_verified")
def _seen(row: PaymentOrderRow, fact: Fact) -> PaymentOrderRow:
    return replace(_touched(row, fact, row.state), seen_at=fact.occurred_at)


@payment_orders.on("payment_order.fact_learned")
def _learned(row: PaymentOrderRow, fact: Fact) -> PaymentOrderRow:
    payment, status = fact.text("gateway_payment"), fact.text("status")
    authorised = payment if status == "authorized" else None if row.authorised == payment else row.authorised
    return replace(_touched(row, fact, row.state), authorised=authorised)


@payment_orders.on("payment_order.payment_captured")
def _captured(row: PaymentOrderRow, fact: Fact) -> PaymentOrderRow:
    payment = fact.text("gateway_payment")
    authorised = None if row.authorised == payment else row.authorised
    if fact.text("becomes") != "pays":
        return replace(_touched(row, fact, row.state), authorised=authorised)
    return replace(_touched(row, fact, "paid"), gateway_payment=payment, authorised=authorised)


@payment_orders.on("payment_order.capture_rejected")
def _not_captured(row: PaymentOrderRow, fact: Fact) -> PaymentOrderRow:
    authorised = None if row.authorised == fact.text("gateway_payment") else row.authorised
    return replace(_touched(row, fact, row.state), authorised=authorised)


@payment_orders.on("payment_order.abandoned")
def _abandoned(row: PaymentOrderRow, fact: Fact) -> PaymentOrderRow:
    return _touched(row, fact, "abandoned")


@payment_orders.on("payment_order.reopened")
def _reopened(row: PaymentOrderRow, fact: Fact) -> PaymentOrderRow:
    return _touched(row, fact, "open")


@payment_orders.on("payment_order.refund_asked")
@payment_orders.on("payment_order.disputed")
@payment_orders.on("payment_order.dispute_ended")
@payment_orders.on("payment_order.opening_doubted")
@payment_orders.on("payment_order.fee_learned")
@payment_orders.on("payment_order.capture_asked")
@payment_orders.on("payment_order.capture_confirmed")
@payment_orders.on("payment_order.capture_doubted")
def _told(row: PaymentOrderRow, fact: Fact) -> PaymentOrderRow:
    return _touched(row, fact, row.state)


def _touched(row: PaymentOrderRow, fact: Fact, state: str) -> PaymentOrderRow:
    return replace(row, state=state, version=fact.version, position=fact.position, updated_at=fact.occurred_at)
