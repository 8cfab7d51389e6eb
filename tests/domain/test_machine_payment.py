"""However a payment is paid, owed, divided or waived: is the advance empty at the end, and nothing paid twice?"""

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from domain import ledger
from domain.ledger import Leg, check_balanced
from domain.payment import Payment
from domain.payment_terms import PaymentState, WhyWaived
from domain.price_terms import PaymentMethod
from domain.request_fare import Outcome
from domain.split import bill_of
from tests.domain.money_facts import HOUSE, TOW_LINES, TOW_TOTAL
from tests.support.effort import examples
from tests.support.machine import AggregateMachine
from tests.support.roadside import CUSTOMER, NOON, PROVIDER, REQUEST

AMOUNTS = st.sampled_from([-1, 0, 1, 77_000, 100_000, TOW_TOTAL, TOW_TOTAL + 1])


def a_payment(method: PaymentMethod = PaymentMethod.WALLET, *, by_a_provider: bool = True) -> Payment:
    return Payment.due(
        REQUEST,
        customer_id=CUSTOMER,
        provider_id=PROVIDER if by_a_provider else None,
        method=method,
        outcome=Outcome.CHARGE,
        amount_minor=TOW_TOTAL,
        currency="INR",
        at=NOON,
    )


class PaymentMachine(AggregateMachine[Payment]):
    """Random commands on one payment."""

    def __init__(self, begun: Payment | None = None) -> None:
        super().__init__(begun or a_payment())

    @rule(amount=AMOUNTS)
    def capture(self, amount: int) -> None:
        self.attempt(lambda p: p.capture(amount, self.now))

    @rule(amount=AMOUNTS)
    def collect(self, amount: int) -> None:
        self.attempt(lambda p: p.collect(amount, "INR", self.now))

    @rule()
    def owe(self) -> None:
        self.attempt(lambda p: p.owe(self.now))

    @rule()
    def settle(self) -> None:
        self.attempt(lambda p: p.settle(bill_of(TOW_LINES), HOUSE, self.now))

    @rule(amount=AMOUNTS)
    def repay(self, amount: int) -> None:
        self.attempt(lambda p: p.repay(amount, "INR", self.now))

    @rule()
    def waive(self) -> None:
        self.attempt(lambda p: p.waive(WhyWaived.GOODWILL, self.now))

    @invariant()
    def nothing_is_paid_twice(self) -> None:
        payment = self.aggregate
        assert 0 <= payment.open_minor <= payment.amount_minor
        told = Counter(self.topics())
        assert max(told[topic] for topic in ("payment.collected", "payment.owed", "payment.settled")) <= 1

    @invariant()
    def every_transfer_balances(self) -> None:
        for told in self.history:
            if "legs" in told.fields:
                legs = told.fields["legs"]
                assert isinstance(legs, tuple)
                check_balanced(str(told.fields["transfer_id"]), legs)

    @invariant()
    def what_is_divided_leaves_the_advance_empty(self) -> None:
        if self.aggregate.state is not PaymentState.SETTLED:
            return
        captured = sum(
            int(str(told.fields["amount_minor"]))
            for told in self.history
            if told.event_class.TOPIC == "payment.captured"
        )  # booked by the wallet
        balance = sum((self._legs_on(ledger.advance_for(REQUEST))), -captured)
        assert balance == 0
        assert sum(self._legs_on(ledger.cash_with(PROVIDER))) == 0

    def _legs_on(self, account: str) -> list[int]:
        found: list[int] = []
        for told in self.history:
            legs = told.fields.get("legs", ())
            assert isinstance(legs, tuple)
            found += [leg.amount_minor for leg in legs if isinstance(leg, Leg) and leg.account == account]
        return found


class CashMachine(PaymentMachine):
    """The same, to be paid in cash."""

    def __init__(self) -> None:
        super().__init__(a_payment(PaymentMethod.CASH))


class DeskMachine(PaymentMachine):
    """The same, for what no provider did."""

    def __init__(self) -> None:
        super().__init__(a_payment(by_a_provider=False))


TestCash = CashMachine.TestCase
TestDesk = DeskMachine.TestCase
TestPayment = PaymentMachine.TestCase
TestPayment.settings = TestCash.settings = TestDesk.settings = settings(
    max_examples=examples(60), stateful_step_count=20, deadline=None
)
