"""What do grants, referrals and tiers look like on the wire?"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from domain.wallet_promo_terms import WhyGranted
from interfaces.http.shapes.money import AmountAsked, CurrencyAsked
from interfaces.http.shapes.prices import Currency, Minor
from interfaces.http.shapes.values import (
    EXAMPLE,
    Body,
    Instant,
    InstantTold,
    Position,
    RequestId,
    Shown,
    UserId,
    Version,
)

GrantId = Annotated[
    str,
    StringConstraints(pattern="^grt_[0-9a-f]{32}$"),
    Field(description="Id of a grant: the same again is no news.", examples=[f"grt_{EXAMPLE}"]),
]


class PromoGrantBody(Body):
    """What a customer is given to spend with us, until when, and why."""

    grant_id: GrantId
    amount_minor: AmountAsked
    currency: CurrencyAsked
    reason: Annotated[WhyGranted, Field(examples=["goodwill"])]
    expires_at: Annotated[InstantTold | None, Field(examples=["2027-12-01T00:00:00+05:30"])] = None


class GrantShown(Shown):
    """One grant; ``left_minor`` includes what is kept for jobs."""

    id: GrantId
    reason: str
    granted_minor: Minor
    left_minor: Minor
    expired_minor: Minor
    currency: Currency
    granted_at: Instant
    expires_at: Instant | None


class GrantPage(Shown):
    """One page of grants, newest first."""

    data: list[GrantShown]
    next_cursor: str | None


class ReferralBody(Body):
    """Who told of us."""

    referrer_id: UserId


class ReferralDone(Shown):
    """Who was brought by somebody."""

    id: str
    version: Version
    position: Position


class ReferralShown(Shown):
    """Who told a customer of us, and what became of the reward. ``withheld`` is told to the desk alone."""

    customer_id: UserId
    referrer_id: UserId
    state: Literal["waits_for_job", "waits_for_reward", "rewarded"]
    rewarded_by: Annotated[RequestId | None, Field(description="The job by which both were rewarded.")]
    withheld: Annotated[
        Literal["no_telephone", "wallet_frozen", "same_payer"] | None,
        Field(description="Why the dispatcher does not give it by itself; the desk may all the same."),
    ]


class RewardBody(Body):
    """By which paid job, and what both get."""

    request_id: RequestId
    amount_minor: AmountAsked
    currency: CurrencyAsked
