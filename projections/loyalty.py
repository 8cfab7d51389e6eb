"""Who brought each customer, what did jobs take of their own money, and was that rewarded? One row per customer."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from projections.fact import Fact
from projections.read_model import Index, Key, ReadModel, Row

QUALIFIES_FROM_MINOR: Final = 20_000
"""A job that took so much of own money may be rewarded; the referral itself decides by its own bound."""


class LoyaltyRow(Row, frozen=True, gc=False):
    """One customer. ``own_minor`` is what jobs took of own money less what came back, ``job_minor`` the last of it.

    ``qualified_by`` is the first job that took enough to be rewarded, ``rewarded_by`` the one that was.
    """

    tenant: str
    customer_id: UUID
    position: int
    currency: str | None
    own_minor: int
    job_id: UUID | None
    job_minor: int
    last_job_at: datetime | None
    qualified_by: UUID | None
    referrer_id: UUID | None
    rewarded_by: UUID | None
    gift_minor: int
    gift_at: datetime | None


loyalty = ReadModel(
    "loyalty",
    LoyaltyRow,
    version=1,
    key=("tenant", "customer_id"),
    indexes=(
        Index(("position",), where="referrer_id IS NOT NULL AND qualified_by IS NOT NULL AND rewarded_by IS NULL"),
        Index(("own_minor",)),
    ),
)


def _of_customer(fact: Fact) -> Key:
    return (fact.tenant, fact.uuid("customer_id"))


def _of_referred(fact: Fact) -> Key:
    return (fact.tenant, fact.uuid("referred_id"))


def _row(row: LoyaltyRow | None, fact: Fact, customer_id: UUID) -> LoyaltyRow:
    if row is not None:
        return replace(row, position=fact.position)
    return LoyaltyRow(
        tenant=fact.tenant,
        customer_id=customer_id,
        position=fact.position,
        currency=None,
        own_minor=0,
        job_id=None,
        job_minor=0,
        last_job_at=None,
        qualified_by=None,
        referrer_id=None,
        rewarded_by=None,
        gift_minor=0,
        gift_at=None,
    )


def _took(row: LoyaltyRow | None, fact: Fact) -> LoyaltyRow:
    before, job, took = _row(row, fact, fact.uuid("customer_id")), fact.uuid("request_id"), fact.whole("amount_minor")
    of_job = took + (before.job_minor if before.job_id == job else 0)
    enough = before.qualified_by is None and of_job >= QUALIFIES_FROM_MINOR
    return replace(
        before,
        currency=fact.text("currency"),
        own_minor=before.own_minor + took,
        job_id=job,
        job_minor=of_job,
        last_job_at=fact.occurred_at,
        qualified_by=job if enough else before.qualified_by,
    )


for _topic in ("wallet.debited", "wallet.hold_captured"):
    loyalty.settles(_topic, _of_customer)(_took)


@loyalty.settles("wallet.given_back", _of_customer)
def _given_back(row: LoyaltyRow | None, fact: Fact) -> LoyaltyRow:
    before, job, back = _row(row, fact, fact.uuid("customer_id")), fact.uuid("request_id"), fact.whole("amount_minor")
    return replace(
        before,
        own_minor=before.own_minor - back,
        job_minor=before.job_minor - (back if before.job_id == job else 0),
        # Whether enough is left of it nobody knows here: the next job is looked at instead.
        qualified_by=None if back and before.qualified_by == job else before.qualified_by,
    )


@loyalty.settles("wallet.promo_granted", _of_customer)
def _granted(row: LoyaltyRow | None, fact: Fact) -> LoyaltyRow | None:
    if fact.text("why") != "tier":
        return row
    before = _row(row, fact, fact.uuid("customer_id"))
    return replace(before, gift_minor=fact.whole("amount_minor"), gift_at=fact.occurred_at)


@loyalty.settles("referral.made", _of_referred)
def _brought(row: LoyaltyRow | None, fact: Fact) -> LoyaltyRow:
    return replace(_row(row, fact, fact.uuid("referred_id")), referrer_id=fact.uuid("referrer_id"))


@loyalty.settles("referral.earned", _of_referred)
def _rewarded(row: LoyaltyRow | None, fact: Fact) -> LoyaltyRow:
    return replace(_row(row, fact, fact.uuid("referred_id")), rewarded_by=fact.uuid("request_id"))
