"""Which refunds are there, and how far is each?"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from projections.fact import Fact
from projections.read_model import Index, ReadModel, Row


class RefundRow(Row, frozen=True, gc=False):
    """One refund. ``state`` is requested, accepted, processed, rerouted or put_back."""

    tenant: str
    refund_id: UUID
    version: int
    position: int
    state: str
    why: str
    order_id: UUID
    customer_id: UUID
    gateway_payment: str
    gateway_refund: str | None
    amount_minor: int
    currency: str
    created_at: datetime
    updated_at: datetime


refunds = ReadModel(
    "refunds",
    RefundRow,
    version=1,
    key=("tenant", "refund_id"),
    indexes=(Index(("tenant", "created_at", "refund_id")), Index(("updated_at",), where="state = 'accepted'")),
)


@refunds.begins("refund.requested")
def _requested(fact: Fact) -> RefundRow:
    return RefundRow(
        tenant=fact.tenant,
        refund_id=fact.stream_id,
        version=fact.version,
        position=fact.position,
        state="requested",
        why=fact.text("why"),
        order_id=fact.uuid("order_id"),
        customer_id=fact.uuid("customer_id"),
        gateway_payment=fact.text("gateway_payment"),
        gateway_refund=None,
        amount_minor=fact.whole("amount_minor"),
        currency=fact.text("currency"),
        created_at=fact.occurred_at,
        updated_at=fact.occurred_at,
    )


@refunds.on("refund.accepted")
@refunds.on("refund.recognised")
def _accepted(row: RefundRow, fact: Fact) -> RefundRow:
    return replace(_touched(row, fact, "accepted"), gateway_refund=fact.text("gateway_refund"))


@refunds.on("refund.processed")
def _processed(row: RefundRow, fact: Fact) -> RefundRow:
    return _touched(row, fact, "processed")


@refunds.on("refund.rerouted")
def _rerouted(row: RefundRow, fact: Fact) -> RefundRow:
    return _touched(row, fact, "rerouted")


@refunds.on("refund.put_back")
def _put_back(row: RefundRow, fact: Fact) -> RefundRow:
    return _touched(row, fact, "put_back")


@refunds.on("refund.promised")
@refunds.on("refund.doubted")
@refunds.on("refund.rejected")
def _told(row: RefundRow, fact: Fact) -> RefundRow:
    return _touched(row, fact, row.state)


def _touched(row: RefundRow, fact: Fact, state: str) -> RefundRow:
    return replace(row, state=state, version=fact.version, position=fact.position, updated_at=fact.occurred_at)
