"""How much of the cash that it collected does each provider owe us? One row per provider and currency."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from projections.fact import Fact
from projections.read_model import Index, ReadModel, Row


class CashRow(Row, frozen=True, gc=False):
    """What one provider owes in one currency: less than nothing when it handed in more than is left."""

    tenant: str
    cash_id: UUID
    provider_id: UUID
    currency: str
    position: int
    owed_minor: int
    updated_at: datetime


cash_in_hand = ReadModel(
    "cash_in_hand",
    CashRow,
    version=1,
    key=("tenant", "cash_id"),
    indexes=(Index(("tenant", "provider_id")), Index(("tenant", "owed_minor"))),
)


@cash_in_hand.settles("cash_in_hand.opened")
def _opened(row: CashRow | None, fact: Fact) -> CashRow:
    """Told twice where two crews were the first at once: the second changes nothing."""
    return row or CashRow(
        tenant=fact.tenant,
        cash_id=fact.stream_id,
        provider_id=fact.uuid("provider_id"),
        currency=fact.text("currency"),
        position=fact.position,
        owed_minor=0,
        updated_at=fact.occurred_at,
    )


@cash_in_hand.on("cash_in_hand.collected")
def _collected(row: CashRow, fact: Fact) -> CashRow:
    return _now(row, fact, fact.whole("owed_minor"))


@cash_in_hand.on("cash_in_hand.set_off")
def _set_off(row: CashRow, fact: Fact) -> CashRow:
    return _now(row, fact, -fact.whole("amount_minor"))


@cash_in_hand.on("cash_in_hand.handed_in")
def _handed_in(row: CashRow, fact: Fact) -> CashRow:
    return _now(row, fact, -fact.whole("amount_minor"))


def _now(row: CashRow, fact: Fact, more_minor: int) -> CashRow:
    owed = row.owed_minor + more_minor
    return replace(row, owed_minor=owed, position=fact.position, updated_at=fact.occurred_at)
