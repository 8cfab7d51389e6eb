"""However the gateway tells of a refund: does the money end in exactly one place?"""

from collections import Counter

from hypothesis import settings
from hypothesis.stateful import invariant, rule

from domain import ledger
from domain.intent import asks, ends
from domain.ledger import MoneyEvent
from domain.refund import Refund
from domain.refund_terms import RefundState, WhyRefunded
from tests.domain.payment_order_facts import AMOUNT, GATEWAY_REFUND, ORDER, OTHER_PAY, REFUND
from tests.support.effort import examples
from tests.support.machine import AggregateMachine
from tests.support.roadside import CUSTOMER, NOON


def a_refund(*, asked: bool = True) -> Refund:
    told = {"order_id": ORDER, "customer_id": CUSTOMER, "payment": OTHER_PAY, "currency": "INR", "at": NOON}
    if asked:
        return Refund.request(REFUND, amount_minor=AMOUNT, why=WhyRefunded.DUPLICATE, **told)  # type: ignore[arg-type]  # texts, ids, instants
    return Refund.recognise(REFUND, amount_minor=AMOUNT, gateway_refund=GATEWAY_REFUND, **told)  # type: ignore[arg-type]  # texts, ids, instants


class RefundMachine(AggregateMachine[Refund]):
    """Random news of one refund."""

    def __init__(self, begun: Refund | None = None) -> None:
        super().__init__(begun or a_refund())

    @rule()
    def accept(self) -> None:
        self.attempt(lambda r: r.accepted(GATEWAY_REFUND, self.now))

    @rule()
    def doubt(self) -> None:
        self.attempt(lambda r: r.doubted("no_answer", self.now))

    @rule()
    def reject(self) -> None:
        self.attempt(lambda r: r.rejected("refused", self.now))

    @rule()
    def finish(self) -> None:
        self.attempt(lambda r: r.processed(GATEWAY_REFUND, self.now))

    @rule()
    def fail(self) -> None:
        self.attempt(lambda r: r.failed(GATEWAY_REFUND, self.now))

    @invariant()
    def what_is_asked_is_ended_once_at_most(self) -> None:
        asked = sum(asks(f.event_class) is not None for f in self.history)
        ended = sum(ends(f.event_class) is not None for f in self.history)
        assert ended <= asked <= 1

    @invariant()
    def the_money_is_in_one_place(self) -> None:
        standing: Counter[str] = Counter()
        for each in self.history:
            if issubclass(each.event_class, MoneyEvent):
                legs = each.fields["legs"]
                assert isinstance(legs, tuple)
                for leg in legs:
                    standing[leg.account] += leg.amount_minor
        state = self.aggregate.state
        assert standing[ledger.CLEARING] == (-AMOUNT if state is RefundState.PROCESSED else 0)
        is_over = state in {RefundState.PROCESSED, RefundState.PUT_BACK}
        assert standing[ledger.REFUND_IN_FLIGHT] == (0 if is_over else -AMOUNT)


class RecognisedMachine(RefundMachine):
    """One that nobody of us asked for."""

    def __init__(self) -> None:
        super().__init__(a_refund(asked=False))


TestRefundMachine = RefundMachine.TestCase
TestRefundMachine.settings = settings(max_examples=examples(40), stateful_step_count=12, deadline=None)
TestRecognisedMachine = RecognisedMachine.TestCase
TestRecognisedMachine.settings = settings(max_examples=examples(20), stateful_step_count=12, deadline=None)
