"""What do the gateway's entities say in our words? What lacks something is a KeyError, TypeError or ValueError."""

from datetime import UTC, datetime
from typing import Final, cast, get_args

from application.gateway import (
    Instrument,
    Link,
    LinkStatus,
    Order,
    Payment,
    PaymentStatus,
    Refund,
    RefundStatus,
    Settlement,
    SettlementRow,
)
from application.gateway_payouts import (
    AccountCheck,
    Dispute,
    DisputeStatus,
    Payout,
    PayoutStatus,
)
from infra.razorpay.wire import Entity

# Where a payment stands is told by its status; ``captured`` beside it is said of refunded ones, too.
CAPTURED: Final = frozenset({"captured", "refunded"})


def order(told: Entity) -> Order:
    """An order."""
    return Order(
        order_id=text(told, "id"),
        receipt=str(told.get("receipt") or ""),
        amount_minor=whole(told, "amount"),
        amount_paid_minor=whole(told, "amount_paid"),
        currency=text(told, "currency"),
        status=text(told, "status"),
    )


def payment(told: Entity) -> Payment:
    """A payment."""
    status = one_of(told, "status", get_args(PaymentStatus))
    return Payment(
        payment_id=text(told, "id"),
        order_id=told.get("order_id") or None,
        status=cast("PaymentStatus", status),
        amount_minor=whole(told, "amount"),
        currency=text(told, "currency"),
        refunded_minor=int(told.get("amount_refunded") or 0),
        is_captured=bool(told.get("captured")) and status in CAPTURED,
        fee_minor=_maybe_whole(told, "fee"),
        tax_minor=_maybe_whole(told, "tax"),
        method=str(told.get("method") or ""),
        error_reason=str(told.get("error_reason") or "") or None,
        created_at=at(told["created_at"]),
        instrument=_instrument(told),
    )


def _instrument(told: Entity) -> Instrument | None:
    """By what it was paid; None where it is not told, as of a card that the answer does not spell out."""
    upi, card = told.get("upi"), told.get("card")
    if told.get("method") == "upi":
        vpa = str(told.get("vpa") or (upi.get("vpa") if isinstance(upi, dict) else "") or "").strip().casefold()
        return Instrument("upi", vpa) if "@" in vpa else None
    if told.get("method") == "card" and isinstance(card, dict) and card.get("last4"):
        marks = (card.get(mark) for mark in ("network", "last4", "issuer", "type", "international"))
        return Instrument("card", "|".join(str(mark).casefold() for mark in marks))
    return None


def refund(told: Entity) -> Refund:
    """A refund."""
    acquirer = told.get("acquirer_data")
    return Refund(
        refund_id=text(told, "id"),
        payment_id=text(told, "payment_id"),
        amount_minor=whole(told, "amount"),
        currency=text(told, "currency"),
        status=cast("RefundStatus", one_of(told, "status", get_args(RefundStatus))),
        receipt=told.get("receipt") or None,
        bank_reference=(acquirer.get("arn") or None) if isinstance(acquirer, dict) else None,
        created_at=at(told["created_at"]),
    )


def link(told: Entity) -> Link:
    """A payment link."""
    paid = told.get("payments") or []
    return Link(
        link_id=text(told, "id"),
        reference=str(told.get("reference_id") or ""),
        url=text(told, "short_url"),
        status=cast("LinkStatus", one_of(told, "status", get_args(LinkStatus))),
        amount_minor=whole(told, "amount"),
        amount_paid_minor=int(told.get("amount_paid") or 0),
        currency=text(told, "currency"),
        payment_ids=tuple(str(each["payment_id"]) for each in paid),
    )


def settlement(told: Entity) -> Settlement:
    """A settlement."""
    return Settlement(
        settlement_id=text(told, "id"),
        amount_minor=whole(told, "amount"),
        status=text(told, "status"),
        bank_reference=str(told.get("utr") or ""),
        created_at=at(told["created_at"]),
    )


def settlement_row(told: Entity) -> SettlementRow:
    """One line of the combined report."""
    return SettlementRow(
        settlement_id=text(told, "settlement_id"),
        bank_reference=told.get("settlement_utr") or None,
        kind=text(told, "type"),
        entity_id=text(told, "entity_id"),
        payment_id=told.get("payment_id") or (told["entity_id"] if told["type"] == "payment" else None),
        order_id=told.get("order_id") or None,
        order_receipt=told.get("order_receipt") or None,
        credit_minor=whole(told, "credit"),
        debit_minor=whole(told, "debit"),
        amount_minor=whole(told, "amount"),
        fee_minor=int(told.get("fee") or 0),
        tax_minor=int(told.get("tax") or 0),
        currency=text(told, "currency"),
        settled_at=at(told["settled_at"]),
    )


def payout(told: Entity) -> Payout:
    """A payout."""
    details = told.get("status_details")
    return Payout(
        payout_id=text(told, "id"),
        reference=str(told.get("reference_id") or ""),
        account_id=text(told, "fund_account_id"),
        amount_minor=whole(told, "amount"),
        currency=text(told, "currency"),
        status=cast("PayoutStatus", one_of(told, "status", get_args(PayoutStatus))),
        fee_minor=int(told.get("fees") or 0),
        tax_minor=int(told.get("tax") or 0),
        bank_reference=told.get("utr") or None,
        reason=(details.get("reason") or None) if isinstance(details, dict) else None,
    )


def account_check(told: Entity) -> AccountCheck:
    """What a bank says of an account."""
    results = told.get("results") or {}
    return AccountCheck(
        check_id=text(told, "id"),
        is_finished=told["status"] in {"completed", "failed"},
        is_active=results.get("account_status") == "active",
    )


def dispute(told: Entity) -> Dispute:
    """A dispute."""
    evidence = told.get("evidence") or {}
    submitted = evidence.get("submitted_at")
    return Dispute(
        dispute_id=text(told, "id"),
        payment_id=text(told, "payment_id"),
        amount_minor=whole(told, "amount"),
        deducted_minor=int(told.get("amount_deducted") or 0),
        currency=text(told, "currency"),
        reason_code=str(told.get("reason_code") or ""),
        phase=str(told.get("phase") or ""),
        status=cast("DisputeStatus", one_of(told, "status", get_args(DisputeStatus))),
        respond_by=at(told["respond_by"]),
        evidence_submitted_at=maybe_at(submitted),
    )


def items(told: Entity) -> list[Entity]:
    """The things of a collection."""
    found = told["items"]
    if not isinstance(found, list):
        raise TypeError
    return found


def text(told: Entity, name: str) -> str:
    """A field that is a text and not empty."""
    value = told[name]
    if not isinstance(value, str) or not value:
        raise TypeError(name)
    return value


def whole(told: Entity, name: str) -> int:
    """A field that is a whole number."""
    value = told[name]
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(name)
    return value


def _maybe_whole(told: Entity, name: str) -> int | None:
    return None if told.get(name) is None else whole(told, name)


def one_of(told: Entity, name: str, known: tuple[object, ...]) -> str:
    """A field that says one of the words that we know."""
    value = text(told, name)
    if value not in known:
        raise ValueError(name)
    return value


def at(seconds: object) -> datetime:
    """An instant, from seconds."""
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        raise TypeError
    return datetime.fromtimestamp(seconds, UTC)


def maybe_at(seconds: object) -> datetime | None:
    """An instant, or none."""
    return at(seconds) if seconds else None
