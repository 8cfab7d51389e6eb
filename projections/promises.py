"""What was each customer promised, and how did it turn out? One row per promise: coverage is counted from these."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from projections.fact import Fact
from projections.read_model import Index, ReadModel, Row, by_id


class PromiseRow(Row, frozen=True, gc=False):
    """One promise, by the offer of the job. ``took_s`` is from taking the job to being there, beside ``expected_s``.

    ``within`` is the smallest share (50, 80 or 95 percent) of such drives that this one belongs to, 100 for a late
    one; null for a drive that did not arrive. ``departed_at`` is when the wheels turned.
    """

    tenant: str
    offer_id: UUID
    request_id: UUID
    position: int
    provider_id: UUID
    attempt: int
    from_cell: str
    promised_at: datetime
    expected_s: int
    p50_at: datetime
    p80_at: datetime
    p95_at: datetime
    due_at: datetime
    law: str
    departed_at: datetime | None = None
    arrived_at: datetime | None = None
    took_s: int | None = None
    within: int | None = None


promises = ReadModel(
    "promises",
    PromiseRow,
    version=1,
    key=("tenant", "offer_id"),
    indexes=(
        Index(("tenant", "promised_at")),
        Index(("tenant", "request_id")),
        Index(("arrived_at",), where="arrived_at IS NOT NULL"),
    ),
)


@promises.begins("service_request.eta_promised", by_id("offer_id"))
def _eta_promised(fact: Fact) -> PromiseRow:
    return PromiseRow(
        tenant=fact.tenant,
        offer_id=fact.uuid("offer_id"),
        request_id=fact.stream_id,
        position=fact.position,
        provider_id=fact.uuid("provider_id"),
        attempt=fact.whole("attempt"),
        from_cell=fact.text("from_cell"),
        promised_at=fact.occurred_at,
        expected_s=fact.whole("expected_s"),
        p50_at=fact.instant("p50_at"),
        p80_at=fact.instant("p80_at"),
        p95_at=fact.instant("p95_at"),
        due_at=fact.instant("due_at"),
        law=fact.text("law"),
    )


@promises.settles("service_request.en_route_started", by_id("offer_id"))
def _en_route_started(row: PromiseRow | None, fact: Fact) -> PromiseRow | None:
    # A job that was taken before there were promises has no row.
    return None if row is None else replace(row, position=fact.position, departed_at=fact.occurred_at)


@promises.on("service_request.eta_scored", by_id("offer_id"))
def _eta_scored(row: PromiseRow, fact: Fact) -> PromiseRow:
    return replace(
        row,
        position=fact.position,
        arrived_at=fact.occurred_at,
        took_s=fact.whole("took_s"),
        within=fact.whole("within"),
    )
