"""Which partners bear jobs, and what does each owe? One row per partner."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from projections.fact import Fact
from projections.read_model import Index, ReadModel, Row


class PartnerRow(Row, frozen=True, gc=False):
    """One account; its terms and what is kept for jobs under way are asked of the account itself."""

    tenant: str
    partner_id: UUID
    version: int
    position: int
    currency: str
    owed_minor: int
    opened_at: datetime


partner_accounts = ReadModel(
    "partner_accounts",
    PartnerRow,
    version=1,
    key=("tenant", "partner_id"),
    indexes=(Index(("tenant", "opened_at", "partner_id")),),
)


@partner_accounts.begins("partner_account.opened")
def _opened(fact: Fact) -> PartnerRow:
    return PartnerRow(
        tenant=fact.tenant,
        partner_id=fact.stream_id,
        version=fact.version,
        position=fact.position,
        currency=fact.text("currency"),
        owed_minor=0,
        opened_at=fact.occurred_at,
    )


@partner_accounts.on("partner_account.charged")
def _charged(row: PartnerRow, fact: Fact) -> PartnerRow:
    return _moved(row, fact, fact.whole("amount_minor"))


@partner_accounts.on("partner_account.lessened")
def _lessened(row: PartnerRow, fact: Fact) -> PartnerRow:
    return _moved(row, fact, -fact.whole("amount_minor"))


@partner_accounts.on("partner_account.paid")
def _paid(row: PartnerRow, fact: Fact) -> PartnerRow:
    return _moved(row, fact, -fact.whole("amount_minor"))


def _touched(row: PartnerRow, fact: Fact) -> PartnerRow:
    return _moved(row, fact, 0)


for _topic in ("decided", "kept", "freed"):
    partner_accounts.on(f"partner_account.{_topic}")(_touched)


def _moved(row: PartnerRow, fact: Fact, minor: int) -> PartnerRow:
    return replace(row, version=fact.version, position=fact.position, owed_minor=row.owed_minor + minor)
