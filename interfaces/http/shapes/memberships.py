"""What do plans, memberships and what they bear look like on the wire?"""

from typing import Annotated

from pydantic import Field, StringConstraints

from domain.coverage import CoverState
from domain.plan_terms import MOST_VEHICLES, Benefit
from domain.subscription_terms import SubscriptionState
from interfaces.http.shapes.money import CurrencyAsked
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

PlanCode = Annotated[
    str,
    StringConstraints(pattern="^[a-z0-9-]{1,32}$"),
    Field(description="What the plan is called in links and bills.", examples=["plus"]),
]
PlanId = Annotated[str, Field(pattern="^pln_[0-9a-f]{32}$", description="Id of a plan.", examples=[f"pln_{EXAMPLE}"])]
SubscriptionId = Annotated[
    str, Field(pattern="^sub_[0-9a-f]{32}$", description="Id of a membership.", examples=[f"sub_{EXAMPLE}"])
]
VehicleId = Annotated[
    str,
    StringConstraints(pattern="^veh_[0-9a-f]{32}$"),
    Field(description="Your own id of a vehicle: any UUID of its own.", examples=[f"veh_{EXAMPLE}"]),
]
From = Annotated[
    InstantTold | None,
    Field(description="From when on; now when left out, never in the past.", examples=["2026-12-01T00:00:00+05:30"]),
]
Days = Annotated[int, Field(ge=0, le=366, examples=[2])]


class BenefitBody(Body):
    """So many units in a term, of them so many for one job."""

    benefit: Annotated[Benefit, Field(examples=["tow_km"])]
    units: Annotated[
        int,
        Field(ge=1, le=100_000, description="Services, tenths of a kilometre, tenths of a litre.", examples=[500]),
    ]
    most_per_event: Annotated[int, Field(ge=1, le=100_000, examples=[500])]


class PlanBody(Body):
    """What a membership costs, with its tax, and what it gives."""

    code: PlanCode
    price_minor: Annotated[int, Field(ge=0, le=100_000_000, examples=[19_900])]
    currency: CurrencyAsked
    tax_bp: Annotated[int, Field(ge=0, le=10_000, description="Hundredths of a percent.", examples=[1_800])]
    term_days: Annotated[int, Field(ge=1, le=366, examples=[45])]
    benefits: Annotated[list[BenefitBody], Field(max_length=len(Benefit))]
    waiting_h: Annotated[int, Field(ge=0, le=8_784, description="Nothing is covered before.", examples=[48])]
    same_cause_days: Annotated[Days, Field(description="Nothing is covered twice within.")]
    vehicles: Annotated[int, Field(ge=1, le=MOST_VEHICLES, examples=[2])]
    grace_days: Annotated[Days, Field(description="So long an unpaid term is waited for.")]
    effective_from: From = None


class PlanEndBody(Body):
    """From when on nobody can begin it any more."""

    effective_from: From = None


class PlanDone(Shown):
    """What was offered or withdrawn."""

    id: PlanId
    code: PlanCode
    plan_version: int
    version: Version
    position: Position


class BenefitShown(Shown):
    """What a plan gives of one benefit."""

    benefit: Benefit
    units: int
    most_per_event: int


class PlanShown(Shown):
    """One plan by the terms in effect."""

    id: PlanId
    code: PlanCode
    plan_version: int
    price_minor: Minor
    currency: Currency
    tax_bp: int
    term_days: int
    benefits: list[BenefitShown]
    waiting_h: int
    same_cause_days: int
    vehicles: int
    grace_days: int


class PlansShown(Shown):
    """The plans that can be begun at an instant, the cheapest first."""

    data: list[PlanShown]


class SubscribeBody(Body):
    """Whose membership, of which plan, for which vehicles."""

    customer_id: UserId
    plan: PlanCode
    vehicle_ids: Annotated[list[VehicleId], Field(min_length=1, max_length=MOST_VEHICLES)]


class ChangeBody(Body):
    """The plan that is wanted from the next term on."""

    plan: PlanCode


class SubscriptionDone(Shown):
    """Where a membership stands after a command."""

    id: SubscriptionId
    version: Version
    position: Position
    customer_id: UserId
    plan_id: PlanId
    state: SubscriptionState
    term: int | None
    ends_at: Instant | None
    ends_with_term: bool
    gateway_order: str | None


class UpgradeDone(SubscriptionDone):
    """Where a membership stands, and what is to be paid before the dearer plan applies.

    Who has a free plan pays no order of ours, but the first term: the ``gateway_order`` that the membership names soon.
    """

    order_id: Annotated[str | None, Field(pattern="^pod_[0-9a-f]{32}$", examples=[f"pod_{EXAMPLE}"])]
    due_minor: Annotated[Minor, Field(description="Zero: it applies already.")]


class SubscriptionShown(Shown):
    """One membership. It is allowed, and its first term paid, by a checkout of ``gateway_order``."""

    id: SubscriptionId
    version: Version
    customer_id: UserId
    plan_id: PlanId
    state: SubscriptionState
    price_minor: Minor
    currency: Currency
    term: int | None
    ends_at: Instant | None
    ends_with_term: bool
    gateway_key: Annotated[str, Field(examples=["rzp_test_sandbox"])]
    gateway_order: Annotated[str | None, Field(examples=["order_IEIaMR65cu6nz3"])]
    wanted_plan_id: Annotated[PlanId | None, Field(description="What it becomes once ``gateway_order`` is paid.")]
    charge_minor: Annotated[int | None, Field(description="What is announced to be taken next.", examples=[19_900])]
    charged_at: Annotated[Instant | None, Field(description="Not before then: a day after the notice, or later.")]
    created_at: Instant
    updated_at: Instant


class SubscriptionPage(Shown):
    """One page of memberships, newest first."""

    data: list[SubscriptionShown]
    next_cursor: str | None


class UnitsShown(Shown):
    """What is left of a benefit in this term."""

    benefit: Benefit
    units: int
    left: int
    most_per_event: int


class BenefitsShown(Shown):
    """What a membership covers now."""

    id: SubscriptionId
    version: Version
    state: SubscriptionState
    vehicle_ids: list[VehicleId]
    covers_from: Annotated[Instant | None, Field(description="Nothing is covered before: the waiting time.")]
    covers_all_from: Annotated[
        Instant | None, Field(description="From when all that the plan gives is covered; null: it is.")
    ]
    ends_at: Instant | None
    data: list[UnitsShown]


class CoverBody(Body):
    """By which membership, and for which of its vehicles."""

    subscription_id: SubscriptionId
    vehicle_id: VehicleId


class UseShown(Shown):
    """Units that a job takes."""

    benefit: Benefit
    units: int


class CoverDone(Shown):
    """What a membership bears of a request's newest quote."""

    id: str
    version: Version
    position: Position
    request_id: RequestId
    subscription_id: SubscriptionId
    state: CoverState
    quote_version: int
    covered_minor: Minor
    currency: Currency
    uses: list[UseShown]
