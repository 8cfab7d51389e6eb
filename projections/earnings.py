"""Which earnings wait, until when, and in which payout are the others? One row per earning of a provider."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from projections.fact import Fact
from projections.read_model import Index, ReadModel, Row


class EarnedRow(Row, frozen=True, gc=False):
    """One earning; ``cause_id`` is the payment, the offer or the payout that came back. ``held`` says why it waits.

    ``payout_id`` is there once it is in a payout.
    """

    tenant: str
    earning_id: UUID
    version: int
    position: int
    provider_id: UUID
    cause_id: UUID
    amount_minor: int
    currency: str
    payable_from: datetime
    held: str | None
    payout_id: UUID | None
    accrued_at: datetime


earnings = ReadModel(
    "earnings",
    EarnedRow,
    version=1,
    key=("tenant", "earning_id"),
    indexes=(
        Index(("payable_from",), where="payout_id IS NULL AND held IS NULL"),
        Index(("tenant", "provider_id", "position")),
        Index(("tenant", "payout_id"), where="payout_id IS NOT NULL"),
    ),
)


@earnings.begins("earning.accrued")
def _accrued(fact: Fact) -> EarnedRow:
    return EarnedRow(
        tenant=fact.tenant,
        earning_id=fact.stream_id,
        version=fact.version,
        position=fact.position,
        provider_id=fact.uuid("provider_id"),
        cause_id=fact.uuid("cause_id"),
        amount_minor=fact.whole("amount_minor"),
        currency=fact.text("currency"),
        payable_from=fact.instant("payable_from"),
        held=None,
        payout_id=None,
        accrued_at=fact.occurred_at,
    )


@earnings.on("earning.held")
def _held(row: EarnedRow, fact: Fact) -> EarnedRow:
    return replace(row, version=fact.version, held=fact.text("why"))


@earnings.on("earning.hold_ended")
def _hold_ended(row: EarnedRow, fact: Fact) -> EarnedRow:
    return replace(row, version=fact.version, held=None)


@earnings.on("earning.batched")
def _batched(row: EarnedRow, fact: Fact) -> EarnedRow:
    return replace(row, version=fact.version, payout_id=fact.uuid("payout_id"))
