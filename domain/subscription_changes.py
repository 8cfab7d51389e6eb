"""How is a subscription paused, changed and ended? A chapter of it: what was paid is earned, or goes back."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain import ledger
from domain.aggregate import Aggregate, event
from domain.ledger import MoneyEvent, memberships
from domain.payment_order_terms import LEAST_MINOR
from domain.plan_terms import PlanTerms, bill_of_term, taxes_of
from domain.refusal import OutOfTurn
from domain.subscription_mandate import SubscriptionMandate
from domain.subscription_terms import (
    OVER,
    Charge,
    ChargeOpen,
    NotSubscribed,
    SubscriptionOver,
    SubscriptionState,
    Term,
    UpgradeWanted,
    Waiting,
    WhyEnded,
    prorated,
    waits_after,
)


class SubscriptionChanges(SubscriptionMandate):
    """What the customer may change, and what follows for the term that is paid."""

    customer_id: UUID
    term: Term | None
    earned_minor: int
    charge: Charge | None
    asked: tuple[UUID, ...]
    payments: tuple[str, ...]
    paused_at: datetime | None
    ends_with_term: bool
    next_terms: PlanTerms | None
    planned_at: datetime | None
    waits: tuple[Waiting, ...]
    upgrade_wanted: UpgradeWanted | None

    class Earned(MoneyEvent):
        """Days of a term are over; ``day`` of it is the last."""

        TOPIC: ClassVar[str] = "subscription.earned"
        term: int
        day: int
        earned_minor: int

    class Paused(Aggregate.Event):
        """The customer does not need it for a while; what was announced is announced anew afterwards."""

        TOPIC: ClassVar[str] = "subscription.paused"

    class Resumed(Aggregate.Event):
        """It goes on; the term ends later by the pause."""

        TOPIC: ClassVar[str] = "subscription.resumed"
        ends_at: datetime

    class ChangePlanned(Aggregate.Event):
        """From the next term on other terms apply."""

        TOPIC: ClassVar[str] = "subscription.change_planned"
        plan_id: UUID
        plan_version: int
        terms: PlanTerms

    class Upgraded(MoneyEvent):
        """A dearer plan applies from now on: the difference for the days left is paid, and earned with them."""

        TOPIC: ClassVar[str] = "subscription.upgraded"
        customer_id: UUID
        plan_id: UUID
        plan_version: int
        terms: PlanTerms
        amount_minor: int
        net_minor: int
        gateway_payment: str

    class UpgradeAsked(Aggregate.Event):
        """A dearer plan is to apply once so much is paid by that order, in this term."""

        TOPIC: ClassVar[str] = "subscription.upgrade_asked"
        order_id: UUID
        plan_id: UUID
        plan_version: int
        terms: PlanTerms
        amount_minor: int
        term: int

    class ChangedNow(Aggregate.Event):
        """Another plan applies from now on, which costs nothing more until the term ends."""

        TOPIC: ClassVar[str] = "subscription.changed_now"
        plan_id: UUID
        plan_version: int
        terms: PlanTerms

    class EndPlanned(Aggregate.Event):
        """It ends with its term."""

        TOPIC: ClassVar[str] = "subscription.end_planned"

    class Ended(Aggregate.Event):
        """It is over. ``unearned_minor`` of what was paid goes back to the customer."""

        TOPIC: ClassVar[str] = "subscription.ended"
        customer_id: UUID
        why: WhyEnded
        unearned_minor: int
        currency: str

    def earn(self, at: datetime) -> None:
        """Book the days that are over."""
        term = self.term
        if term is None:
            return
        day = term.day_at(at)
        amount = term.earned_by(day) - self.earned_minor
        if amount > 0:
            booked = memberships.recognised(term.term_id, day, self.id, amount, self.terms.currency)
            told = {"term": term.number, "day": day, "earned_minor": self.earned_minor + amount}
            self.trigger_event(self.Earned, timestamp=at, **booked.fields, **told)

    def pause(self, at: datetime) -> None:
        """Let it rest: nothing is covered, charged or earned. Twice is no news. Raises ChargeOpen or OutOfTurn."""
        if self.paused_at is not None:
            return
        self._check_quiet()
        if self.state is not SubscriptionState.ACTIVE:
            raise OutOfTurn(state=self.state.value, act="pause")
        self.earn(at)
        self.drop_mandate(at)
        self.trigger_event(self.Paused, timestamp=at)

    def resume(self, at: datetime) -> None:
        """Let it go on; twice is no news. Raises SubscriptionOver where it ended while it rested."""
        if self.state in OVER:
            raise SubscriptionOver
        if self.paused_at is not None and self.term is not None:
            ends_at = self.term.moved_by(at - self.paused_at).ends_at
            self.trigger_event(self.Resumed, timestamp=at, ends_at=ends_at)

    def plan_change(self, plan_id: UUID, plan_version: int, terms: PlanTerms, at: datetime) -> None:
        """Let other terms apply from the next term on.

        Raises SubscriptionOver, NotSubscribed, ChargeOpen or OutOfTurn.
        """
        self._check_changeable(terms)
        if self.charge is not None:
            raise ChargeOpen
        if (self.next_terms or self.terms) != terms:
            told = {"plan_id": plan_id, "plan_version": plan_version, "terms": terms}
            self.trigger_event(self.ChangePlanned, timestamp=at, **told)

    def prorated_minor(self, terms: PlanTerms, at: datetime) -> int:
        """What a dearer plan costs more for the days of this term that are left; raises NotSubscribed."""
        term = self.term
        if term is None or self.state is not SubscriptionState.ACTIVE:
            raise NotSubscribed(state=self.state.value)
        return prorated(terms.price_minor, self.terms.price_minor, term.days - term.day_at(at), term.days)

    def ask_upgrade(self, plan: tuple[UUID, int, PlanTerms], order_id: UUID, at: datetime) -> UpgradeWanted | None:
        """Let a dearer plan apply once its difference is paid by an order, or at once where there is none: then None.

        The same plan again is no news. Raises SubscriptionOver, ChargeOpen, NotSubscribed, or OutOfTurn for a cheaper
        one.
        """
        plan_id, plan_version, terms = plan
        self._check_changeable(terms)
        if self.charge is not None:
            raise ChargeOpen
        amount, term = self.prorated_minor(terms, at), self.term
        if terms.price_minor < self.terms.price_minor:
            raise OutOfTurn("a cheaper plan applies from the next term on", act="upgrade")
        told = {"plan_id": plan_id, "plan_version": plan_version, "terms": terms}
        if amount < LEAST_MINOR or term is None:
            if (self.plan_id, self.terms) != (plan_id, terms):
                self.earn(at)
                self.trigger_event(self.ChangedNow, timestamp=at, **told)
            return None
        wanted = self.upgrade_wanted
        if wanted is None or (wanted.plan_id, wanted.terms, wanted.term) != (plan_id, terms, term.number):
            due = {"order_id": order_id, "amount_minor": amount, "term": term.number}
            self.trigger_event(self.UpgradeAsked, timestamp=at, **told, **due)
        return self.upgrade_wanted

    def upgrade(self, order_id: UUID, paid: tuple[str, int], state: str, at: datetime) -> bool:
        """The customer paid so much by that order: the plan that it was for applies now, if it still can.

        ``state`` is the one whose tax is owed. False changes nothing: the money is the customer's.
        """
        (payment, amount), wanted, term = paid, self.upgrade_wanted, self.term
        if wanted is None or (wanted.order_id, wanted.amount_minor) != (order_id, amount):
            return False
        is_same_term = term is not None and term.number == wanted.term
        if self.state is not SubscriptionState.ACTIVE or not is_same_term or self.charge is not None:
            return False
        self.earn(at)
        bill = bill_of_term(amount, wanted.terms.tax_bp)
        due, source = taxes_of(bill, state), ledger.advance_for(order_id)
        booked = memberships.charged(payment, self.id, bill.net_minor, due, self.terms.currency, source)
        told = {"plan_id": wanted.plan_id, "plan_version": wanted.plan_version, "terms": wanted.terms}
        sums = {"amount_minor": amount, "net_minor": bill.net_minor, "gateway_payment": payment}
        whose = {"customer_id": self.customer_id}
        self.trigger_event(self.Upgraded, timestamp=at, **booked.fields, **told, **sums, **whose)
        return True

    def end_with_term(self, at: datetime) -> None:
        """Let it end with its term, without another charge; twice is no news. Raises SubscriptionOver or ChargeOpen."""
        self._check_quiet()
        if not self.ends_with_term:
            self.trigger_event(self.EndPlanned, timestamp=at)

    def end_now(self, why: WhyEnded, at: datetime) -> int:
        """End it; gives what of the net was not earned, which goes back to the customer. Twice is no news.

        Raises ChargeOpen while nobody knows how a charge comes out.
        """
        if self.state in OVER:
            return 0
        self._check_quiet()
        self.earn(self.paused_at or at)
        unearned = self.term.net_minor - self.earned_minor if self.term is not None else 0
        self.drop_mandate(at)
        told = {"customer_id": self.customer_id, "currency": self.terms.currency}
        self.trigger_event(self.Ended, timestamp=at, why=why, unearned_minor=unearned, **told)
        return unearned

    def _check_quiet(self) -> None:
        if self.state in OVER:
            raise SubscriptionOver
        if self.asked:
            raise ChargeOpen

    def _check_changeable(self, terms: PlanTerms) -> None:
        self._check_quiet()
        if self.term is None:
            raise NotSubscribed(state=self.state.value)
        if terms.currency != self.terms.currency or self.needs_mandate_for(terms):
            raise OutOfTurn("a plan that costs something needs a mandate, in its currency", act="change")

    @event(Earned)
    def _on_earned(self, earned_minor: int) -> None:
        self.earned_minor = earned_minor

    @event(Paused)
    def _on_paused(self, at: datetime) -> None:
        self.state, self.paused_at, self.charge, self.paid_plan = SubscriptionState.PAUSED, at, None, None

    @event(Resumed)
    def _on_resumed(self, at: datetime) -> None:
        if self.term is not None and self.paused_at is not None:
            self.term = self.term.moved_by(at - self.paused_at)
        self.state, self.paused_at = SubscriptionState.ACTIVE, None

    @event(ChangePlanned)
    def _on_change_planned(self, plan_id: UUID, terms: PlanTerms, at: datetime) -> None:
        self.plan_id, self.next_terms, self.planned_at = plan_id, terms, at

    @event(Upgraded)
    def _on_upgraded(self, plan_id: UUID, terms: PlanTerms, net_minor: int, gateway_payment: str, at: datetime) -> None:
        self._take_terms(plan_id, terms, at)
        self.payments = (*self.payments, gateway_payment)
        if self.term is not None:
            self.term = self.term.raised(self.term.day_at(at), self.earned_minor, net_minor)

    @event(UpgradeAsked)
    def _on_upgrade_asked(
        self, order_id: UUID, plan_id: UUID, plan_version: int, terms: PlanTerms, amount_minor: int, term: int
    ) -> None:
        self.upgrade_wanted = UpgradeWanted(order_id, plan_id, plan_version, terms, amount_minor, term)

    @event(ChangedNow)
    def _on_changed_now(self, plan_id: UUID, terms: PlanTerms, at: datetime) -> None:
        self._take_terms(plan_id, terms, at)

    def _take_terms(self, plan_id: UUID, terms: PlanTerms, at: datetime) -> None:
        self.waits = waits_after(self.waits, self.terms, terms, at)
        self.plan_id, self.terms, self.next_terms, self.upgrade_wanted = plan_id, terms, None, None

    @event(EndPlanned)
    def _on_end_planned(self) -> None:
        self.ends_with_term, self.charge = True, None

    @event(Ended)
    def _on_ended(self, why: WhyEnded) -> None:
        is_lapsed = why is WhyEnded.UNPAID
        self.state = SubscriptionState.LAPSED if is_lapsed else SubscriptionState.CANCELLED
        self.charge, self.paid_plan = None, None
