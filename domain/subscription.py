"""How does a membership go on from term to term: agreed, paid, earned day by day, paused, changed, ended?"""

from dataclasses import field
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Aggregate, Created, event
from domain.ledger.transfer import outside_name
from domain.money import checked_amount
from domain.plan_terms import BadPlan, PlanTerms, bill_of_term
from domain.subscription_changes import SubscriptionChanges
from domain.subscription_charges import SubscriptionCharges
from domain.subscription_clock import SubscriptionClock
from domain.subscription_cover import SubscriptionCover
from domain.subscription_terms import (
    NOTICE,
    NOTIFIED_AHEAD,
    OVER,
    Charge,
    ChargeState,
    Helped,
    PaidPlan,
    SubscriptionState,
    Term,
    UpgradeWanted,
    Waiting,
    WhyEnded,
    term_id,
    waits_after,
)


class Subscription(SubscriptionCharges, SubscriptionChanges, SubscriptionCover, SubscriptionClock, Aggregate):
    """One customer's membership by one plan.

    A term begins when it is paid for. One that ends unpaid is followed by grace, in which what was not used of it is
    still given; a charge that comes through begins the next term where the last one ended. What a term cost is earned
    with its days, all of it in the end, also when it ends early: only who cancels at once gets back what is not earned.
    """

    TOPIC = "subscription"

    customer_id: UUID
    plan_id: UUID
    terms: PlanTerms
    vehicle_ids: tuple[UUID, ...]
    state: SubscriptionState = field(default=SubscriptionState.AWAITED, init=False)
    mandate: str = field(default="", init=False)
    mandate_operation: UUID | None = field(default=None, init=False)
    mandate_is_open: bool = field(default=False, init=False)
    mandate_order: str = field(default="", init=False)
    clock_at: datetime | None = field(default=None, init=False)
    covers_at: datetime | None = field(default=None, init=False)
    term: Term | None = field(default=None, init=False)
    earned_minor: int = field(default=0, init=False)
    charge: Charge | None = field(default=None, init=False)
    failed_at: datetime | None = field(default=None, init=False)
    tried: tuple[int, int] = field(default=(0, 0), init=False)
    asked: tuple[UUID, ...] = field(default=(), init=False)
    payments: tuple[str, ...] = field(default=(), init=False)
    paused_at: datetime | None = field(default=None, init=False)
    ends_with_term: bool = field(default=False, init=False)
    next_terms: PlanTerms | None = field(default=None, init=False)
    planned_at: datetime | None = field(default=None, init=False)
    waits: tuple[Waiting, ...] = field(default=(), init=False)
    upgrade_wanted: UpgradeWanted | None = field(default=None, init=False)
    paid_plan: PaidPlan | None = field(default=None, init=False)
    helped: tuple[Helped, ...] = field(default=(), init=False)

    class Started(Created):
        """A customer wants it; a plan that costs something waits for the mandate."""

        TOPIC: ClassVar[str] = "subscription.started"
        customer_id: UUID
        plan_id: UUID
        plan_version: int
        terms: PlanTerms
        vehicle_ids: tuple[UUID, ...]

    class TermBegun(Aggregate.Event):
        """A term begins, under the terms that apply to it."""

        TOPIC: ClassVar[str] = "subscription.term_begun"
        customer_id: UUID
        term: int
        term_id: UUID
        terms: PlanTerms
        net_minor: int
        begins_at: datetime
        ends_at: datetime

    class GraceBegun(Aggregate.Event):
        """The term is over and the next one is not paid."""

        TOPIC: ClassVar[str] = "subscription.grace_begun"
        until_at: datetime

    @classmethod
    def start(
        cls,
        subscription_id: UUID,
        customer_id: UUID,
        plan: tuple[UUID, int, PlanTerms],
        vehicle_ids: tuple[UUID, ...],
        at: datetime,
    ) -> "Subscription":
        """Begin: a free plan at once, any other with its mandate. Raises BadPlan for too many vehicles, or none."""
        plan_id, plan_version, terms = plan
        if not 1 <= len(set(vehicle_ids)) <= terms.vehicles:
            raise BadPlan(f"the plan is for 1 to {terms.vehicles} vehicles")
        told = {"plan_id": plan_id, "plan_version": plan_version, "terms": terms}
        made = cls._create(
            cls.Started, id=subscription_id, timestamp=at, customer_id=customer_id, vehicle_ids=vehicle_ids, **told
        )
        if terms.is_free:
            made.begin_term(at, at)
        return made

    def give_mandate(self, operation_id: UUID, mandate: str, paid: tuple[str, int], state: str, at: datetime) -> int:
        """The customer allowed it and paid the first term, by a payment of so much; twice is no news.

        Gives what is to be given back: what came when nobody waited for it any more, or not as much as was agreed,
        whatever the terms have become since. Raises BadAmount.
        """
        payment, amount_minor = paid
        checked_amount(amount_minor)
        if payment in self.payments:
            return 0
        wanted, price_minor = self.paid_plan, self.mandate_terms.price_minor
        is_awaited = self.awaits_mandate and operation_id == self.mandate_operation
        if not is_awaited or amount_minor != price_minor:
            self.book_in_vain(payment, amount_minor, at)
            return amount_minor
        self.open_mandate(operation_id, "", at)
        self.trigger_event(self.MandateGiven, timestamp=at, operation_id=operation_id, mandate=outside_name(mandate))
        if wanted is not None:
            told = {"plan_id": wanted.plan_id, "plan_version": wanted.plan_version, "terms": wanted.terms}
            self.trigger_event(self.ChangePlanned, timestamp=at, **told)
        self.book_charge(self.term.number + 1 if self.term else 1, amount_minor, payment, state, at)
        self.begin_term(at, at)
        return 0

    def refuse_mandate(self, operation_id: UUID, at: datetime) -> None:
        """There will be none: what waits for it is over before it began, a free plan goes on; twice is no news."""
        if self.state is SubscriptionState.AWAITED:
            self.end_now(WhyEnded.MANDATE_REFUSED, at)
        elif operation_id == self.mandate_operation:
            self.drop_mandate(at)

    def advance(self, at: datetime) -> None:
        """Do what is due by now: earn days, announce and ask for a charge, begin terms and grace, or lapse."""
        term = self.term
        if self.state in OVER or self.paused_at is not None or term is None:
            return
        self.earn(at)
        is_over = at >= term.ends_at
        if self.ends_with_term:
            if is_over and not self.is_asked_for:
                self.end_now(WhyEnded.CUSTOMER, at)
        elif self.upcoming.is_free:
            while is_over and self.term is not None and at >= self.term.ends_at:
                self.begin_term(self.term.ends_at, at)
        elif self.has_failed and at >= self._grace_ends(term):
            self.end_now(WhyEnded.UNPAID, at)
        else:
            self.announce_charge(term.number + 1, term.ends_at, at)
            self.request_charge(at)
            self._wait_for_it(term, at)

    def confirm_charge(self, operation_id: UUID, payment: str, amount_minor: int, state: str, at: datetime) -> int:
        """A charge came through: the next term begins where the last one ended. Twice is no news.

        Gives what is to be given back, since nobody expects it any more. Raises BadAmount.
        """
        is_new = payment not in self.payments
        if not self.take_payment(operation_id, payment, amount_minor, state, at):
            return amount_minor if is_new else 0
        if self.term is not None:
            self.begin_term(self.term.ends_at, at)
        return 0

    def begin_term(self, begins_at: datetime, at: datetime) -> None:
        """Begin the next term; what the last one cost is earned by then."""
        self.earn(at)
        number, terms = self.term.number + 1 if self.term else 1, self.upcoming
        told = {"term": number, "term_id": term_id(self.id, number), "terms": terms, "customer_id": self.customer_id}
        net = bill_of_term(terms.price_minor, terms.tax_bp).net_minor
        ends_at = begins_at + timedelta(days=terms.term_days)
        self.trigger_event(self.TermBegun, timestamp=at, **told, net_minor=net, begins_at=begins_at, ends_at=ends_at)

    @property
    def next_at(self) -> datetime | None:
        """When something is due at the latest; None when nothing is, but what others tell."""
        term = self.term
        if self.state in OVER or self.paused_at is not None or term is None or self.is_asked_for:
            return None
        if self.ends_with_term or self.upcoming.is_free:
            return term.ends_at
        if self.charge is None:
            return term.ends_at - NOTIFIED_AHEAD
        retry_at = self.retry_at()
        waits_for = self.charge.due_at if self.charge.state is ChargeState.NOTIFIED else None
        return waits_for or (retry_at - NOTICE if retry_at else self._grace_ends(term))

    def set_clock(self, at: datetime) -> None:
        """Tell when something is due next, where that has changed."""
        self.tell_clock(self.next_at, at)

    def _grace_ends(self, term: Term) -> datetime:
        return term.ends_at + timedelta(days=self.terms.grace_days)

    def _wait_for_it(self, term: Term, at: datetime) -> None:
        """Grace follows a term that is over; nobody is let go who was never asked, however late we are."""
        if at < term.ends_at or self.is_asked_for or self.charge is None:
            return
        if self.state is SubscriptionState.ACTIVE:
            self.trigger_event(self.GraceBegun, timestamp=at, until_at=self._grace_ends(term))

    @event(TermBegun)
    def _on_term_begun(
        self, term: int, term_id: UUID, terms: PlanTerms, net_minor: int, begins_at: datetime, ends_at: datetime
    ) -> None:
        self.term = Term(term, term_id, begins_at, ends_at, net_minor)
        self.covers_at = self.covers_at or begins_at + timedelta(hours=terms.waiting_h)
        self.waits = waits_after(self.waits, self.terms, terms, self.planned_at or begins_at)
        self.terms, self.next_terms, self.planned_at, self.earned_minor = terms, None, None, 0
        self.state = SubscriptionState.ACTIVE

    @event(GraceBegun)
    def _on_grace_begun(self) -> None:
        self.state = SubscriptionState.GRACE
