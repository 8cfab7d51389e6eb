"""Which payments do banks ask back, how far is each, and what did we say to it?"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from projections.fact import Fact
from projections.read_model import Index, ReadModel, Row


class DisputeRow(Row, frozen=True, gc=False):
    """One dispute. ``state`` is open, action_required, under_review, won, lost or closed.

    The payment came by an order or for a membership. ``answered`` is nothing, contest_asked, contested,
    acceptance_asked or accepted; ``passed_on_minor`` is what the provider at fault bears of what is lost,
    ``fee_minor`` what the gateway kept for itself, tax included; ``needs_person`` says that it is not answered by
    itself; ``evidence`` is what the pack shows that was drafted at ``drafted_at``.
    """

    tenant: str
    dispute_id: UUID
    version: int
    position: int
    state: str
    answered: str
    needs_person: bool
    order_id: UUID | None
    subscription_id: UUID | None
    customer_id: UUID
    request_id: UUID | None
    gateway_payment: str
    gateway_dispute: str
    phase: str
    reason_code: str
    amount_minor: int
    held_minor: int
    lost_minor: int
    passed_on_minor: int
    fee_minor: int
    currency: str
    evidence: tuple[str, ...]
    drafted_at: datetime | None
    is_strong: bool
    refused_for: str
    respond_by: datetime
    created_at: datetime
    updated_at: datetime


WAITS = frozenset({"open", "action_required"})
"""As long as it is so, the bank takes an answer."""

disputes = ReadModel(
    "disputes",
    DisputeRow,
    version=4,
    key=("tenant", "dispute_id"),
    indexes=(
        Index(("tenant", "created_at", "dispute_id")),
        Index(("respond_by",), where="state IN ('open', 'action_required', 'under_review')"),
        Index(("gateway_dispute",)),
    ),
)


@disputes.begins("dispute.opened")
def _opened(fact: Fact) -> DisputeRow:
    return DisputeRow(
        tenant=fact.tenant,
        dispute_id=fact.stream_id,
        version=fact.version,
        position=fact.position,
        state="open",
        answered="nothing",
        needs_person=False,
        order_id=fact.maybe_uuid("order_id"),
        subscription_id=fact.maybe_uuid("subscription_id"),
        customer_id=fact.uuid("customer_id"),
        request_id=fact.maybe_uuid("request_id"),
        gateway_payment=fact.text("gateway_payment"),
        gateway_dispute=fact.text("gateway_dispute"),
        phase=fact.text("phase"),
        reason_code=fact.text("reason_code"),
        amount_minor=fact.whole("amount_minor"),
        held_minor=0,
        lost_minor=0,
        passed_on_minor=0,
        fee_minor=0,
        currency=fact.text("currency"),
        evidence=(),
        drafted_at=None,
        is_strong=False,
        refused_for="",
        respond_by=fact.instant("respond_by"),
        created_at=fact.occurred_at,
        updated_at=fact.occurred_at,
    )


@disputes.on("dispute.moved_on")
def _moved_on(row: DisputeRow, fact: Fact) -> DisputeRow:
    state = fact.text("status")
    row = replace(_touched(row, fact), state=state, respond_by=fact.instant("respond_by"), needs_person=False)
    if state != "action_required" or row.answered in {"contest_asked", "acceptance_asked"}:
        return row
    return replace(row, answered="nothing")


@disputes.on("dispute.evidence_drafted")
def _drafted(row: DisputeRow, fact: Fact) -> DisputeRow:
    row = replace(_touched(row, fact), drafted_at=fact.occurred_at)
    return replace(row, evidence=fact.texts("shows"), is_strong=fact.flag("is_strong"))


@disputes.on("dispute.contest_asked")
def _contest_asked(row: DisputeRow, fact: Fact) -> DisputeRow:
    return replace(_touched(row, fact), answered="contest_asked", needs_person=False)


@disputes.on("dispute.acceptance_asked")
def _acceptance_asked(row: DisputeRow, fact: Fact) -> DisputeRow:
    return replace(_touched(row, fact), answered="acceptance_asked", needs_person=False)


@disputes.on("dispute.contested")
def _contested(row: DisputeRow, fact: Fact) -> DisputeRow:
    return replace(_touched(row, fact), answered="contested")


@disputes.on("dispute.accepted")
def _accepted(row: DisputeRow, fact: Fact) -> DisputeRow:
    return replace(_touched(row, fact), answered="accepted")


@disputes.on("dispute.answer_refused")
def _refused(row: DisputeRow, fact: Fact) -> DisputeRow:
    # What the gateway does not take, no machine says again.
    row = replace(_touched(row, fact), answered="nothing", refused_for=fact.text("code"))
    return replace(row, needs_person=row.state in WAITS)


@disputes.on("dispute.handed_over")
@disputes.on("dispute.lapsed")
def _handed_over(row: DisputeRow, fact: Fact) -> DisputeRow:
    return replace(_touched(row, fact), needs_person=True)


@disputes.on("dispute.funds_held")
def _held(row: DisputeRow, fact: Fact) -> DisputeRow:
    return replace(_touched(row, fact), held_minor=row.held_minor + fact.whole("amount_minor"))


@disputes.on("dispute.funds_released")
def _released(row: DisputeRow, fact: Fact) -> DisputeRow:
    return replace(_touched(row, fact), held_minor=row.held_minor - fact.whole("amount_minor"))


@disputes.on("dispute.charged_back")
def _charged_back(row: DisputeRow, fact: Fact) -> DisputeRow:
    amount = fact.whole("amount_minor")
    return replace(_touched(row, fact), held_minor=row.held_minor - amount, lost_minor=row.lost_minor + amount)


@disputes.on("dispute.regained")
def _regained(row: DisputeRow, fact: Fact) -> DisputeRow:
    amount = fact.whole("amount_minor")
    return replace(_touched(row, fact), held_minor=row.held_minor + amount, lost_minor=row.lost_minor - amount)


@disputes.on("dispute.fee_learned")
def _fee_learned(row: DisputeRow, fact: Fact) -> DisputeRow:
    return replace(_touched(row, fact), fee_minor=row.fee_minor + fact.whole("amount_minor"))


@disputes.on("dispute.loss_passed_on")
def _passed_on(row: DisputeRow, fact: Fact) -> DisputeRow:
    return replace(_touched(row, fact), passed_on_minor=fact.whole("amount_minor"))


@disputes.on("dispute.loss_taken_back")
def _taken_back(row: DisputeRow, fact: Fact) -> DisputeRow:
    return replace(_touched(row, fact), passed_on_minor=0)


@disputes.on("dispute.answer_doubted")
@disputes.on("dispute.reminded")
@disputes.on("dispute.put_on_hold")
def _told(row: DisputeRow, fact: Fact) -> DisputeRow:
    return _touched(row, fact)


def _touched(row: DisputeRow, fact: Fact) -> DisputeRow:
    return replace(row, version=fact.version, position=fact.position, updated_at=fact.occurred_at)
