"""Whatever becomes of a bill: is no more taken back than it said, in equal halves, and does replay agree?"""

from datetime import timedelta
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from domain.credit_terms import CreditShare
from domain.invoice import Invoice
from domain.invoice_terms import DocType, WhyCancelled
from domain.payment import Payment
from infra.event_store import codec
from tests.domain.document_facts import IRN, series
from tests.domain.money_facts import KARNATAKA, PAYMENT, SAC, TOW_LINES, due
from tests.support.effort import examples
from tests.support.machine import AggregateMachine
from tests.support.roadside import NOON
from tests.support.rulebook import row_of

INDIA = "Asia/Kolkata"
OPERATIONS = [UUID(int=number) for number in (1, 2)]


def a_bill() -> Invoice:
    payment = codec.replay(PAYMENT, [row_of(due(), 1)])
    assert isinstance(payment, Payment)
    return Invoice.issue(
        series(DocType.INVOICE), payment, TOW_LINES, sac=SAC, place_of_supply=KARNATAKA, time_zone=INDIA, at=NOON
    )


class InvoiceMachine(AggregateMachine[Invoice]):
    """Random orders and answers, some of them days later."""

    def __init__(self) -> None:
        super().__init__(a_bill())
        self.shares: dict[UUID, CreditShare] = {}

    @rule(operation=st.sampled_from(OPERATIONS))
    def ask(self, operation: UUID) -> None:
        self.attempt(lambda bill: bill.ask_registration(operation, 1, self.now))

    @rule(operation=st.sampled_from(OPERATIONS), answer=st.sampled_from(["yes", "no", "perhaps"]))
    def the_registrar_answers(self, operation: UUID, answer: str) -> None:
        if answer == "yes":
            self.attempt(lambda bill: bill.take_registration(operation, IRN, "1", self.now, self.now))
        elif answer == "no":
            self.attempt(lambda bill: bill.take_rejection(operation, "2172", self.now))
        else:
            self.attempt(lambda bill: bill.doubt_registration(operation, "no_answer", self.now))

    @rule(why=st.sampled_from(WhyCancelled))
    def cancel(self, why: WhyCancelled) -> None:
        self.attempt(lambda bill: bill.cancel(why, self.now))

    @rule(operation=st.sampled_from(OPERATIONS), why=st.sampled_from(WhyCancelled))
    def ask_for_void(self, operation: UUID, why: WhyCancelled) -> None:
        self.attempt(lambda bill: bill.ask_void(operation, why, self.now))

    @rule(operation=st.sampled_from(OPERATIONS), answer=st.sampled_from(["yes", "no", "perhaps"]))
    def the_registrar_answers_about_void(self, operation: UUID, answer: str) -> None:
        def take(bill: Invoice) -> None:
            why = bill.take_void(operation, self.now)
            if why is not None:
                bill.became_void(why, self.now)

        if answer == "yes":
            self.attempt(take)
        elif answer == "no":
            self.attempt(lambda bill: bill.take_void_rejection(operation, "2270", self.now))
        else:
            self.attempt(lambda bill: bill.doubt_void(operation, "no_answer", self.now))

    @rule(note=st.integers(1, 9), amount=st.integers(-1, 200_000))
    def credit(self, note: int, amount: int) -> None:
        def order(bill: Invoice) -> None:
            divided = bill.credit(UUID(int=note), amount, INDIA, self.now)
            if divided is not None:
                self.shares[UUID(int=note)] = divided

        self.attempt(order)

    @rule(hours=st.sampled_from([1, 12, 24, 24 * 400]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @invariant()
    def no_more_is_taken_back_than_was_billed(self) -> None:
        assert 0 <= self.aggregate.credited_minor <= self.aggregate.total_minor
        taken = [share.net_minor + sum(line.amount_minor for line in share.tax_lines) for share in self.shares.values()]
        assert sum(taken) == self.aggregate.credited_minor
        assert all(len({line.amount_minor for line in share.tax_lines}) <= 1 for share in self.shares.values())
        if self.aggregate.credited_minor == self.aggregate.total_minor:
            tax = sum(line.amount_minor for share in self.shares.values() for line in share.tax_lines)
            assert tax == sum(line.amount_minor for line in self.aggregate.tax_lines)

    @invariant()
    def what_is_void_was_never_credited_and_never_registered_unless_it_is_void_there_too(self) -> None:
        if self.aggregate.is_cancelled:
            assert self.aggregate.irn is None or "invoice.void_confirmed" in self.topics()
            assert self.aggregate.voiding is None
            assert not self.aggregate.credited_minor
            assert not self.aggregate.is_registering


TestInvoice = InvoiceMachine.TestCase
TestInvoice.settings = settings(max_examples=examples(40), stateful_step_count=25, deadline=None)
