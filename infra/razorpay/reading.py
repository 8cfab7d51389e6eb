"""What do the gateway's entities say in our words? What lacks something is a KeyError, TypeError or ValueError."""

from datetime import UTC, datetime
from typing import Final, cast, get_args

from application.gateway import (
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
        order_id=_text(told, "id"),
        receipt=str(told.get("receipt") or ""),
        amount_minor=_whole(told, "amount"),
        amount_paid_minor=_whole(told, "amount_paid"),
        currency=_text(told, "currency"),
        status=_text(told, "status"),
    )


def payment(told: Entity) -> Payment:
    """A payment."""
    status = _one_of(told, "status", get_args(PaymentStatus))
    return Payment(
        payment_id=_text(told, "id"),
        order_id=told.get("order_id") or None,
        status=cast("PaymentStatus", status),
        amount_minor=_whole(told, "amount"),
        currency=_text(told, "currency"),
        refunded_minor=int(told.get("amount_refunded") or 0),
        is_captured=bool(told.get("captured")) and status in CAPTURED,
        fee_minor=_maybe_whole(told, "fee"),
        tax_minor=_maybe_whole(told, "tax"),
        method=str(told.get("method") or ""),
        error_reason=str(told.get("error_reason") or "") or None,
        created_at=_at(told["created_at"]),
    )


def refund(told: Entity) -> Refund:
    """A refund."""
    acquirer = told.get("acquirer_data")
    return Refund(
        refund_id=_text(told, "id"),
        payment_id=_text(told, "payment_id"),
        amount_minor=_whole(told, "amount"),
        currency=_text(told, "currency"),
        status=cast("RefundStatus", _one_of(told, "status", get_args(RefundStatus))),
        receipt=told.get("receipt") or None,
        bank_reference=(acquirer.get("arn") or None) if isinstance(acquirer, dict) else None,
        created_at=_at(told["created_at"]),
    )


def link(told: Entity) -> Link:
    """A payment link."""
    paid = told.get("payments") or []
    return Link(
        link_id=_text(told, "id"),
        reference=str(told.get("reference_id") or ""),
        url=_text(told, "short_url"),
        status=cast("LinkStatus", _one_of(told, "status", get_args(LinkStatus))),
        amount_minor=_whole(told, "amount"),
        amount_paid_minor=int(told.get("amount_paid") or 0),
        currency=_text(told, "currency"),
        payment_ids=tuple(str(each["payment_id"]) for each in paid),
    )


def settlement(told: Entity) -> Settlement:
    """A settlement."""
    return Settlement(
        settlement_id=_text(told, "id"),
        amount_minor=_whole(told, "amount"),
        status=_text(told, "status"),
        bank_reference=str(told.get("utr") or ""),
        created_at=_at(told["created_at"]),
    )


def settlement_row(told: Entity) -> SettlementRow:
    """One line of the combined report."""
    return SettlementRow(
        settlement_id=_text(told, "settlement_id"),
        bank_reference=told.get("settlement_utr") or None,
        kind=_text(told, "type"),
        entity_id=_text(told, "entity_id"),
        payment_id=told.get("payment_id") or (told["entity_id"] if told["type"] == "payment" else None),
        order_id=told.get("order_id") or None,
        order_receipt=told.get("order_receipt") or None,
        credit_minor=_whole(told, "credit"),
        debit_minor=_whole(told, "debit"),
        amount_minor=_whole(told, "amount"),
        fee_minor=int(told.get("fee") or 0),
        tax_minor=int(told.get("tax") or 0),
        currency=_text(told, "currency"),
        settled_at=_at(told["settled_at"]),
    )


def payout(told: Entity) -> Payout:
    """A payout."""
    details = told.get("status_details")
    return Payout(
        payout_id=_text(told, "id"),
        reference=str(told.get("reference_id") or ""),
        account_id=_text(told, "fund_account_id"),
        amount_minor=_whole(told, "amount"),
        currency=_text(told, "currency"),
        status=cast("PayoutStatus", _one_of(told, "status", get_args(PayoutStatus))),
        fee_minor=int(told.get("fees") or 0),
        tax_minor=int(told.get("tax") or 0),
        bank_reference=told.get("utr") or None,
        reason=(details.get("reason") or None) if isinstance(details, dict) else None,
    )


def account_check(told: Entity) -> AccountCheck:
    """What a bank says of an account."""
    results = told.get("results") or {}
    return AccountCheck(
        check_id=_text(told, "id"),
        is_finished=told["status"] in {"completed", "failed"},
        is_active=results.get("account_status") == "active",
    )


def dispute(told: Entity) -> Dispute:
    """A dispute."""
    evidence = told.get("evidence") or {}
    submitted = evidence.get("submitted_at")
    return Dispute(
        dispute_id=_text(told, "id"),
        payment_id=_text(told, "payment_id"),
        amount_minor=_whole(told, "amount"),
        deducted_minor=int(told.get("amount_deducted") or 0),
        currency=_text(told, "currency"),
        reason_code=str(told.get("reason_code") or ""),
        phase=str(told.get("phase") or ""),
        status=cast("DisputeStatus", _one_of(told, "status", get_args(DisputeStatus))),
        respond_by=_at(told["respond_by"]),
        evidence_submitted_at=_at(submitted) if submitted else None,
    )


def items(told: Entity) -> list[Entity]:
    """The things of a collection."""
    found = told["items"]
    if not isinstance(found, list):
        raise TypeError
    return found


def _text(told: Entity, name: str) -> str:
    value = told[name]
    if not isinstance(value, str) or not value:
        raise TypeError(name)
    return value


def _whole(told: Entity, name: str) -> int:
    value = told[name]
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(name)
    return value


def _maybe_whole(told: Entity, name: str) -> int | None:
    return None if told.get(name) is None else _whole(told, name)


def _one_of(told: Entity, name: str, known: tuple[object, ...]) -> str:
    value = _text(told, name)
    if value not in known:
        raise ValueError(name)
    return value


def _at(seconds: object) -> datetime:
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        raise TypeError
    return datetime.fromtimestamp(seconds, UTC)
