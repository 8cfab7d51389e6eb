"""How is every job paid: due, paid or owed, divided?"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from projections.fact import Fact
from projections.read_model import Index, Key, ReadModel, Row


class PaymentRow(Row, frozen=True, gc=False):
    """One payment. ``state`` is due, paid, owed, settled or waived; what it was divided into is there once settled."""

    tenant: str
    payment_id: UUID
    version: int
    position: int
    state: str
    outcome: str
    method: str
    request_id: UUID
    customer_id: UUID
    provider_id: UUID | None
    amount_minor: int
    currency: str
    paid_minor: int
    owed_minor: int
    collected_minor: int
    covered_minor: int
    partner_minor: int
    partner_id: UUID | None
    tip_minor: int
    commission_minor: int | None
    commission_tax_minor: int | None
    payable_minor: int | None
    created_at: datetime
    updated_at: datetime
    settled_at: datetime | None


payments = ReadModel(
    "payments",
    PaymentRow,
    version=4,
    key=("tenant", "payment_id"),
    indexes=(
        Index(("tenant", "created_at", "payment_id")),
        Index(("tenant", "customer_id", "created_at", "payment_id")),
        Index(("tenant", "provider_id", "created_at", "payment_id"), where="provider_id IS NOT NULL"),
        Index(("tenant", "request_id")),
    ),
)


@payments.begins("payment.due")
def _due(fact: Fact) -> PaymentRow:
    return PaymentRow(
        tenant=fact.tenant,
        payment_id=fact.stream_id,
        version=fact.version,
        position=fact.position,
        state="due",
        outcome=fact.text("outcome"),
        method=fact.text("method"),
        request_id=fact.uuid("request_id"),
        customer_id=fact.uuid("customer_id"),
        provider_id=fact.maybe_uuid("provider_id"),
        amount_minor=fact.whole("amount_minor"),
        currency=fact.text("currency"),
        paid_minor=0,
        owed_minor=0,
        collected_minor=0,
        covered_minor=0,
        partner_minor=0,
        partner_id=None,
        tip_minor=0,
        commission_minor=None,
        commission_tax_minor=None,
        payable_minor=None,
        created_at=fact.occurred_at,
        updated_at=fact.occurred_at,
        settled_at=None,
    )


@payments.on("payment.captured")
def _captured(row: PaymentRow, fact: Fact) -> PaymentRow:
    return _more_paid(row, fact)


@payments.on("payment.covered")
def _covered(row: PaymentRow, fact: Fact) -> PaymentRow:
    return replace(_more_paid(row, fact), covered_minor=row.covered_minor + fact.whole("amount_minor"))


@payments.on("payment.borne")
def _borne(row: PaymentRow, fact: Fact) -> PaymentRow:
    borne = row.partner_minor + fact.whole("amount_minor")
    return replace(_more_paid(row, fact), partner_minor=borne, partner_id=fact.uuid("partner_id"))


@payments.on("payment.collected")
def _collected(row: PaymentRow, fact: Fact) -> PaymentRow:
    collected = fact.whole("amount_minor")
    return replace(_touched(row, fact, "paid"), paid_minor=row.paid_minor + collected, collected_minor=collected)


@payments.on("payment.owed")
def _owed(row: PaymentRow, fact: Fact) -> PaymentRow:
    return replace(_touched(row, fact, "owed"), owed_minor=row.owed_minor + fact.whole("amount_minor"))


@payments.on("payment.settled")
def _settled(row: PaymentRow, fact: Fact) -> PaymentRow:
    return replace(
        _touched(row, fact, "settled"),
        commission_minor=fact.whole("commission_minor"),
        commission_tax_minor=fact.whole("commission_tax_minor"),
        payable_minor=fact.whole("payable_minor"),
        settled_at=fact.occurred_at,
    )


@payments.on("payment.repaid")
def _repaid(row: PaymentRow, fact: Fact) -> PaymentRow:
    repaid = fact.whole("amount_minor")
    paid, owed = row.paid_minor + repaid, row.owed_minor - repaid
    return replace(_touched(row, fact, row.state), paid_minor=paid, owed_minor=owed)


@payments.on("payment.credited_back")
def _credited_back(row: PaymentRow, fact: Fact) -> PaymentRow:
    return replace(
        _touched(row, fact, row.state),
        owed_minor=row.owed_minor - fact.whole("forgiven_minor"),
        covered_minor=row.covered_minor - fact.whole("to_cover_minor"),
        partner_minor=row.partner_minor - fact.whole("to_partner_minor"),
    )


def _of_tip(fact: Fact) -> Key:
    return (fact.tenant, fact.uuid("payment_id"))


@payments.settles("tip.given", _of_tip)
def _tipped(row: PaymentRow | None, fact: Fact) -> PaymentRow | None:
    # A job that cost nothing has no payment.
    return None if row is None else replace(row, tip_minor=fact.whole("amount_minor"), position=fact.position)


@payments.settles("tip.returned", _of_tip)
def _tip_returned(row: PaymentRow | None, fact: Fact) -> PaymentRow | None:
    return None if row is None else replace(row, tip_minor=0, position=fact.position)


@payments.on("payment.waived")
def _waived(row: PaymentRow, fact: Fact) -> PaymentRow:
    return _touched(row, fact, "waived")


def _touched(row: PaymentRow, fact: Fact, state: str) -> PaymentRow:
    return replace(row, state=state, version=fact.version, position=fact.position, updated_at=fact.occurred_at)


def _more_paid(row: PaymentRow, fact: Fact) -> PaymentRow:
    paid = row.paid_minor + fact.whole("amount_minor")
    state = "paid" if paid == row.amount_minor else row.state
    return replace(_touched(row, fact, state), paid_minor=paid)
