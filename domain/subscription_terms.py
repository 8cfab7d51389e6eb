"""In which words do we speak of a subscription: how far it is, what is charged, when, and how often again?"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

from domain.catalogue import Service
from domain.ledger import memberships
from domain.plan_terms import PlanTerms
from domain.refusal import Refusal

NOTICE: Final = timedelta(hours=24)
"""Between the notice and the debit, by the e-mandate rules: no charge is asked for sooner."""

NOTIFIED_AHEAD: Final = timedelta(days=3)
"""How long before a term ends its successor is announced: a weekend to opt out in."""

RETRIED_AFTER: Final = (timedelta(days=2), timedelta(days=3), timedelta(days=4))
"""How long after each failure it is tried again: payday comes in between. Each try is announced a day before."""


PAYMENTS_REMEMBERED: Final = 32
"""Payments that are known by the gateway's name, so that one that is told twice is booked once: years of terms."""


HELPS_REMEMBERED: Final = 32
"""Jobs that are known for the same-cause rule: more than any plan covers in the days that it looks back."""


WAITS_REMEMBERED: Final = 32
"""Changes of the plan whose waiting times go on side by side; whoever changes more often waits for the last ones."""


class SubscriptionOver(Refusal):
    """This subscription is over: begin another."""

    code = "subscription_over"


class NotSubscribed(Refusal):
    """Nothing is covered now: the subscription waits for its mandate, is paused, or is over."""

    code = "not_subscribed"


class ChargeOpen(Refusal):
    """A charge is on its way: first it has to come out."""

    code = "charge_open"


class SubscriptionState(StrEnum):
    """How far a subscription is."""

    AWAITED = "awaited"
    ACTIVE = "active"
    GRACE = "grace"
    PAUSED = "paused"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"


OVER: Final = frozenset({SubscriptionState.LAPSED, SubscriptionState.CANCELLED})
COVERS: Final = frozenset({SubscriptionState.ACTIVE, SubscriptionState.GRACE})


class ChargeState(StrEnum):
    """How far a charge is."""

    NOTIFIED = "notified"
    REQUESTED = "requested"
    FAILED = "failed"


class WhyEnded(StrEnum):
    """Why a subscription is over."""

    CUSTOMER = "customer"
    DESK = "desk"
    MANDATE_REFUSED = "mandate_refused"
    UNPAID = "unpaid"


@dataclass(frozen=True, slots=True)
class Term:
    """One term; ``net_minor`` of it is earned day by day, from ``line_day`` on what ``line_base_minor`` leaves."""

    number: int
    term_id: UUID
    begins_at: datetime
    ends_at: datetime
    net_minor: int
    line_day: int = 0
    line_base_minor: int = 0

    @property
    def days(self) -> int:
        """Its length."""
        return (self.ends_at - self.begins_at).days

    def day_at(self, at: datetime) -> int:
        """How many of its days are over."""
        return max(0, min(self.days, (at - self.begins_at).days))

    def earned_by(self, day: int) -> int:
        """What of the net is earned when so many days are over."""
        if day <= self.line_day:
            return self.line_base_minor
        line = memberships.straight_line(self.net_minor - self.line_base_minor, self.days - self.line_day)
        return self.line_base_minor + sum(line[: day - self.line_day])

    def moved_by(self, pause: timedelta) -> "Term":
        """The same, later."""
        begins, ends = self.begins_at + pause, self.ends_at + pause
        return Term(self.number, self.term_id, begins, ends, self.net_minor, self.line_day, self.line_base_minor)

    def raised(self, day: int, earned_minor: int, more_minor: int) -> "Term":
        """The same with a higher net, of which what is not earned yet is earned over the days that are left."""
        net = self.net_minor + more_minor
        return Term(self.number, self.term_id, self.begins_at, self.ends_at, net, day, earned_minor)


@dataclass(frozen=True, slots=True)
class Charge:
    """What is wanted for the next term; ``attempt`` counts from 1, each announced at ``notified_at``."""

    charge_id: UUID
    term: int
    attempt: int
    amount_minor: int
    notified_at: datetime
    due_at: datetime
    state: ChargeState

    @property
    def operation_id(self) -> UUID:
        """Under which the gateway is asked: one for each attempt."""
        return operation_of(self.charge_id, self.attempt)

    @property
    def operations(self) -> frozenset[UUID]:
        """The operations of all attempts up to now."""
        return frozenset(operation_of(self.charge_id, each) for each in range(1, self.attempt + 1))


@dataclass(frozen=True, slots=True)
class UpgradeWanted:
    """A dearer plan that applies once this order is paid, in the same term."""

    order_id: UUID
    plan_id: UUID
    plan_version: int
    terms: PlanTerms
    amount_minor: int
    term: int


@dataclass(frozen=True, slots=True)
class PaidPlan:
    """What a free membership is to become once the mandate of that operation is given, and its first term paid."""

    operation_id: UUID
    plan_id: UUID
    plan_version: int
    terms: PlanTerms


@dataclass(frozen=True, slots=True)
class Waiting:
    """What other terms give more than these is not covered before that instant."""

    former: PlanTerms
    until_at: datetime


def waits_after(
    waits: tuple[Waiting, ...], former: PlanTerms, terms: PlanTerms, since: datetime
) -> tuple[Waiting, ...]:
    """What is waited for once other terms apply, agreed on at that instant; what is over is forgotten."""
    going_on = tuple(each for each in waits if each.until_at > since)
    if terms == former:
        return going_on
    return (*going_on[1 - WAITS_REMEMBERED :], Waiting(former, since + timedelta(hours=terms.waiting_h)))


def becoming(charge: Charge | None, state: ChargeState) -> Charge | None:
    """The same charge, in another state."""
    return None if charge is None else replace(charge, state=state)


def operation_of(charge_id: UUID, attempt: int) -> UUID:
    """The operation of one attempt."""
    return uuid5(charge_id, f"attempt/{attempt}")


def term_id(subscription_id: UUID, number: int) -> UUID:
    """The id of a term."""
    return uuid5(subscription_id, f"term/{number}")


def charge_id(subscription_id: UUID, number: int) -> UUID:
    """The id of what is charged for a term."""
    return uuid5(subscription_id, f"charge/{number}")


def prorated(price_minor: int, before_minor: int, days_left: int, days: int) -> int:
    """What a dearer plan costs more for the days that are left, rounded down; nothing for a cheaper one."""
    return max(0, (price_minor - before_minor) * days_left // days)


@dataclass(frozen=True, slots=True)
class Helped:
    """A vehicle was helped with something."""

    vehicle_id: UUID
    service: Service
    at: datetime
