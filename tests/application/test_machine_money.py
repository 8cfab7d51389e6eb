"""Whatever customers, providers and the desk do, in whatever order: is nobody's money lost, kept or taken twice?"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain import ledger
from domain.actor import Actor
from domain.payment import Payment
from domain.payment_terms import PaymentState, payment_id
from domain.price_terms import PaymentMethod
from domain.request_fare import Outcome
from domain.request_terms import CLOSED
from domain.service_request import ServiceRequest
from domain.wallet import Wallet
from domain.wallet_terms import wallet_id
from tests.application.money_city import JOBS, MoneyCity
from tests.support.effort import examples
from tests.support.roadside import (
    ANOTHER_CUSTOMER,
    OTHER_SHIFT,
    SHIFT,
    TENANT,
    THE_CUSTOMER,
)

REQUESTS = st.sampled_from(JOBS)
CUSTOMERS = st.sampled_from([THE_CUSTOMER, ANOTHER_CUSTOMER])
METHODS = st.sampled_from([PaymentMethod.WALLET, PaymentMethod.CASH, PaymentMethod.GATEWAY])
PAID_IN = st.sampled_from([10_000, 60_000, 200_000])
SHIFTS = st.sampled_from([SHIFT, OTHER_SHIFT])
ENDINGS = ("be_gone", "call_off", "give_up_cash", "hand_cash_over", "help_in_vain", "propose", "repay")
MEDDLING = (
    *("agree", "confirm", "expire", "find_nobody", "freeze", "give_back", "merge", "need_something_else", "object"),
    *("pay_online", "quote_again", "raise_sos", "top_up"),
)


class MoneyMachine(RuleBasedStateMachine):
    """A city in which anything happens."""

    def __init__(self) -> None:
        super().__init__()
        self.city = MoneyCity()

    @initialize(one=PAID_IN, other=PAID_IN)
    def open_the_city(self, one: int, other: int) -> None:
        self.city.pay_in(THE_CUSTOMER, one)
        self.city.pay_in(ANOTHER_CUSTOMER, other)

    @rule(minutes=st.sampled_from([0, 1, 3, 40]))
    def time_passes(self, minutes: int) -> None:
        self.city.now += timedelta(minutes=minutes, seconds=1)

    @rule(request_id=REQUESTS, customer=CUSTOMERS, method=METHODS, shift_id=SHIFTS, steps=st.integers(0, 6))
    def bring(self, request_id: UUID, customer: Actor, method: PaymentMethod, shift_id: UUID, steps: int) -> None:
        """A job that goes as it should, for a while: what is out of turn is refused and changes nothing."""
        self.city.ask(request_id, customer, method)
        if steps:
            self.city.take(request_id, shift_id)
            self.city.work(request_id, steps - 1)

    @rule(request_id=REQUESTS, how=st.sampled_from(ENDINGS), number=st.integers(0, 5))
    def end(self, request_id: UUID, how: str, number: int) -> None:
        """One of the ways in which a job comes to its end, or is paid after it."""
        getattr(self.city, f"{how}")(request_id, number)

    @rule(request_id=REQUESTS, what=st.sampled_from(MEDDLING), number=st.integers(0, 5))
    def meddle(self, request_id: UUID, what: str, number: int) -> None:
        """Something else happens to it."""
        getattr(self.city, f"{what}")(request_id, number)

    @invariant()
    def what_is_over_is_settled_and_nothing_is_kept_for_it(self) -> None:
        books = self.city.world.log.books
        for request_id, customer in self.city.asked.items():
            request: ServiceRequest = self.city.get(ServiceRequest, request_id)
            assert customer.subject_id is not None
            wallet: Wallet | None = self.city.get(Wallet, wallet_id(TENANT, customer.subject_id))
            payment: Payment | None = self.city.get(Payment, payment_id(request_id))
            over = request.state in CLOSED
            if over:
                assert wallet is None or wallet.hold_for(request_id) is None, f"{request.state}: still kept for it"
                assert (request.settlement is None) == (request.confirmed_quote is None), "I4: settled exactly once"
            assert books.balance(ledger.advance_for(request_id)) == 0, "paid and not divided"
            assert (payment is not None and payment.state is PaymentState.DUE) == (
                payment is not None and not over and request.settlement is None
            ), f"{request.state}: due and not due"
            self._settled_as_told(request, payment)

    def _settled_as_told(self, request: ServiceRequest, payment: Payment | None) -> None:
        told = request.settlement
        if told is None or told.outcome is Outcome.ZERO:
            assert payment is None or payment.state in {PaymentState.DUE, PaymentState.WAIVED}
            return
        assert payment is not None
        assert payment.id == told.payment_id
        assert (payment.state, payment.amount_minor, payment.outcome) == (
            PaymentState.SETTLED,
            told.amount_minor,
            told.outcome,
        )

    @invariant()
    def every_settled_payment_has_one_bill(self) -> None:
        settled = sum(event.topic == "payment.settled" for event in self.city.world.log.events)
        issued = self.city.world.log.books.bills.values()
        assert sum(each["originator_topic"] == "invoice" for each in issued) == settled

    @invariant()
    def a_customer_owes_what_the_payments_say(self) -> None:
        owed: dict[UUID, int] = {}
        for request_id, customer in self.city.asked.items():
            payment: Payment | None = self.city.get(Payment, payment_id(request_id))
            assert customer.subject_id is not None
            if payment is not None:
                owed[customer.subject_id] = owed.get(customer.subject_id, 0) + payment.owed_minor
        for customer_id, minor in owed.items():
            assert self.city.world.log.books.balance(ledger.receivable_from(customer_id)) == minor


TestMoney = MoneyMachine.TestCase
TestMoney.settings = settings(max_examples=examples(25), stateful_step_count=40, deadline=None)


@pytest.mark.slow
class TestMoreMoney(MoneyMachine.TestCase):  # type: ignore[misc,valid-type]  # made by Hypothesis
    """Each city takes half a second."""

    settings = settings(max_examples=examples(150), stateful_step_count=40, deadline=None)
