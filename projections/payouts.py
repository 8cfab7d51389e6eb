"""How far is every payout, and since when? What the desk looks at, and what is asked for or asked about."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from projections.fact import Fact
from projections.read_model import Index, ReadModel, Row


class PayoutRow(Row, frozen=True, gc=False):
    """One payout. ``operation_id`` and ``gateway_payout`` are how the gateway knows it; ``why`` it came to nothing."""

    tenant: str
    payout_id: UUID
    version: int
    position: int
    state: str
    batch_id: UUID
    provider_id: UUID
    amount_minor: int
    currency: str
    fee_minor: int
    operation_id: UUID | None
    gateway_payout: str | None
    bank_reference: str | None
    why: str | None
    created_at: datetime
    updated_at: datetime
    processed_at: datetime | None


payouts = ReadModel(
    "payouts",
    PayoutRow,
    version=2,
    key=("tenant", "payout_id"),
    indexes=(
        Index(("tenant", "created_at", "payout_id")),
        Index(("tenant", "provider_id", "created_at", "payout_id")),
        Index(("tenant", "batch_id", "created_at", "payout_id")),
        Index(("state", "updated_at")),
        Index(("operation_id",), where="operation_id IS NOT NULL"),
        Index(("gateway_payout",), where="gateway_payout IS NOT NULL"),
    ),
)


@payouts.begins("payout.batched")
def _batched(fact: Fact) -> PayoutRow:
    return PayoutRow(
        tenant=fact.tenant,
        payout_id=fact.stream_id,
        version=fact.version,
        position=fact.position,
        state="batched",
        batch_id=fact.uuid("batch_id"),
        provider_id=fact.uuid("provider_id"),
        amount_minor=fact.whole("amount_minor"),
        currency=fact.text("currency"),
        fee_minor=0,
        operation_id=None,
        gateway_payout=None,
        bank_reference=None,
        why=None,
        created_at=fact.occurred_at,
        updated_at=fact.occurred_at,
        processed_at=None,
    )


@payouts.on("payout.requested")
def _requested(row: PayoutRow, fact: Fact) -> PayoutRow:
    return replace(_touched(row, fact, "requested"), operation_id=fact.uuid("operation_id"))


@payouts.on("payout.doubted")
def _doubted(row: PayoutRow, fact: Fact) -> PayoutRow:
    return _touched(row, fact, row.state)


@payouts.on("payout.accepted")
def _accepted(row: PayoutRow, fact: Fact) -> PayoutRow:
    return replace(_touched(row, fact, row.state), gateway_payout=fact.text("gateway_payout"))


@payouts.on("payout.refused")
def _refused(row: PayoutRow, fact: Fact) -> PayoutRow:
    return replace(_touched(row, fact, "rejected"), why="refused")


@payouts.on("payout.moved_on")
def _moved_on(row: PayoutRow, fact: Fact) -> PayoutRow:
    return _touched(row, fact, fact.text("state"))


@payouts.on("payout.processed")
def _processed(row: PayoutRow, fact: Fact) -> PayoutRow:
    return replace(
        _touched(row, fact, "processed"),
        fee_minor=fact.whole("fee_minor"),
        bank_reference=fact.maybe_text("bank_reference"),
        processed_at=fact.occurred_at,
    )


@payouts.on("payout.reversed")
def _reversed(row: PayoutRow, fact: Fact) -> PayoutRow:
    return replace(_touched(row, fact, "reversed"), why="bank")


@payouts.on("payout.ended")
def _ended(row: PayoutRow, fact: Fact) -> PayoutRow:
    return replace(_touched(row, fact, fact.text("state")), why=fact.text("why"))


def _touched(row: PayoutRow, fact: Fact, state: str) -> PayoutRow:
    return replace(row, state=state, version=fact.version, position=fact.position, updated_at=fact.occurred_at)
