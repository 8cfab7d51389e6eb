"""Which lost disputes do providers bear, what of them was taken, and what is still owed? One row per recovery."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from projections.fact import BadFact, Fact
from projections.read_model import Index, Key, ReadModel, Row, RowMissing, by_id


class RecoveryRow(Row, frozen=True, gc=False):
    """What one provider bears of one lost dispute.

    ``owed_minor`` is what neither the reserve has borne nor a payout was less by; ``is_given_back`` when it was won
    after all.
    """

    tenant: str
    recovery_id: UUID
    position: int
    dispute_id: UUID
    provider_id: UUID
    request_id: UUID
    amount_minor: int
    from_reserve_minor: int
    from_earnings_minor: int
    owed_minor: int
    is_owed: bool
    is_given_back: bool
    currency: str
    decided_at: datetime
    updated_at: datetime


recoveries = ReadModel(
    "recoveries",
    RecoveryRow,
    version=1,
    key=("tenant", "recovery_id"),
    indexes=(
        Index(("tenant", "decided_at", "recovery_id")),
        Index(("tenant", "provider_id", "decided_at", "recovery_id")),
    ),
)


@recoveries.begins("dispute.loss_passed_on", by_id("recovery_id"))
def _passed_on(fact: Fact) -> RecoveryRow:
    return RecoveryRow(
        tenant=fact.tenant,
        recovery_id=fact.uuid("recovery_id"),
        position=fact.position,
        dispute_id=fact.stream_id,
        provider_id=fact.uuid("provider_id"),
        request_id=fact.uuid("request_id"),
        amount_minor=fact.whole("amount_minor"),
        from_reserve_minor=0,
        from_earnings_minor=0,
        owed_minor=fact.whole("amount_minor"),
        is_owed=True,
        is_given_back=False,
        currency=fact.text("currency"),
        decided_at=fact.occurred_at,
        updated_at=fact.occurred_at,
    )


@recoveries.on("reserve.drawn", by_id("recovery_id"))
def _drawn(row: RecoveryRow, fact: Fact) -> RecoveryRow:
    drawn = fact.whole("amount_minor")
    return _owing(replace(row, from_reserve_minor=drawn), row.owed_minor - drawn, fact)


@recoveries.on("dispute.loss_taken_back", by_id("recovery_id"))
def _taken_back(row: RecoveryRow, fact: Fact) -> RecoveryRow:
    return _owing(replace(row, is_given_back=True), 0, fact)


def _of_payout(fact: Fact) -> list[UUID]:
    try:
        return [UUID(each) for each in fact.texts("recoveries")]
    except ValueError as error:
        raise BadFact(f"{fact.topic} at {fact.position}: no recovery") from error


def _one(fact: Fact, recovery_id: UUID) -> Key:
    return (fact.tenant, recovery_id)


@recoveries.each("reserve.set_off", _of_payout, _one)
def _set_off(row: RecoveryRow | None, fact: Fact, recovery_id: UUID) -> RecoveryRow:
    if row is None:
        raise RowMissing(f"{fact.topic} at {fact.position}: nothing is known of {recovery_id}")
    return _owing(replace(row, from_earnings_minor=row.from_earnings_minor + row.owed_minor), 0, fact)


def _owing(row: RecoveryRow, owed_minor: int, fact: Fact) -> RecoveryRow:
    told = replace(row, owed_minor=owed_minor, is_owed=owed_minor > 0)
    return replace(told, position=fact.position, updated_at=fact.occurred_at)
