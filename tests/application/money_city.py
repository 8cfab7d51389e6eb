"""In what city may anything happen to money? Two customers, two providers, four jobs, and every act there is."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

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
from application.learn_payment import LearnPayments, learn_payments
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
from domain.actor import Actor
from domain.catalogue import Service
from domain.money import Money
from domain.payment import Payment
from domain.payment_order import PaymentOrder
from domain.payment_order_terms import Source, Told, TryStatus, job_order_id
from domain.payment_terms import WhyWaived, payment_id
from domain.price_terms import Fault, PaymentMethod
from domain.refusal import NotFound, Refusal
from domain.request_ending import ContactChannel, WhyUnsuccessful
from domain.request_fare import WhyDisputed
from domain.request_job import EvidenceKind
from domain.request_terms import CancelReason, Need, RevokeReason
from domain.wallet_terms import WhyFrozen
from tests.application.priced import FLAT_TYRE, PricedWorld
from tests.support.roadside import (
    ANOTHER_PROVIDER,
    BREAKDOWN_CELL,
    DESK_ACTOR,
    DISPATCHER,
    FINANCE_ACTOR,
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

JOBS = tuple(some_id(number) for number in range(700, 704))
PROVIDER_OF = {SHIFT: THE_PROVIDER, OTHER_SHIFT: ANOTHER_PROVIDER}


class MoneyCity:
    """Tries acts, whether or not it is their turn; the log's own bookkeeper looks at every event."""

    def __init__(self) -> None:
        self.world = PricedWorld()
        self.now = NOON
        self.asked: dict[UUID, Actor] = {}
        self.holders: dict[UUID, Actor] = {}
        self._offers = itertools.count(800)
        asyncio.run(self.world.open_both())

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

    def ask(self, request_id: UUID, customer: Actor, method: PaymentMethod | None) -> None:
        if request_id in self.asked:
            return
        assert customer.subject_id is not None
        call = replace(FLAT_TYRE, customer_id=customer.subject_id)
        if self.traded(request_service, RequestService(customer, request_id, call, self.now, method)):
            self.asked[request_id] = customer

    def take(self, request_id: UUID, shift_id: UUID) -> None:
        offer_id, lapses_at = some_id(next(self._offers)), self.now + timedelta(seconds=30)
        if self.order(make_offer, MakeOffer(DISPATCHER, request_id, offer_id, shift_id, lapses_at, self.now)):
            provider = PROVIDER_OF[shift_id]
            if self.order(accept_offer, AcceptOffer(provider, offer_id, self.now)):
                self.holders[request_id] = provider

    def work(self, request_id: UUID, steps: int) -> None:
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

    def top_up(self, request_id: UUID, number: int) -> None:
        self.pay_in(self.customer(request_id), (1_000, 20_000, 60_000)[number % 3])

    def pay_in(self, customer: Actor, minor: int) -> None:
        assert customer.subject_id is not None
        self.order(top_up_wallet, TopUpWallet(DESK_ACTOR, customer.subject_id, Money(minor, "INR"), self.now))

    def freeze(self, request_id: UUID, number: int) -> None:
        customer_id = self.customer(request_id).subject_id
        assert customer_id is not None
        why = WhyFrozen.LEGAL_ORDER if number % 2 else None
        self.order(freeze_wallet, FreezeWallet(DESK_ACTOR, customer_id, why, self.now))

    def confirm(self, request_id: UUID, number: int) -> None:
        method = (PaymentMethod.WALLET, PaymentMethod.CASH)[number % 2]
        told = ConfirmRequest(self.customer(request_id), request_id, 1 + number // 2, method, self.now)
        self.traded(confirm_request, told)

    def quote_again(self, request_id: UUID, _number: int) -> None:
        self.traded(issue_quote, IssueQuote(DESK_ACTOR, request_id, self.now))

    def raise_sos(self, request_id: UUID, _number: int) -> None:
        self.traded(raise_sos, RaiseSos(self.customer(request_id), request_id, self.now))

    def propose(self, request_id: UUID, number: int) -> None:
        parts, discount = (0, 1_000, 90_000)[number % 3], (0, 2_000)[number % 2]
        self.traded(propose_fare, ProposeFare(self.holder(request_id), request_id, parts, discount, self.now))

    def agree(self, request_id: UUID, number: int) -> None:
        told = ApproveFare(self.customer(request_id), request_id, 1 + number % 2, self.now)
        self.order(approve_fare, told)

    def object(self, request_id: UUID, number: int) -> None:
        told = DisputeFare(self.customer(request_id), request_id, 1 + number % 2, WhyDisputed.TOO_HIGH, self.now)
        self.order(dispute_fare, told)

    def hand_cash_over(self, request_id: UUID, number: int) -> None:
        payment: Payment | None = self.get(Payment, payment_id(request_id))
        due = (payment.open_minor if payment else 0) + (number == 5)
        self.order(collect_cash, CollectCash(self.holder(request_id), request_id, due, "INR", self.now))

    def give_up_cash(self, request_id: UUID, _number: int) -> None:
        self.order(waive_payment, WaivePayment(FINANCE_ACTOR, payment_id(request_id), WhyWaived.GOODWILL, self.now))

    def repay(self, request_id: UUID, number: int) -> None:
        payment: Payment | None = self.get(Payment, payment_id(request_id))
        money = Money((payment.owed_minor if payment and number else 5_000) or 1, "INR")
        self.order(repay_debt, RepayDebt(DESK_ACTOR, payment_id(request_id), money, self.now))

    def pay_online(self, request_id: UUID, number: int) -> None:
        """What the gateway tells of a checkout: captured, or only authorised."""
        order: PaymentOrder | None = self.get(PaymentOrder, job_order_id(request_id, number % 2))
        if order is not None:
            status = TryStatus.CAPTURED if number < 4 else TryStatus.AUTHORIZED
            told = Told(f"pay_{order.id.hex}", status, order.amount_minor, order.currency)
            self.order(
                learn_payments,
                LearnPayments(Actor.system("worker", TENANT), order.id, [told], Source.WEBHOOK, self.now),
            )

    def call_off(self, request_id: UUID, number: int) -> None:
        fault = (None, *Fault)[number % 4]
        actor = self.customer(request_id) if fault is None else DESK_ACTOR
        self.order(cancel_request, CancelRequest(actor, request_id, CancelReason.OTHER, self.now, fault=fault))

    def give_back(self, request_id: UUID, _number: int) -> None:
        why = RevokeReason.PROVIDER_CANCELLED
        self.traded(release_job, ReleaseJob(self.holder(request_id), request_id, why, self.now))

    def be_gone(self, request_id: UUID, _number: int) -> None:
        who = self.holder(request_id)
        self.order(attempt_contact, AttemptContact(who, request_id, ContactChannel.CALL, self.now))
        self.order(attempt_contact, AttemptContact(who, request_id, ContactChannel.CALL, self.now))
        self.order(report_gone, ReportGone(who, request_id, self.now + timedelta(minutes=10), self.now))
        self.order(confirm_gone, ConfirmGone(DESK_ACTOR, request_id, self.now))

    def help_in_vain(self, request_id: UUID, number: int) -> None:
        why = tuple(WhyUnsuccessful)[number % len(WhyUnsuccessful)]
        self.order(end_unsuccessful, EndUnsuccessful(self.holder(request_id), request_id, why, self.now))

    def find_nobody(self, request_id: UUID, _number: int) -> None:
        self.order(give_up_search, GiveUpSearch(DESK_ACTOR, request_id, self.now))

    def expire(self, request_id: UUID, _number: int) -> None:
        self.order(expire_quote, ExpireQuote(DISPATCHER, request_id, self.now))

    def merge(self, request_id: UUID, number: int) -> None:
        self.order(merge_requests, MergeRequests(DESK_ACTOR, request_id, JOBS[number % len(JOBS)], self.now))

    def need_something_else(self, request_id: UUID, number: int) -> None:
        need, at_most = Need(Service.TOW, None), (None, 10**6)[number % 2]
        self.traded(change_need, ChangeNeed(self.customer(request_id), request_id, need, at_most, self.now))
