"""Whatever customers, providers and the desk do, in whatever order: is nobody's money lost, kept or taken twice?"""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from application.accept_offer import AcceptOffer, accept_offer
from application.approve_fare import ApproveFare, approve_fare
from application.attempt_contact import AttemptContact, attempt_contact
from application.cancel_request import CancelRequest, cancel_request
from application.capture_evidence import CaptureEvidence, capture_evidence
from application.change_need import ChangeNeed, change_need
from application.collect_cash import CollectCash, collect_cash
from application.complete_service import CompleteService, complete_service
from application.confirm_arrival import ConfirmArrival, confirm_arrival
from application.confirm_gone import ConfirmGone, confirm_gone
from application.confirm_request import ConfirmRequest, confirm_request
from application.dispute_fare import DisputeFare, dispute_fare
from application.end_unsuccessful import EndUnsuccessful, end_unsuccessful
from application.expire_quote import ExpireQuote, expire_quote
from application.freeze_wallet import FreezeWallet, freeze_wallet
from application.give_up_search import GiveUpSearch, give_up_search
from application.issue_quote import IssueQuote, issue_quote
from application.make_offer import MakeOffer, make_offer
from application.merge_requests import MergeRequests, merge_requests
from application.propose_fare import ProposeFare, propose_fare
from application.raise_sos import RaiseSos, raise_sos
from application.release_job import ReleaseJob, release_job
from application.repay_debt import RepayDebt, repay_debt
from application.report_en_route import ReportEnRoute, report_en_route
from application.report_gone import ReportGone, report_gone
from application.request_service import RequestService, request_service
from application.start_service import StartService, start_service
from application.top_up_wallet import TopUpWallet, top_up_wallet
from application.waive_payment import WaivePayment, waive_payment
from domain import ledger
from domain.actor import Actor
from domain.catalogue import Service
from domain.money import Money
from domain.payment import Payment
from domain.payment_terms import PaymentState, WhyWaived, payment_id
from domain.price_terms import Fault, PaymentMethod
from domain.refusal import NotFound, Refusal
from domain.request_ending import Channel, WhyUnsuccessful
from domain.request_fare import Outcome, WhyDisputed
from domain.request_job import EvidenceKind
from domain.request_terms import CLOSED, CancelReason, Need, RevokeReason
from domain.service_request import ServiceRequest
from domain.wallet import Wallet
from domain.wallet_terms import WhyFrozen, wallet_id
from tests.application.priced import FLAT_TYRE, PricedWorld
from tests.support.roadside import (
    ANOTHER_CUSTOMER,
    ANOTHER_PROVIDER,
    BREAKDOWN_CELL,
    DESK_ACTOR,
    DISPATCHER,
    NOON,
    OTHER_SHIFT,
    SHIFT,
    TENANT,
    THE_CUSTOMER,
    THE_PROVIDER,
    some_id,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

REQUESTS = st.sampled_from([some_id(n) for n in range(700, 704)])
CUSTOMERS = st.sampled_from([THE_CUSTOMER, ANOTHER_CUSTOMER])
METHODS = st.sampled_from([PaymentMethod.WALLET, PaymentMethod.CASH])
PAID_IN = st.sampled_from([10_000, 60_000, 200_000])
SHIFTS = st.sampled_from([SHIFT, OTHER_SHIFT])
ENDINGS = ("be_gone", "call_off", "give_up_cash", "hand_cash_over", "help_in_vain", "propose", "repay")
MEDDLING = (
    *("agree", "confirm", "expire", "find_nobody", "freeze", "give_back", "merge", "need_something_else", "object"),
    *("pay_in", "quote_again", "raise_sos"),
)
PROVIDER_OF = {SHIFT: THE_PROVIDER, OTHER_SHIFT: ANOTHER_PROVIDER}


class MoneyMachine(RuleBasedStateMachine):
    """Two customers, two providers, four jobs; the log's own bookkeeper looks at every event besides."""

    def __init__(self) -> None:
        super().__init__()
        self.world = PricedWorld()
        self.now = NOON
        self.asked: dict[UUID, Actor] = {}
        self.holders: dict[UUID, Actor] = {}
        self._offers = itertools.count(800)

    @initialize(one=PAID_IN, other=PAID_IN)
    def open_the_city(self, one: int, other: int) -> None:
        asyncio.run(self.world.open_both())
        self.pay_in(THE_CUSTOMER, one)
        self.pay_in(ANOTHER_CUSTOMER, other)

    def order(self, use_case: Callable[..., Awaitable[Any]], command: Any, **ports: Any) -> bool:
        """Try it; whether it was done."""
        try:
            asyncio.run(self.world.run(partial(use_case, **ports) if ports else use_case, command))
        except Refusal:
            return False
        return True

    def traded(self, use_case: Callable[..., Awaitable[Any]], command: Any) -> bool:
        """Try what looks at zones and prices."""
        return self.order(use_case, command, trade=self.world.trade)

    def get(self, kind: type[Any], stream_id: UUID) -> Any:
        """As it stands, or None."""
        try:
            return asyncio.run(self.world.the(kind, stream_id))
        except NotFound:
            return None

    def holder(self, request_id: UUID) -> Actor:
        return self.holders.get(request_id, THE_PROVIDER)

    @rule(minutes=st.sampled_from([0, 1, 3, 40]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes, seconds=1)

    @rule(request_id=REQUESTS, customer=CUSTOMERS, method=METHODS, shift_id=SHIFTS, steps=st.integers(0, 6))
    def bring(self, request_id: UUID, customer: Actor, method: PaymentMethod, shift_id: UUID, steps: int) -> None:
        """A job that goes as it should, for a while: what is out of turn is refused and changes nothing."""
        self._ask(request_id, customer, method)
        if steps:
            self._take(request_id, shift_id)
            self._work(request_id, steps - 1)

    @rule(request_id=REQUESTS, how=st.sampled_from(ENDINGS), number=st.integers(0, 5))
    def end(self, request_id: UUID, how: str, number: int) -> None:
        """One of the ways in which a job comes to its end, or is paid after it."""
        getattr(self, f"_{how}")(request_id, number)

    @rule(request_id=REQUESTS, what=st.sampled_from(MEDDLING), number=st.integers(0, 5))
    def meddle(self, request_id: UUID, what: str, number: int) -> None:
        """Something else happens to it."""
        getattr(self, f"_{what}")(request_id, number)

    def _ask(self, request_id: UUID, customer: Actor, method: PaymentMethod | None) -> None:
        if request_id in self.asked:
            return
        assert customer.subject_id is not None
        call = replace(FLAT_TYRE, customer_id=customer.subject_id)
        if self.traded(request_service, RequestService(customer, request_id, call, self.now, method)):
            self.asked[request_id] = customer

    def _take(self, request_id: UUID, shift_id: UUID) -> None:
        offer_id, lapses_at = some_id(next(self._offers)), self.now + timedelta(seconds=30)
        if self.order(make_offer, MakeOffer(DISPATCHER, request_id, offer_id, shift_id, lapses_at, self.now)):
            provider = PROVIDER_OF[shift_id]
            if self.order(accept_offer, AcceptOffer(provider, offer_id, self.now)):
                self.holders[request_id] = provider

    def _work(self, request_id: UUID, steps: int) -> None:
        who, sha = self.holder(request_id), "a" * 64
        drive = ReportEnRoute(who, request_id, self.now)
        arrive = ConfirmArrival(who, request_id, BREAKDOWN_CELL, self.now)
        begin = StartService(DESK_ACTOR, request_id, None, self.now)
        prove = CaptureEvidence(who, request_id, EvidenceKind.WORK_DONE, sha, None, self.now, self.now)
        ways: list[Callable[[], bool]] = [
            lambda: self.order(report_en_route, drive),
            lambda: self.order(confirm_arrival, arrive),
            lambda: self.order(start_service, begin, codes=self.world.codes),
            lambda: self.order(capture_evidence, prove),
            lambda: self.traded(complete_service, CompleteService(who, request_id, self.now)),
        ]
        for step in ways[:steps]:
            step()

    def customer(self, request_id: UUID) -> Actor:
        return self.asked.get(request_id, THE_CUSTOMER)

    def _pay_in(self, request_id: UUID, number: int) -> None:
        self.pay_in(self.customer(request_id), (1_000, 20_000, 60_000)[number % 3])

    def pay_in(self, customer: Actor, minor: int) -> None:
        assert customer.subject_id is not None
        self.order(top_up_wallet, TopUpWallet(DESK_ACTOR, customer.subject_id, Money(minor, "INR"), self.now))

    def _freeze(self, request_id: UUID, number: int) -> None:
        customer_id = self.customer(request_id).subject_id
        assert customer_id is not None
        why = WhyFrozen.LEGAL_ORDER if number % 2 else None
        self.order(freeze_wallet, FreezeWallet(DESK_ACTOR, customer_id, why, self.now))

    def _confirm(self, request_id: UUID, number: int) -> None:
        method = (PaymentMethod.WALLET, PaymentMethod.CASH)[number % 2]
        told = ConfirmRequest(self.customer(request_id), request_id, 1 + number // 2, method, self.now)
        self.traded(confirm_request, told)

    def _quote_again(self, request_id: UUID, _number: int) -> None:
        self.traded(issue_quote, IssueQuote(DESK_ACTOR, request_id, self.now))

    def _raise_sos(self, request_id: UUID, _number: int) -> None:
        self.traded(raise_sos, RaiseSos(self.customer(request_id), request_id, self.now))

    def _propose(self, request_id: UUID, number: int) -> None:
        parts, discount = (0, 1_000, 90_000)[number % 3], (0, 2_000)[number % 2]
        self.traded(propose_fare, ProposeFare(self.holder(request_id), request_id, parts, discount, self.now))

    def _agree(self, request_id: UUID, number: int) -> None:
        told = ApproveFare(self.customer(request_id), request_id, 1 + number % 2, self.now)
        self.order(approve_fare, told)

    def _object(self, request_id: UUID, number: int) -> None:
        told = DisputeFare(self.customer(request_id), request_id, 1 + number % 2, WhyDisputed.TOO_HIGH, self.now)
        self.order(dispute_fare, told)

    def _hand_cash_over(self, request_id: UUID, number: int) -> None:
        payment: Payment | None = self.get(Payment, payment_id(request_id))
        due = (payment.open_minor if payment else 0) + (number == 5)
        self.order(collect_cash, CollectCash(self.holder(request_id), request_id, due, "INR", self.now))

    def _give_up_cash(self, request_id: UUID, _number: int) -> None:
        self.order(waive_payment, WaivePayment(DESK_ACTOR, payment_id(request_id), WhyWaived.GOODWILL, self.now))

    def _repay(self, request_id: UUID, number: int) -> None:
        payment: Payment | None = self.get(Payment, payment_id(request_id))
        money = Money((payment.owed_minor if payment and number else 5_000) or 1, "INR")
        self.order(repay_debt, RepayDebt(DESK_ACTOR, payment_id(request_id), money, self.now))

    def _call_off(self, request_id: UUID, number: int) -> None:
        fault = (None, *Fault)[number % 4]
        actor = self.customer(request_id) if fault is None else DESK_ACTOR
        self.order(cancel_request, CancelRequest(actor, request_id, CancelReason.OTHER, self.now, fault=fault))

    def _give_back(self, request_id: UUID, _number: int) -> None:
        why = RevokeReason.PROVIDER_CANCELLED
        self.traded(release_job, ReleaseJob(self.holder(request_id), request_id, why, self.now))

    def _be_gone(self, request_id: UUID, _number: int) -> None:
        who = self.holder(request_id)
        self.order(attempt_contact, AttemptContact(who, request_id, Channel.CALL, self.now))
        self.order(attempt_contact, AttemptContact(who, request_id, Channel.CALL, self.now))
        self.order(report_gone, ReportGone(who, request_id, self.now + timedelta(minutes=10), self.now))
        self.order(confirm_gone, ConfirmGone(DESK_ACTOR, request_id, self.now))

    def _help_in_vain(self, request_id: UUID, number: int) -> None:
        why = tuple(WhyUnsuccessful)[number % len(WhyUnsuccessful)]
        self.order(end_unsuccessful, EndUnsuccessful(self.holder(request_id), request_id, why, self.now))

    def _find_nobody(self, request_id: UUID, _number: int) -> None:
        self.order(give_up_search, GiveUpSearch(DESK_ACTOR, request_id, self.now))

    def _expire(self, request_id: UUID, _number: int) -> None:
        self.order(expire_quote, ExpireQuote(DISPATCHER, request_id, self.now))

    def _merge(self, request_id: UUID, number: int) -> None:
        self.order(merge_requests, MergeRequests(DESK_ACTOR, request_id, some_id(700 + number % 4), self.now))

    def _need_something_else(self, request_id: UUID, number: int) -> None:
        need, at_most = Need(Service.TOW, None), (None, 10**6)[number % 2]
        self.traded(change_need, ChangeNeed(self.customer(request_id), request_id, need, at_most, self.now))

    @invariant()
    def what_is_over_is_settled_and_nothing_is_kept_for_it(self) -> None:
        books = self.world.log.books
        for request_id, customer in self.asked.items():
            request: ServiceRequest = self.get(ServiceRequest, request_id)
            assert customer.subject_id is not None
            wallet: Wallet | None = self.get(Wallet, wallet_id(TENANT, customer.subject_id))
            payment: Payment | None = self.get(Payment, payment_id(request_id))
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
        settled = sum(event.topic == "payment.settled" for event in self.world.log.events)
        assert len(self.world.log.books.bills) == settled

    @invariant()
    def a_customer_owes_what_the_payments_say(self) -> None:
        owed: dict[UUID, int] = {}
        for request_id, customer in self.asked.items():
            payment: Payment | None = self.get(Payment, payment_id(request_id))
            assert customer.subject_id is not None
            if payment is not None:
                owed[customer.subject_id] = owed.get(customer.subject_id, 0) + payment.owed_minor
        for customer_id, minor in owed.items():
            assert self.world.log.books.balance(ledger.receivable_from(customer_id)) == minor


TestMoney = MoneyMachine.TestCase
TestMoney.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
