"""Which partner bears a job, and how much of it? One row per job that a partner ordered or was named for."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from projections.fact import Fact
from projections.read_model import Index, ReadModel, Row, by_id


class PartnerRequestRow(Row, frozen=True, gc=False):
    """One job: what of the partner's credit is kept for it, and what it came to bear."""

    tenant: str
    request_id: UUID
    partner_id: UUID
    kept_minor: int
    borne_minor: int
    currency: str | None
    named_at: datetime


partner_requests = ReadModel(
    "partner_requests",
    PartnerRequestRow,
    version=1,
    key=("tenant", "request_id"),
    indexes=(Index(("tenant", "partner_id", "named_at", "request_id")),),
)


@partner_requests.settles("partner_cover.named", by_id("request_id"))
def _named(row: PartnerRequestRow | None, fact: Fact) -> PartnerRequestRow:
    return _of(row, fact, fact.uuid("partner_id"))


@partner_requests.settles("partner_cover.changed", by_id("request_id"))
def _changed(row: PartnerRequestRow | None, fact: Fact) -> PartnerRequestRow:
    return _of(row, fact, fact.uuid("partner_id"))


@partner_requests.settles("partner_account.kept", by_id("request_id"))
def _kept(row: PartnerRequestRow | None, fact: Fact) -> PartnerRequestRow:
    """Told before the partner is named, in the same save."""
    kept = _of(row, fact, fact.stream_id)
    return replace(kept, kept_minor=fact.whole("amount_minor"), currency=fact.text("currency"))


@partner_requests.settles("partner_account.freed", by_id("request_id"))
def _freed(row: PartnerRequestRow | None, fact: Fact) -> PartnerRequestRow | None:
    """When another partner took its place, that one's credit is kept already."""
    return replace(row, kept_minor=0) if row is not None and row.partner_id == fact.stream_id else row


@partner_requests.on("partner_account.charged", by_id("request_id"))
def _charged(row: PartnerRequestRow, fact: Fact) -> PartnerRequestRow:
    return replace(row, kept_minor=0, borne_minor=row.borne_minor + fact.whole("amount_minor"))


@partner_requests.on("partner_account.lessened", by_id("request_id"))
def _lessened(row: PartnerRequestRow, fact: Fact) -> PartnerRequestRow:
    return replace(row, borne_minor=row.borne_minor - fact.whole("amount_minor"))


def _of(row: PartnerRequestRow | None, fact: Fact, partner_id: UUID) -> PartnerRequestRow:
    """The job's row with that partner; nothing is kept of another's credit any more."""
    if row is not None and row.partner_id == partner_id:
        return row
    return PartnerRequestRow(
        tenant=fact.tenant,
        request_id=fact.uuid("request_id"),
        partner_id=partner_id,
        kept_minor=0,
        borne_minor=0,
        currency=None,
        named_at=fact.occurred_at,
    )
