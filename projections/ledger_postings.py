"""What was booked where? One row per leg of every transfer."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from projections.fact import Fact
from projections.money import BOOKS, LegTold, legs_of
from projections.read_model import Index, Key, ReadModel, Row


class PostingRow(Row, frozen=True, gc=False):
    """One leg: a debit is positive, a credit negative. ``stream_id`` is the wallet or payment that booked it."""

    tenant: str
    position: int
    leg: int
    account: str
    currency: str
    amount_minor: int
    transfer_id: str
    topic: str
    stream_id: UUID
    request_id: UUID | None
    booked_at: datetime


ledger_postings = ReadModel(
    "ledger_postings",
    PostingRow,
    version=2,
    key=("tenant", "position", "leg"),
    indexes=(
        Index(("tenant", "account", "position")),
        Index(("tenant", "account", "booked_at", "position")),
        Index(("tenant", "transfer_id")),
    ),
)


def _key(fact: Fact, leg: LegTold) -> Key:
    return (fact.tenant, fact.position, leg.number)


def _posted(_row: PostingRow | None, fact: Fact, leg: LegTold) -> PostingRow:
    return PostingRow(
        tenant=fact.tenant,
        position=fact.position,
        leg=leg.number,
        account=leg.account,
        currency=fact.text("currency"),
        amount_minor=leg.amount_minor,
        transfer_id=fact.text("transfer_id"),
        topic=fact.topic,
        stream_id=fact.stream_id,
        request_id=fact.maybe_uuid("request_id"),
        booked_at=fact.occurred_at,
    )


for _topic in BOOKS:
    ledger_postings.each(_topic, legs_of, _key, begins=True)(_posted)
