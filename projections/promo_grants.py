"""What was each customer given to spend, how much of it is left, and when is it gone? One row per grant."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from projections.fact import BadFact, Fact
from projections.money import LegTold, legs_of
from projections.read_model import Index, Key, ReadModel, Row

PROMO: Final = ":Promo:"


class GrantRow(Row, frozen=True, gc=False):
    """One grant; ``left_minor`` includes what is kept for jobs, ``expired_minor`` is what nobody spent in time."""

    tenant: str
    grant_id: UUID
    wallet_id: UUID
    customer_id: UUID
    position: int
    why: str
    currency: str
    granted_minor: int
    left_minor: int
    expired_minor: int
    expires_at: datetime | None
    granted_at: datetime
    updated_at: datetime


promo_grants = ReadModel(
    "promo_grants",
    GrantRow,
    version=1,
    key=("tenant", "grant_id"),
    indexes=(
        Index(("tenant", "customer_id", "granted_at", "grant_id")),
        Index(("expires_at",), where="left_minor > 0 AND expires_at IS NOT NULL"),
    ),
)


def _grant(fact: Fact) -> Key:
    return (fact.tenant, fact.uuid("grant_id"))


@promo_grants.begins("wallet.promo_granted", _grant)
def _granted(fact: Fact) -> GrantRow:
    return GrantRow(
        tenant=fact.tenant,
        grant_id=fact.uuid("grant_id"),
        wallet_id=fact.stream_id,
        customer_id=fact.uuid("customer_id"),
        position=fact.position,
        why=fact.text("why"),
        currency=fact.text("currency"),
        granted_minor=fact.whole("amount_minor"),
        left_minor=fact.whole("amount_minor"),
        expired_minor=0,
        expires_at=fact.maybe_instant("expires_at"),
        granted_at=fact.occurred_at,
        updated_at=fact.occurred_at,
    )


@promo_grants.on("wallet.promo_expired", _grant)
def _expired(row: GrantRow, fact: Fact) -> GrantRow:
    gone = fact.whole("amount_minor")
    return replace(_touched(row, fact), left_minor=row.left_minor - gone, expired_minor=row.expired_minor + gone)


def _promo_legs(fact: Fact) -> list[LegTold]:
    return [leg for leg in legs_of(fact) if PROMO in leg.account]


def _of_leg(fact: Fact, leg: LegTold) -> Key:
    return (fact.tenant, UUID(leg.account.rpartition(":")[2]))


def _moved(row: GrantRow | None, fact: Fact, leg: LegTold) -> GrantRow:
    if row is None:
        raise BadFact(f"{fact.topic} at {fact.position}: {leg.account} was never granted")
    return replace(_touched(row, fact), left_minor=row.left_minor - leg.amount_minor)


for _topic in ("wallet.promo_spent", "wallet.given_back"):
    promo_grants.each(_topic, _promo_legs, _of_leg)(_moved)


def _touched(row: GrantRow, fact: Fact) -> GrantRow:
    return replace(row, position=fact.position, updated_at=fact.occurred_at)
