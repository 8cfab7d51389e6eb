"""To which providers may money go, and from when on? One row per bank account, without saying which it is."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from projections.fact import Fact
from projections.read_model import Index, ReadModel, Row


class PayoutAccountRow(Row, frozen=True, gc=False):
    """One provider's bank account. ``held_until`` is there after a change."""

    tenant: str
    account_id: UUID
    provider_id: UUID
    position: int
    is_verified: bool
    held_until: datetime | None
    updated_at: datetime


payout_accounts = ReadModel(
    "payout_accounts",
    PayoutAccountRow,
    version=1,
    key=("tenant", "account_id"),
    indexes=(Index(("tenant", "provider_id")),),
)


@payout_accounts.begins("payout_account.given")
def _given(fact: Fact) -> PayoutAccountRow:
    return PayoutAccountRow(
        tenant=fact.tenant,
        account_id=fact.stream_id,
        provider_id=fact.uuid("provider_id"),
        position=fact.position,
        is_verified=False,
        held_until=None,
        updated_at=fact.occurred_at,
    )


@payout_accounts.on("payout_account.changed")
def _changed(row: PayoutAccountRow, fact: Fact) -> PayoutAccountRow:
    return replace(_now(row, fact, is_verified=False), held_until=fact.instant("held_until"))


@payout_accounts.on("payout_account.check_asked")
def _check_asked(row: PayoutAccountRow, fact: Fact) -> PayoutAccountRow:
    return _now(row, fact, is_verified=False)


@payout_accounts.on("payout_account.verified")
def _verified(row: PayoutAccountRow, fact: Fact) -> PayoutAccountRow:
    return _now(row, fact, is_verified=True)


def _now(row: PayoutAccountRow, fact: Fact, *, is_verified: bool) -> PayoutAccountRow:
    return replace(row, is_verified=is_verified, position=fact.position, updated_at=fact.occurred_at)
