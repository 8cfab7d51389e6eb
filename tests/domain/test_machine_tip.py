"""Whatever is done about a tip: is it given once, back once at most, and booked to the paisa?"""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from domain import ledger
from domain.ledger import MoneyEvent, check_balanced
from domain.payment_terms import payment_id
from domain.tip import Tip
from tests.domain.tip_facts import AMOUNT
from tests.support.effort import examples
from tests.support.machine import AggregateMachine
from tests.support.roadside import CUSTOMER, NOON, PROVIDER, REQUEST, some_id


class TipMachine(AggregateMachine[Tip]):
    """Somebody who gives, and a desk that gives back."""

    def __init__(self) -> None:
        super().__init__(Tip.give(REQUEST, payment_id(REQUEST), (CUSTOMER, PROVIDER), AMOUNT, "INR", NOON))

    @rule()
    def take_back(self) -> None:
        before = self.aggregate.is_returned
        asked_back = any(is_open or lost for is_open, lost in self.aggregate.challenges.values())
        self.attempt(lambda tip: tip.take_back(self.now))
        assert self.aggregate.is_returned == (before or not asked_back), "once by us, or by the bank"

    @rule(which=st.integers(1, 2))
    def a_bank_asks(self, which: int) -> None:
        self.attempt(lambda tip: tip.disputed(some_id(which), self.now))

    @rule(which=st.integers(1, 2), lost=st.sampled_from((0, AMOUNT)))
    def a_bank_decides(self, which: int, lost: int) -> None:
        self.attempt(lambda tip: tip.dispute_ended(some_id(which), lost, self.now))

    @invariant()
    def all_of_it_is_the_providers_until_it_goes_back(self) -> None:
        owed = 0
        for each in self.history:
            if issubclass(each.event_class, MoneyEvent):
                legs = each.fields["legs"]
                assert isinstance(legs, tuple)
                check_balanced("", legs)
                owed -= sum(leg.amount_minor for leg in legs if leg.account == ledger.payable_to(PROVIDER))
        assert owed == (0 if self.aggregate.is_returned else AMOUNT)
        assert self.topics().count("tip.returned") == self.aggregate.is_returned


TestTipMachine = TipMachine.TestCase
TestTipMachine.settings = settings(max_examples=examples(10), stateful_step_count=6, deadline=None)
