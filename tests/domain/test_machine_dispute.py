"""However the gateway tells of a dispute, and whoever answers it when: is the money in one place, and an answer one?"""

from collections import Counter
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from domain import ledger
from domain.dispute import Dispute
from domain.dispute_terms import DECIDES_BEFORE, DisputeState, Draft, Told
from domain.intent import asks, ends
from domain.ledger import MoneyEvent
from tests.domain.dispute_facts import BY, CLAIM, DIGEST, RESPOND_BY
from tests.domain.payment_order_facts import AMOUNT
from tests.support.effort import examples
from tests.support.machine import AggregateMachine
from tests.support.roadside import CUSTOMER, NOON, PROVIDER, REQUEST

STATES = st.sampled_from(list(DisputeState))


def a_dispute() -> Dispute:
    return Dispute.open(CLAIM, BY, customer_id=CUSTOMER, request_id=REQUEST, at=NOON)


class DisputeMachine(AggregateMachine[Dispute]):
    """Random news, answers and deadlines of one dispute."""

    def __init__(self) -> None:
        super().__init__(a_dispute())

    @rule(status=STATES, minutes=st.integers(0, 9), deducted=st.sampled_from((0, 100, AMOUNT)))
    def hear(self, status: DisputeState, minutes: int, deducted: int) -> None:
        told = Told(status, NOON + timedelta(minutes=minutes), deducted, RESPOND_BY)
        self.attempt(lambda d: d.learn(told, self.now))

    @rule(strong=st.sampled_from((0, 1)))
    def draft(self, strong: int) -> None:
        pack = Draft(12, 1, (), is_strong=bool(strong), sha256=f"{strong}{DIGEST[1:]}")
        self.attempt(lambda d: d.take_draft(pack, self.now))

    @rule(amount=st.sampled_from((0, 50, 100, AMOUNT, AMOUNT + 1)))
    def pass_on(self, amount: int) -> None:
        lost, borne = self.aggregate.lost_minor, self.aggregate.borne
        self.attempt(lambda d: d.pass_on(PROVIDER, REQUEST, amount, "INR", self.now))
        if self.aggregate.borne != borne:
            assert borne is None
            assert 0 < amount <= lost

    @rule(settlement=st.sampled_from(("setl_1", "setl_2")), back=st.sampled_from((0, 1)), tax=st.integers(89, 91))
    def a_settlement_tells(self, settlement: str, back: int, tax: int) -> None:
        self.attempt(lambda d: d.learn_fee(settlement, 590, tax, self.now, is_given_back=bool(back)))

    @rule()
    def take_loss_back(self) -> None:
        self.attempt(lambda d: d.take_loss_back(self.now))
        assert self.aggregate.borne is None or self.aggregate.borne.amount_minor <= self.aggregate.lost_minor

    @rule()
    def contest(self) -> None:
        self.attempt(lambda d: d.contest(self.now))

    @rule()
    def accept(self) -> None:
        self.attempt(lambda d: d.accept(self.now))

    @rule(hours=st.integers(0, 80))
    def time_goes_by(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.attempt(lambda d: d.watch_deadline(self.now, DECIDES_BEFORE))

    @rule(what=st.sampled_from(("arrived", "doubted", "refused")))
    def answer_comes_out(self, what: str) -> None:
        operation = self.aggregate.operation_id
        if operation is None:
            return
        if what == "arrived":
            self.attempt(lambda d: d.answer_arrived(operation, "doc_1", self.now))
        elif what == "doubted":
            self.attempt(lambda d: d.answer_doubted(operation, "no_answer", self.now))
        else:
            self.attempt(lambda d: d.answer_refused(operation, "not_open", self.now))

    @invariant()
    def what_is_asked_is_ended_once_at_most(self) -> None:
        asked = [f.fields["operation_id"] for f in self.history if asks(f.event_class) is not None]
        ended = [f.fields["operation_id"] for f in self.history if ends(f.event_class) is not None]
        assert len(set(asked)) == len(asked)
        assert len(set(ended)) == len(ended)
        assert set(ended) <= set(asked)
        assert len(asked) - len(ended) <= 1

    @invariant()
    def the_money_is_in_one_place(self) -> None:
        booked: Counter[str] = Counter()
        names: list[object] = []
        for each in self.history:
            if issubclass(each.event_class, MoneyEvent):
                names.append(each.fields["transfer_id"])
                legs = each.fields["legs"]
                assert isinstance(legs, tuple)
                for leg in legs:
                    booked[leg.account] += leg.amount_minor
        assert len(set(names)) == len(names)
        held, lost = self.aggregate.held_minor, self.aggregate.lost_minor
        assert booked[ledger.DISPUTE_HELD] == held
        assert booked[ledger.CHARGEBACK] == lost
        fees = booked[ledger.PSP_FEE] + booked[ledger.GST_INPUT]
        assert fees == 590 * len(self.aggregate.fees)
        assert booked[ledger.CLEARING] == -held - lost - fees
        assert 0 <= held + lost <= AMOUNT
        assert not (self.aggregate.is_over and held)


TestDisputeMachine = DisputeMachine.TestCase
TestDisputeMachine.settings = settings(max_examples=examples(60), stateful_step_count=20, deadline=None)
