"""What do both sides of a job say of each other? One row per rated job; whether it is hidden, a query decides."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from projections.fact import Fact
from projections.read_model import Index, ReadModel, Row, by_id


class RatingRow(Row, frozen=True, gc=False):
    """One job: what its customer says of the provider, and the provider of the customer."""

    tenant: str
    request_id: UUID
    position: int
    provider_id: UUID
    customer_id: UUID
    customer_stars: int | None
    customer_tags: tuple[str, ...]
    customer_gave_at: datetime | None
    provider_stars: int | None
    provider_tags: tuple[str, ...]
    provider_gave_at: datetime | None
    rated_at: datetime


ratings = ReadModel(
    "ratings",
    RatingRow,
    version=1,
    key=("tenant", "request_id"),
    indexes=(
        Index(("tenant", "rated_at", "request_id")),
        Index(
            ("tenant", "provider_id", "customer_gave_at"),
            where="provider_gave_at IS NULL AND customer_gave_at IS NOT NULL",
        ),
    ),
)


@ratings.settles("rating.given", by_id("request_id"))
def _given(row: RatingRow | None, fact: Fact) -> RatingRow:
    row = row or RatingRow(
        tenant=fact.tenant,
        request_id=fact.uuid("request_id"),
        position=fact.position,
        provider_id=fact.uuid("of_provider_id"),
        customer_id=fact.uuid("customer_id"),
        customer_stars=None,
        customer_tags=(),
        customer_gave_at=None,
        provider_stars=None,
        provider_tags=(),
        provider_gave_at=None,
        rated_at=fact.occurred_at,
    )
    return _said(row, fact, fact.occurred_at)


@ratings.on("rating.revised", by_id("request_id"))
def _revised(row: RatingRow, fact: Fact) -> RatingRow:
    gave_at = row.customer_gave_at if fact.text("by") == "customer" else row.provider_gave_at
    return _said(row, fact, gave_at)


def _said(row: RatingRow, fact: Fact, gave_at: datetime | None) -> RatingRow:
    row = replace(row, position=fact.position)
    stars, tags = fact.whole("stars"), fact.texts("tags")
    if fact.text("by") == "customer":
        return replace(row, customer_stars=stars, customer_tags=tags, customer_gave_at=gave_at)
    return replace(row, provider_stars=stars, provider_tags=tags, provider_gave_at=gave_at)
