"""What do we ask of a payment gateway, and what may become of it? The port; behind it is the vendor, or a fake.

Whatever moves money has three ends: ``Confirmed``, ``Rejected`` (certainly nothing happened), or ``Uncertain``: the
call may have had its effect, and only asking tells (``application/ensuring.py`` does). Calls never raise for what the
gateway or the line to it does. They wait, and any thread may make them.

``operation_id`` is ours, a UUID made once for each thing that is wanted: the same again is the same thing. It travels
as the gateway's idempotency key, receipt or reference, by which the thing is found afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Generic, Literal, Protocol, TypeVar
from uuid import UUID

Told_co = TypeVar("Told_co", covariant=True)

PaymentStatus = Literal["created", "failed", "authorized", "captured", "refunded"]
RefundStatus = Literal["pending", "processed", "failed"]
LinkStatus = Literal["created", "partially_paid", "paid", "expired", "cancelled"]


@dataclass(frozen=True, slots=True)
class Confirmed(Generic[Told_co]):
    """It is so, by the gateway's own words."""

    value: Told_co


@dataclass(frozen=True, slots=True)
class Rejected:
    """The gateway refused: certainly nothing happened. ``code`` is ours and stable, ``reason`` is for people."""

    code: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Nobody knows whether it happened.

    ``why``: no_answer, unreachable, gateway_error, garbled, in_flight or too_many.
    """

    why: str


Outcome = Confirmed[Told_co] | Rejected | Uncertain


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """Wanted: an order that a customer can pay at a checkout. ``captures_at_once``: without our asking, when paid."""

    operation_id: UUID
    amount_minor: int
    currency: str
    notes: tuple[tuple[str, str], ...] = ()
    captures_at_once: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """An order as the gateway has it; ``receipt`` is our operation id."""

    order_id: str
    receipt: str
    amount_minor: int
    amount_paid_minor: int
    currency: str
    status: str


@dataclass(frozen=True, slots=True)
class Instrument:
    """By what somebody paid: a UPI id, or all that a gateway tells of a card.

    ``name`` is personal: it is in no event, read model or log. Two people's cards may bear the same name.
    """

    kind: Literal["upi", "card"]
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment as the gateway has it. ``fee_minor`` includes ``tax_minor``; both are known once it is captured.

    ``status`` says where it stands; ``is_captured`` is the gateway's flag beside it, which alone says nothing.
    ``instrument`` is None where the gateway does not tell, or there is no name for it.
    """

    payment_id: str
    order_id: str | None
    status: PaymentStatus
    amount_minor: int
    currency: str
    refunded_minor: int
    is_captured: bool
    fee_minor: int | None
    tax_minor: int | None
    method: str
    error_reason: str | None
    created_at: datetime
    instrument: Instrument | None = None


@dataclass(frozen=True, slots=True)
class Capture:
    """Wanted: all of an authorised payment."""

    payment_id: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class GiveBack:
    """Wanted: a part of a captured payment, or all of it, back to where it came from."""

    operation_id: UUID
    payment_id: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund as the gateway has it; ``receipt`` is our operation id, None when nobody of us asked for it."""

    refund_id: str
    payment_id: str
    amount_minor: int
    currency: str
    status: RefundStatus
    receipt: str | None
    bank_reference: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class OpenLink:
    """Wanted: a link by which somebody pays without a checkout of ours."""

    operation_id: UUID
    amount_minor: int
    currency: str
    description: str
    expires_at: datetime | None = None
    callback_url: str = ""
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A payment link as the gateway has it; ``reference`` is our operation id."""

    link_id: str
    reference: str
    url: str
    status: LinkStatus
    amount_minor: int
    amount_paid_minor: int
    currency: str
    payment_ids: tuple[str, ...]


class PaymentGateway(Protocol):
    """Takes customers' money and gives it back."""

    def open_order(self, wanted: OpenOrder) -> Outcome[Order]:
        """Ask once for an order. Rejected ``receipt_taken`` when the operation has one already: find it."""
        ...

    def find_order(self, operation_id: UUID) -> Outcome[Order | None]:
        """The first order of an operation."""
        ...

    def order(self, order_id: str) -> Outcome[Order]:
        """One order by the gateway's id."""
        ...

    def payments_of_order(self, order_id: str) -> Outcome[tuple[Payment, ...]]:
        """Every try to pay an order, oldest first."""
        ...

    def payment(self, payment_id: str) -> Outcome[Payment]:
        """One payment by the gateway's id."""
        ...

    def capture(self, wanted: Capture) -> Outcome[Payment]:
        """Ask once for what was authorised. Rejected ``already_captured`` when somebody was sooner: look at it."""
        ...

    def refund(self, wanted: GiveBack) -> Outcome[Refund]:
        """Ask for money to go back; the same operation again is the same refund."""
        ...

    def find_refund(self, operation_id: UUID, payment_id: str) -> Outcome[Refund | None]:
        """The refund of an operation."""
        ...

    def refunds_of_payment(self, payment_id: str) -> Outcome[tuple[Refund, ...]]:
        """Every refund of a payment, also those that nobody of us asked for; oldest first."""
        ...

    def open_link(self, wanted: OpenLink) -> Outcome[Link]:
        """Ask once for a link. Rejected ``reference_taken`` when the operation has one already: find it."""
        ...

    def find_link(self, operation_id: UUID) -> Outcome[Link | None]:
        """The link of an operation."""
        ...

    def cancel_link(self, link_id: str) -> Outcome[Link]:
        """Nobody shall pay by it any more; Rejected ``not_open`` when it is paid, expired or cancelled."""
        ...


@dataclass(frozen=True, slots=True)
class Settlement:
    """What the gateway has paid to our bank in one sum."""

    settlement_id: str
    amount_minor: int
    status: str
    bank_reference: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SettlementRow:
    """One line of what a settlement consists of: the settlement is the sum of credits less the sum of debits."""

    settlement_id: str
    bank_reference: str | None
    kind: str
    entity_id: str
    payment_id: str | None
    order_id: str | None
    order_receipt: str | None
    credit_minor: int
    debit_minor: int
    amount_minor: int
    fee_minor: int
    tax_minor: int
    currency: str
    settled_at: datetime


class SettlementBooks(Protocol):
    """Tells what was settled."""

    def settlement_rows(self, day: date) -> Outcome[tuple[SettlementRow, ...]]:
        """Every row that was settled on a day of India, however many."""
        ...

    def settlements(self, begin: datetime, end: datetime) -> Outcome[tuple[Settlement, ...]]:
        """Settlements made from ``begin`` until before ``end``, oldest first."""
        ...
