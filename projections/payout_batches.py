"""Which payouts were made on which day, and what became of them? One row per day's batch."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from projections.fact import Fact
from projections.read_model import Index, ReadModel, Row


class PayoutBatchRow(Row, frozen=True, gc=False):
    """One batch. ``paid`` and ``came_back`` are as they stood when it was finished, and empty before."""

    tenant: str
    batch_id: UUID
    version: int
    position: int
    state: str
    day: str
    currency: str
    payouts: int
    amount_minor: int
    paid: int | None
    paid_minor: int | None
    came_back: int | None
    came_back_minor: int | None
    opened_at: datetime
    closed_at: datetime | None
    finished_at: datetime | None


payout_batches = ReadModel(
    "payout_batches",
    PayoutBatchRow,
    version=1,
    key=("tenant", "batch_id"),
    indexes=(
        Index(("tenant", "opened_at", "batch_id")),
        Index(("day",), where="finished_at IS NULL"),
    ),
)


@payout_batches.begins("payout_batch.opened")
def _opened(fact: Fact) -> PayoutBatchRow:
    return PayoutBatchRow(
        tenant=fact.tenant,
        batch_id=fact.stream_id,
        version=fact.version,
        position=fact.position,
        state="open",
        day=fact.text("day"),
        currency=fact.text("currency"),
        payouts=0,
        amount_minor=0,
        paid=None,
        paid_minor=None,
        came_back=None,
        came_back_minor=None,
        opened_at=fact.occurred_at,
        closed_at=None,
        finished_at=None,
    )


@payout_batches.on("payout_batch.added")
def _added(row: PayoutBatchRow, fact: Fact) -> PayoutBatchRow:
    amount = row.amount_minor + fact.whole("amount_minor")
    return replace(_touched(row, fact, row.state), payouts=row.payouts + 1, amount_minor=amount)


@payout_batches.on("payout_batch.closed")
def _closed(row: PayoutBatchRow, fact: Fact) -> PayoutBatchRow:
    return replace(_touched(row, fact, "closed"), closed_at=fact.occurred_at)


@payout_batches.on("payout_batch.finished")
def _finished(row: PayoutBatchRow, fact: Fact) -> PayoutBatchRow:
    return replace(
        _touched(row, fact, "finished"),
        paid=fact.whole("paid"),
        paid_minor=fact.whole("paid_minor"),
        came_back=fact.whole("came_back"),
        came_back_minor=fact.whole("came_back_minor"),
        finished_at=fact.occurred_at,
    )


def _touched(row: PayoutBatchRow, fact: Fact, state: str) -> PayoutBatchRow:
    return replace(row, state=state, version=fact.version, position=fact.position)
