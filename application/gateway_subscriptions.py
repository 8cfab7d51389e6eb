"""What do we ask of a gateway that takes the same amount again and again? One more port; see application/gateway."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol
from uuid import UUID

if TYPE_CHECKING:
    from application.gateway import Outcome

Period = Literal["daily", "weekly", "monthly", "quarterly", "yearly"]
SubscriptionStatus = Literal[
    "created", "authenticated", "active", "pending", "halted", "cancelled", "completed", "expired", "paused"
]


@dataclass(frozen=True, slots=True)
class OpenPlan:
    """Wanted: an amount for each so many days, weeks or months; 45 days are ``daily`` with ``every`` 45."""

    operation_id: UUID
    name: str
    amount_minor: int
    currency: str
    period: Period
    every: int = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan as the gateway has it."""

    plan_id: str
    amount_minor: int
    currency: str
    period: str
    every: int


@dataclass(frozen=True, slots=True)
class OpenSubscription:
    """Wanted: a customer's mandate for so many cycles of a plan, from ``starts_at`` or from when it is allowed."""

    operation_id: UUID
    plan_id: str
    cycles: int
    starts_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription as the gateway has it; the customer allows it at ``url``."""

    subscription_id: str
    plan_id: str
    status: SubscriptionStatus
    url: str
    paid_count: int
    remaining_count: int
    charge_at: datetime | None
    current_end_at: datetime | None


@dataclass(frozen=True, slots=True)
class Charge:
    """One payment of a subscription."""

    invoice_id: str
    payment_id: str | None
    order_id: str | None
    status: str
    amount_minor: int


class SubscriptionDesk(Protocol):
    """Where regular payments are agreed. The gateway keeps no key of them: look before asking again."""

    def open_plan(self, wanted: OpenPlan) -> Outcome[Plan]:
        """Ask once for a plan."""
        ...

    def find_plan(self, operation_id: UUID) -> Outcome[Plan | None]:
        """The plan of an operation."""
        ...

    def open_subscription(self, wanted: OpenSubscription) -> Outcome[Subscription]:
        """Ask once for a subscription."""
        ...

    def find_subscription(self, operation_id: UUID) -> Outcome[Subscription | None]:
        """The subscription of an operation."""
        ...

    def subscription(self, subscription_id: str) -> Outcome[Subscription]:
        """One subscription by the gateway's id."""
        ...

    def charges(self, subscription_id: str) -> Outcome[tuple[Charge, ...]]:
        """Every payment of a subscription, oldest first."""
        ...

    def cancel_subscription(self, subscription_id: str, *, at_cycle_end: bool) -> Outcome[Subscription]:
        """End it, now or when what was paid is used up; Rejected ``not_open`` when it has ended."""
        ...

    def pause_subscription(self, subscription_id: str) -> Outcome[Subscription]:
        """Nothing is charged until it goes on; Rejected ``not_open`` when it is not active."""
        ...

    def resume_subscription(self, subscription_id: str) -> Outcome[Subscription]:
        """It goes on; Rejected ``not_open`` when it is not paused."""
        ...
