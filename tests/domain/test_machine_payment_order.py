"""However the gateway tells of an order: does one payment pay it, and is every operation ended once at most?"""

from collections import Counter
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from domain import ledger
from domain.intent import asks, ends
from domain.ledger import MoneyEvent, check_balanced
from domain.payment_link_terms import OVER, LinkState, link_of
from domain.payment_order import PaymentOrder
from domain.payment_order_terms import Becomes, OrderPurpose, OrderState, Source, Told, TryStatus
from tests.domain.payment_order_facts import AMOUNT, CONTACT, FEE, GATEWAY_ORDER, JOB_ORDER, LINK_URL, ORDER, TAX
from tests.support.effort import examples
from tests.support.machine import AggregateMachine
from tests.support.roadside import CUSTOMER, NOON, REQUEST, some_id

PAYMENTS = st.sampled_from(["pay_1", "pay_2", "pay_3"])
AMOUNTS = st.sampled_from([0, AMOUNT])


def an_order(purpose: OrderPurpose = OrderPurpose.TOP_UP) -> PaymentOrder:
    return PaymentOrder.request(
        JOB_ORDER if purpose is OrderPurpose.JOB else ORDER,
        customer_id=CUSTOMER,
        purpose=purpose,
        subject_id=REQUEST if purpose is OrderPurpose.JOB else None,
        amount_minor=AMOUNT,
        currency="INR",
        at=NOON,
    )


class OrderMachine(AggregateMachine[PaymentOrder]):
    """Random news of one order, and random wishes about it."""

    def __init__(self, begun: PaymentOrder | None = None) -> None:
        super().__init__(begun or an_order())

    @rule()
    def open(self) -> None:
        self.attempt(lambda o: o.opened(GATEWAY_ORDER, self.now))

    @rule()
    def reject_opening(self) -> None:
        self.attempt(lambda o: o.opening_rejected("refused", self.now))

    @rule()
    def doubt_opening(self) -> None:
        self.attempt(lambda o: o.opening_doubted("no_answer", self.now))

    @rule(payment=PAYMENTS)
    def verify(self, payment: str) -> None:
        self.attempt(lambda o: o.verify_callback(payment, self.now))

    @rule(payment=PAYMENTS, status=st.sampled_from(TryStatus), amount=AMOUNTS, with_fee=st.booleans())
    def learn(self, payment: str, status: TryStatus, amount: int, *, with_fee: bool) -> None:
        told = Told(payment, status, amount, "INR", FEE if with_fee else None, TAX if with_fee else None)
        self.attempt(lambda o: o.learn(told, Source.WEBHOOK, self.now))

    @rule()
    def capture(self) -> None:
        self.attempt(lambda o: o.ask_for_capture(self.now))

    @rule()
    def reject_capture(self) -> None:
        wanted = self.aggregate.capture
        if wanted is not None:
            self.attempt(lambda o: o.capture_rejected(wanted.operation_id, "refused", self.now))

    @rule()
    def doubt_capture(self) -> None:
        wanted = self.aggregate.capture
        if wanted is not None:
            self.attempt(lambda o: o.capture_doubted(wanted.operation_id, "no_answer", self.now))

    @rule(number=st.integers(1, 4), amount=st.sampled_from([0, 20_000, AMOUNT]))
    def refund(self, number: int, amount: int) -> None:
        self.attempt(lambda o: o.ask_for_refund(some_id(number), amount, self.now))

    @rule(told=st.booleans(), minutes=st.sampled_from([5, 60]))
    def ask_for_link(self, minutes: int, *, told: bool) -> None:
        ends_at = self.now + timedelta(minutes=minutes)
        self.attempt(lambda o: o.ask_for_link(CONTACT if told else None, ends_at, self.now))

    @rule(outcome=st.sampled_from(["opened", "rejected", "doubted"]), nth=st.integers(0, 2))
    def make_link(self, outcome: str, nth: int) -> None:
        link_id = link_of(self.aggregate.id, nth)
        if outcome == "opened":
            self.attempt(lambda o: o.link_opened(link_id, f"plink_{nth}", LINK_URL, self.now))
        elif outcome == "rejected":
            self.attempt(lambda o: o.link_rejected(link_id, "refused", self.now))
        else:
            self.attempt(lambda o: o.link_doubted(link_id, "no_answer", self.now))

    @rule(end=st.sampled_from([LinkState.PAID, LinkState.EXPIRED, LinkState.CANCELLED]), nth=st.integers(0, 2))
    def end_link(self, end: LinkState, nth: int) -> None:
        self.attempt(lambda o: o.link_ended(link_of(o.id, nth), end, None, self.now))

    @rule(is_certain=st.booleans())
    def cancel_link(self, *, is_certain: bool) -> None:
        self.attempt(lambda o: o.cancel_link(self.now))
        for link in self.aggregate.links:
            operation = link.cancel_operation
            if is_certain:
                self.attempt(lambda o, operation=operation: o.link_cancel_rejected(operation, "refused", self.now))  # type: ignore[misc]  # bound now
            else:
                self.attempt(lambda o, operation=operation: o.link_cancel_doubted(operation, "no_answer", self.now))  # type: ignore[misc]  # bound now

    @rule(outcome=st.sampled_from(["asked", "sent", "refused", "doubted"]), nth=st.integers(0, 2))
    def message(self, outcome: str, nth: int) -> None:
        link_id = link_of(self.aggregate.id, nth)
        if outcome == "asked":
            self.attempt(lambda o: o.ask_for_link_message(link_id, self.now))
        elif outcome == "sent":
            self.attempt(lambda o: o.link_message_sent(link_id, self.now))
        elif outcome == "refused":
            self.attempt(lambda o: o.link_message_refused(link_id, "erased", self.now))
        else:
            self.attempt(lambda o: o.link_message_doubted(link_id, "no_answer", self.now))

    @invariant()
    def one_link_at_a_time_and_none_for_what_nobody_waits_for(self) -> None:
        going = [each for each in self.aggregate.links if each.state not in OVER]
        assert len(going) <= 1
        is_open = any(each.state is LinkState.OPEN and not each.is_cancelling and not each.cancels for each in going)
        assert not (is_open and self.aggregate.state in {OrderState.PAID, OrderState.ABANDONED})

    @invariant()
    def no_more_goes_back_than_came(self) -> None:
        came = sum(each.amount_minor for each in self.aggregate.tries if each.becomes is Becomes.PAYS)
        assert 0 <= self.aggregate.refunded_minor <= came

    @rule()
    def abandon(self) -> None:
        self.attempt(lambda o: o.abandon(self.now))

    @invariant()
    def what_is_asked_is_ended_once_at_most(self) -> None:
        asked = Counter(f.fields["operation_id"] for f in self.history if asks(f.event_class))
        ended = Counter(f.fields["operation_id"] for f in self.history if ends(f.event_class))
        assert set(asked.values()) <= {1}
        assert set(ended.values()) <= {1}
        assert set(ended) <= set(asked)

    @invariant()
    def one_payment_pays(self) -> None:
        paying = [each for each in self.aggregate.tries if each.becomes is Becomes.PAYS]
        assert len(paying) <= 1
        assert (self.aggregate.state is OrderState.PAID) == bool(paying)

    @invariant()
    def every_fact_is_booked_once(self) -> None:
        booked = [f for f in self.history if issubclass(f.event_class, MoneyEvent)]
        names = [str(f.fields["transfer_id"]) for f in booked]
        assert len(names) == len(set(names))
        held = 0
        for each in booked:
            legs = each.fields["legs"]
            assert isinstance(legs, tuple)
            check_balanced("", legs)
            held -= sum(leg.amount_minor for leg in legs if leg.account == ledger.advance_for(self.aggregate.id))
        captured = [each for each in self.aggregate.tries if each.status is TryStatus.CAPTURED]
        assert held == sum(each.amount_minor for each in captured)


class JobOrderMachine(OrderMachine):
    """One that is captured when we say so."""

    def __init__(self) -> None:
        super().__init__(an_order(OrderPurpose.JOB))


TestOrderMachine = OrderMachine.TestCase
TestOrderMachine.settings = settings(max_examples=examples(40), stateful_step_count=25, deadline=None)
TestJobOrderMachine = JobOrderMachine.TestCase
TestJobOrderMachine.settings = settings(max_examples=examples(40), stateful_step_count=25, deadline=None)
