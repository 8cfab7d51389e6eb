"""Whatever happens to memberships: is notice given, is what was paid earned or given back, does replay agree?"""

from datetime import timedelta
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from domain import ledger
from domain.catalogue import Service
from domain.coverage import Coverage, CoverState
from domain.coverage_terms import Cover, UnitUse
from domain.ledger import check_balanced
from domain.plan import Plan
from domain.plan_terms import FIRST_FOUR, Benefit, PlanTerms
from domain.referral import Referral
from domain.subscription import Subscription
from domain.subscription_terms import NOTICE, OVER, WhyEnded, operation_of
from tests.support.effort import examples
from tests.support.machine import AggregateMachine
from tests.support.roadside import CUSTOMER, NOON, OTHER_CUSTOMER, REQUEST, TENANT, some_id

PLANS = st.sampled_from(list(FIRST_FOUR.values()))
PAYMENTS = st.sampled_from([f"pay_{number}" for number in range(12)])
VEHICLE, PLAN, MADE = some_id(970), some_id(971), some_id(972)


class SubscriptionMachine(AggregateMachine[Subscription]):
    """A membership of a plan that costs something."""

    begins_with = "plus"

    def __init__(self) -> None:
        terms = FIRST_FOUR[self.begins_with]
        super().__init__(Subscription.start(MADE, CUSTOMER, (PLAN, 1, terms), (VEHICLE,), NOON))

    @rule(days=st.integers(1, 50))
    def days_go_by(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule(is_given=st.booleans(), payment=PAYMENTS, minor=st.sampled_from([19_900, 19_900, 0, 9_900]))
    def mandate(self, is_given: bool, payment: str, minor: int) -> None:  # noqa: FBT001
        self.attempt(lambda s: s.ask_mandate(some_id(973), self.now))
        if is_given:
            self.attempt(lambda s: s.give_mandate(some_id(973), "sub_1", (payment, minor), "29", self.now))
        else:
            self.attempt(lambda s: s.refuse_mandate(some_id(973), self.now))

    @rule()
    def advance(self) -> None:
        self.attempt(lambda s: s.advance(self.now))

    @rule(attempt=st.integers(1, 4), payment=PAYMENTS, minor=st.sampled_from([0, 1, 9_900, 19_900, 39_900]))
    def paid(self, attempt: int, payment: str, minor: int) -> None:
        charge = self.aggregate.charge
        operation = some_id(974) if charge is None else operation_of(charge.charge_id, attempt)
        self.attempt(lambda s: s.confirm_charge(operation, payment, minor, "29", self.now))

    @rule(is_doubt=st.booleans())
    def failed(self, is_doubt: bool) -> None:  # noqa: FBT001
        operation = self.aggregate.asked[0] if self.aggregate.asked else some_id(974)
        if is_doubt:
            self.attempt(lambda s: s.charge_doubted(operation, self.now))
        else:
            self.attempt(lambda s: s.charge_failed(operation, "declined", self.now))

    @rule()
    def pause(self) -> None:
        self.attempt(lambda s: s.pause(self.now))

    @rule()
    def resume(self) -> None:
        self.attempt(lambda s: s.resume(self.now))

    @rule(terms=PLANS)
    def change(self, terms: PlanTerms) -> None:
        self.attempt(lambda s: s.plan_change(PLAN, 2, terms, self.now))

    @rule(terms=PLANS, order=st.integers(1, 3))
    def ask_upgrade(self, terms: PlanTerms, order: int) -> None:
        self.attempt(lambda s: s.ask_upgrade((PLAN, 2, terms), UUID(int=order), self.now))

    @rule(payment=PAYMENTS, order=st.integers(1, 3))
    def upgrade(self, payment: str, order: int) -> None:
        wanted = self.aggregate.upgrade_wanted
        amount = 1 if wanted is None else wanted.amount_minor
        if payment not in self.aggregate.payments:
            self.attempt(lambda s: s.upgrade(UUID(int=order), (payment, amount), "29", self.now))

    @rule()
    def end(self) -> None:
        self.attempt(lambda s: s.end_with_term(self.now))

    @rule()
    def end_now(self) -> None:
        self.attempt(lambda s: s.end_now(WhyEnded.CUSTOMER, self.now))

    @rule(service=st.sampled_from(Service))
    def help(self, service: Service) -> None:
        if self.aggregate.term is not None:
            self.attempt(lambda s: s.help_with(REQUEST, VEHICLE, service, self.now))

    @invariant()
    def what_was_paid_is_earned_waits_or_goes_back(self) -> None:
        deferred = 0
        for told in self.history:
            legs = told.fields.get("legs", ())
            assert isinstance(legs, tuple)
            if legs:
                check_balanced(str(told.fields["transfer_id"]), legs)
            deferred -= sum(leg.amount_minor for leg in legs if leg.account == ledger.deferred_for(MADE))
            if told.event_class.TOPIC == "subscription.ended":
                deferred -= int(str(told.fields["unearned_minor"]))
        term, is_over = self.aggregate.term, self.aggregate.state in OVER
        waits = 0 if term is None or is_over else term.net_minor - self.aggregate.earned_minor
        assert deferred == waits

    @invariant()
    def nothing_is_asked_for_before_its_notice_is_a_day_old(self) -> None:
        noticed = None
        for told in self.history:
            if told.event_class.TOPIC == "subscription.charge_notified":
                noticed = told.at
            if told.event_class.TOPIC == "subscription.charge_requested":
                assert noticed is not None
                assert told.at - noticed >= NOTICE

    @invariant()
    def at_most_one_mandate_is_asked_for_and_none_that_nobody_waits_for(self) -> None:
        begins, ends = ("mandate_asked", "paid_plan_wanted"), ("mandate_opened", "mandate_refused")
        told = [(each.event_class.TOPIC.partition(".")[2], each.fields.get("operation_id")) for each in self.history]
        open_ = {one for what, one in told if what in begins} - {one for what, one in told if what in ends}
        assert open_ <= {self.aggregate.mandate_operation}
        assert self.aggregate.awaits_mandate or not open_

    @invariant()
    def a_payment_is_booked_once_and_an_intent_ends_once(self) -> None:
        transfers = [told.fields["transfer_id"] for told in self.history if "transfer_id" in told.fields]
        assert len(set(transfers)) == len(transfers)
        ends = ("subscription.charge_confirmed", "subscription.charge_failed")
        ended = [told.fields["operation_id"] for told in self.history if told.event_class.TOPIC in ends]
        assert len(set(ended)) == len(ended)


TestSubscription = SubscriptionMachine.TestCase
TestSubscription.settings = settings(max_examples=examples(60), stateful_step_count=40, deadline=None)


class FreeMachine(SubscriptionMachine):
    """A membership of a free plan, which may become one that costs something."""

    begins_with = "free"

    def __init__(self) -> None:
        super().__init__()
        self.wishes = 0

    @rule(terms=PLANS)
    def want(self, terms: PlanTerms) -> None:
        if self.aggregate.needs_mandate_for(terms):
            self.wishes += 1
            self.attempt(lambda s: s.want_paid_plan((PLAN, 2, terms), some_id(2_000 + self.wishes), self.now))

    @rule(order=st.sampled_from(["", "order_1"]))
    def open_mandate(self, order: str) -> None:
        self.attempt(lambda s: s.open_mandate(some_id(2_000 + self.wishes), order, self.now))

    @rule(payment=PAYMENTS, minor=st.sampled_from([9_900, 19_900, 39_900]), late=st.integers(0, 2))
    def pay_first_term(self, payment: str, minor: int, late: int) -> None:
        operation = some_id(2_000 + self.wishes - late)
        self.attempt(lambda s: s.give_mandate(operation, "sub_1", (payment, minor), "29", self.now))

    @rule(late=st.integers(0, 1))
    def refuse(self, late: int) -> None:
        self.attempt(lambda s: s.refuse_mandate(some_id(2_000 + self.wishes - late), self.now))

    @invariant()
    def what_costs_something_was_paid_for_or_is_due(self) -> None:
        topics = self.topics()
        assert self.aggregate.terms.is_free or "subscription.mandate_given" in topics


TestFree = FreeMachine.TestCase
TestFree.settings = settings(max_examples=examples(60), stateful_step_count=40, deadline=None)


class CoverageMachine(AggregateMachine[Coverage]):
    """What is borne of one job."""

    def __init__(self) -> None:
        super().__init__(Coverage.open(REQUEST, CUSTOMER, NOON))

    @rule(version=st.integers(1, 3), minor=st.integers(1, 900))
    def show(self, version: int, minor: int) -> None:
        cover = Cover((UnitUse(Benefit.EVENTS, 1),), minor, 1_000)
        self.attempt(lambda c: c.show((MADE, VEHICLE, 1), version, cover, "INR", self.now))

    @rule()
    def keep(self) -> None:
        self.attempt(lambda c: c.keep(self.now))

    @rule(minor=st.integers(1, 1_000))
    def use(self, minor: int) -> None:
        self.attempt(lambda c: c.use(minor, self.now))

    @rule()
    def free(self) -> None:
        self.attempt(lambda c: c.free(self.now))

    @invariant()
    def what_is_billed_was_shown_last_and_once(self) -> None:
        used = [told for told in self.history if told.event_class.TOPIC == "coverage.used"]
        assert len(used) <= 1
        if used:
            shown = [told for told in self.history if told.event_class.TOPIC == "coverage.shown"][-1]
            assert int(str(used[0].fields["covered_minor"])) <= int(str(shown.fields["covered_minor"]))
            assert self.aggregate.state is CoverState.USED


TestCoverage = CoverageMachine.TestCase
TestCoverage.settings = settings(max_examples=examples(40), stateful_step_count=30, deadline=None)


class PlanMachine(AggregateMachine[Plan]):
    """A plan that changes."""

    def __init__(self) -> None:
        super().__init__(Plan.open(TENANT, "plus", NOON))

    @rule(terms=PLANS, seconds=st.integers(-90_000, 90_000))
    def offer(self, terms: PlanTerms, seconds: int) -> None:
        self.attempt(lambda p: p.offer(terms, self.now + timedelta(seconds=seconds), self.now))

    @rule(seconds=st.integers(-90_000, 90_000))
    def withdraw(self, seconds: int) -> None:
        self.attempt(lambda p: p.withdraw(self.now + timedelta(seconds=seconds), self.now))


TestPlan = PlanMachine.TestCase
TestPlan.settings = settings(max_examples=examples(30), stateful_step_count=30, deadline=None)


class ReferralMachine(AggregateMachine[Referral]):
    """One customer brought another."""

    def __init__(self) -> None:
        super().__init__(Referral.make(TENANT, CUSTOMER, OTHER_CUSTOMER, NOON))

    @rule(minor=st.sampled_from([0, 19_999, 20_000, 50_000]), number=st.integers(1, 3))
    def earn(self, minor: int, number: int) -> None:
        self.attempt(lambda r: r.earn(some_id(number), minor, self.now))

    @invariant()
    def it_is_earned_once(self) -> None:
        assert self.topics().count("referral.earned") <= 1


TestReferral = ReferralMachine.TestCase
TestReferral.settings = settings(max_examples=examples(20), stateful_step_count=20, deadline=None)
