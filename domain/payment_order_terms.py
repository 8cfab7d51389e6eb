"""In which words do we speak of an order at the gateway: what it is for, how far it and each try to pay it is?"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

from domain.refusal import BadInput, Refusal

LEAST_MINOR: Final = 100
"""The least that the gateway takes, of any currency."""

MOST_TRIES: Final = 50
"""Tries to pay one order that are told apart: a customer gives up long before, and a machine is no customer."""


class OrderPurpose(StrEnum):
    """What a customer pays for."""

    TOP_UP = "top_up"
    """the wallet"""
    DEBT = "debt"
    """what is still owed for a job"""
    JOB = "job"
    """a job that is confirmed: authorised now, captured when help is on its way"""
    TIP = "tip"
    """something on top for the crew of a job that was done"""
    UPGRADE = "upgrade"
    """what a dearer plan costs more until a membership's term ends"""


class OrderState(StrEnum):
    """How far an order is; once it is paid it stays so."""

    OPENING = "opening"
    OPEN = "open"
    REFUSED = "refused"
    ABANDONED = "abandoned"
    PAID = "paid"


class TryStatus(StrEnum):
    """How far one try to pay is; ``given_back`` is what was authorised and never captured."""

    CREATED = "created"
    FAILED = "failed"
    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    GIVEN_BACK = "given_back"


RANK: Final = {
    TryStatus.CREATED: 0,
    TryStatus.FAILED: 1,
    TryStatus.AUTHORIZED: 2,
    TryStatus.GIVEN_BACK: 3,
    TryStatus.CAPTURED: 4,
}
"""News that ranks no higher than what is known came late, or twice: a failure may still become money, never the other
way round."""


class Source(StrEnum):
    """By which way we heard of a payment."""

    WEBHOOK = "webhook"
    CHECKOUT = "checkout"
    ASKED = "asked"


class Becomes(StrEnum):
    """What a captured payment is, so that whoever books it knows what to do with it."""

    PAYS = "pays"
    DUPLICATE = "duplicate"
    LATE = "late"


class NothingToRefund(Refusal):
    """Nothing was captured for this order that could go back."""

    code = "nothing_to_refund"


class RefundTooLarge(Refusal):
    """So much of this payment cannot go back: it was less, or went back before."""

    code = "refund_too_large"


class PaymentDisputed(Refusal):
    """The customer's bank asks this payment back: nothing else goes back until it has decided."""

    code = "payment_disputed"


class NotAuthorised(Refusal):
    """Nothing is authorised for this order that could be captured."""

    code = "not_authorised"


class ForgedCheckout(BadInput):
    """The checkout's signature does not belong to this order and payment."""

    code = "forged_checkout"


class TooLittle(BadInput):
    """The gateway takes no amount as small as this."""

    code = "amount_too_small"


@dataclass(frozen=True, slots=True)
class Told:
    """What the gateway says of one payment; ``fee_minor`` includes ``tax_minor``, None while it is not known."""

    payment: str
    status: TryStatus
    amount_minor: int
    currency: str
    fee_minor: int | None = None
    tax_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Try:
    """One try to pay an order, as far as we have heard."""

    payment: str
    status: TryStatus
    amount_minor: int
    becomes: Becomes | None = None
    fee_is_booked: bool = False


@dataclass(frozen=True, slots=True)
class Challenge:
    """A dispute about one of an order's payments, and what was lost by it."""

    dispute_id: UUID
    payment: str
    is_open: bool
    lost_minor: int


@dataclass(frozen=True, slots=True)
class CaptureWanted:
    """A capture that the gateway was, or is to be, asked for."""

    operation_id: UUID
    payment: str
    amount_minor: int


def with_try(tries: tuple[Try, ...], changed: Try) -> tuple[Try, ...]:
    """The tries after one of them changed, or began."""
    kept = tuple(changed if each.payment == changed.payment else each for each in tries)
    return kept if changed in kept else (*tries, changed)


def try_of(tries: tuple[Try, ...], payment: str) -> Try | None:
    """The try of that payment, if we have heard of it."""
    return next((each for each in tries if each.payment == payment), None)


def moved_on(tries: tuple[Try, ...], payment: str, status: TryStatus, amount_minor: int) -> tuple[Try, ...]:
    """The tries after news of one of them."""
    known = try_of(tries, payment)
    changed = Try(payment, status, amount_minor) if known is None else replace(known, status=status)
    return with_try(tries, changed)


def opening_of(order_id: UUID) -> UUID:
    """The operation under which an order is opened at the gateway: an order has one."""
    return uuid5(order_id, "open_order")


def job_order_id(request_id: UUID, nth: int) -> UUID:
    """The order by which a job is paid through the gateway: the first, and another after each change of the price."""
    return uuid5(request_id, f"order/{nth}")


def capture_of(order_id: UUID, payment: str) -> UUID:
    """The operation under which a payment is captured: it can be captured once."""
    return uuid5(order_id, f"capture/{payment}")
