"""How does a subscription get its money? Announced, a day later asked for, and asked for again while there is grace.

A chapter of the subscription. The intent is the event ``charge_requested``; whatever becomes of it comes back under
the same operation. What the gateway says is a fact: it is booked also when nobody expects it any more.
"""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain import ledger
from domain.aggregate import Aggregate, Chapter, event
from domain.intent import IntentEnd, IntentKind
from domain.ledger import MoneyEvent, memberships, recipes
from domain.ledger.transfer import outside_name
from domain.money import checked_amount
from domain.plan_terms import PlanTerms, bill_of_term, taxes_of
from domain.subscription_terms import (
    NOTICE,
    NOTIFIED_AHEAD,
    PAYMENTS_REMEMBERED,
    RETRIED_AFTER,
    Charge,
    ChargeState,
    becoming,
    charge_id,
)


class SubscriptionCharges(Chapter):
    """One charge at a time, for the term that comes next."""

    customer_id: UUID
    terms: PlanTerms
    next_terms: PlanTerms | None
    charge: Charge | None
    asked: tuple[UUID, ...]
    payments: tuple[str, ...]
    failed_at: datetime | None
    tried: tuple[int, int]
    """The term that was asked for last, and which attempt that was: none is asked for again under its operation."""

    class ChargeNotified(Aggregate.Event):
        """The customer is told what will be taken, and when at the earliest: a day later or more."""

        TOPIC: ClassVar[str] = "subscription.charge_notified"
        charge_id: UUID
        term: int
        attempt: int
        amount_minor: int
        currency: str
        due_at: datetime

    class ChargeRequested(Aggregate.Event):
        """The gateway is asked for it."""

        TOPIC: ClassVar[str] = "subscription.charge_requested"
        ASKS: ClassVar[IntentKind] = IntentKind.CHARGE
        charge_id: UUID
        operation_id: UUID
        amount_minor: int
        currency: str

    class ChargeConfirmed(Aggregate.Event):
        """The gateway has it."""

        TOPIC: ClassVar[str] = "subscription.charge_confirmed"
        ENDS: ClassVar[IntentEnd] = IntentEnd.CONFIRMED
        operation_id: UUID

    class ChargeFailed(Aggregate.Event):
        """Certainly nothing was taken; ``why`` is the gateway's code."""

        TOPIC: ClassVar[str] = "subscription.charge_failed"
        ENDS: ClassVar[IntentEnd] = IntentEnd.REJECTED
        operation_id: UUID
        why: str

    class ChargeDoubted(Aggregate.Event):
        """Nobody knows: it is asked about, and nothing else is asked for meanwhile."""

        TOPIC: ClassVar[str] = "subscription.charge_doubted"
        DOUBTS: ClassVar[bool] = True
        operation_id: UUID

    class Charged(MoneyEvent):
        """A term is paid: its tax is owed, the rest is earned with its days."""

        TOPIC: ClassVar[str] = "subscription.charged"
        customer_id: UUID
        term: int
        amount_minor: int
        net_minor: int
        gateway_payment: str

    class ChargedInVain(MoneyEvent):
        """Money that nobody expects came through: it is to be given back."""

        TOPIC: ClassVar[str] = "subscription.charged_in_vain"
        customer_id: UUID
        amount_minor: int
        gateway_payment: str

    class FeeLearned(MoneyEvent):
        """What the gateway kept of a payment, in which the tax on it is included."""

        TOPIC: ClassVar[str] = "subscription.fee_learned"
        fee_minor: int
        tax_minor: int
        gateway_payment: str

    def notify_charge(self, number: int, due_at: datetime, at: datetime) -> None:
        """Tell the customer of what comes; a notice is never shorter than a day."""
        wanted, (tried_term, tried) = self.charge, self.tried
        announced = wanted.attempt if wanted is not None and wanted.term == number else 0
        attempt = max(announced, tried if tried_term == number else 0) + 1
        told = {"charge_id": charge_id(self.id, number), "term": number, "attempt": attempt}
        price = {"amount_minor": self.upcoming.price_minor, "currency": self.terms.currency}
        self.trigger_event(self.ChargeNotified, timestamp=at, **told, **price, due_at=max(due_at, at + NOTICE))

    def request_charge(self, at: datetime) -> None:
        """Ask the gateway, when the notice is old enough; until then, and twice, it is no news."""
        wanted = self.charge
        if wanted is None or wanted.state is not ChargeState.NOTIFIED or at < wanted.due_at:
            return
        told = {"charge_id": wanted.charge_id, "operation_id": wanted.operation_id}
        price = {"amount_minor": wanted.amount_minor, "currency": self.terms.currency}
        self.trigger_event(self.ChargeRequested, timestamp=at, **told, **price)

    def take_payment(self, operation_id: UUID, payment: str, amount_minor: int, state: str, at: datetime) -> bool:
        """The gateway has taken it, by this payment; gives whether the next term is paid by that.

        ``state`` is the one whose tax is owed. Twice is no news. What comes through after all, of an earlier attempt,
        pays as well; what nobody expects any more, or not so much of, waits to be given back. Raises BadAmount.
        """
        checked_amount(amount_minor)
        if payment in self.payments:
            return False
        wanted = self.charge
        if operation_id in self.asked:
            self.trigger_event(self.ChargeConfirmed, timestamp=at, operation_id=operation_id)
        if wanted is None or operation_id not in wanted.operations or wanted.amount_minor != amount_minor:
            self.book_in_vain(payment, amount_minor, at)
            return False
        self.book_charge(wanted.term, wanted.amount_minor, payment, state, at)
        return True

    def charge_failed(self, operation_id: UUID, why: str, at: datetime) -> None:
        """The gateway refused, or the customer's bank did; twice is no news."""
        if operation_id in self.asked:
            self.trigger_event(self.ChargeFailed, timestamp=at, operation_id=operation_id, why=outside_name(why))

    def charge_doubted(self, operation_id: UUID, at: datetime) -> None:
        """Nobody knows whether it was taken."""
        if operation_id in self.asked:
            self.trigger_event(self.ChargeDoubted, timestamp=at, operation_id=operation_id)

    def book_charge(self, number: int, amount_minor: int, payment: str, state: str, at: datetime) -> None:
        """Book what a term cost."""
        bill = bill_of_term(amount_minor, self.upcoming.tax_bp)
        booked = memberships.charged(payment, self.id, bill.net_minor, taxes_of(bill, state), self.terms.currency)
        told = {"term": number, "amount_minor": amount_minor, "net_minor": bill.net_minor}
        ids = {"customer_id": self.customer_id, "gateway_payment": payment}
        self.trigger_event(self.Charged, timestamp=at, **booked.fields, **told, **ids)

    @property
    def upcoming(self) -> PlanTerms:
        """The terms of the next term."""
        return self.next_terms or self.terms

    @property
    def is_asked_for(self) -> bool:
        """Whether a charge is on its way, so that nobody knows yet how it comes out."""
        return bool(self.asked)

    @property
    def has_failed(self) -> bool:
        """Whether the gateway has said no, and nothing is announced or on its way since."""
        return self.charge is not None and self.charge.state is ChargeState.FAILED and not self.asked

    def announce_charge(self, number: int, ends_at: datetime, at: datetime) -> None:
        """Announce what the next term costs, when it is time; after a failure the next try, as long as there is one."""
        wanted = self.charge
        if wanted is None:
            if at >= ends_at - NOTIFIED_AHEAD:
                self.notify_charge(number, ends_at, at)
            return
        due_at = self.retry_at()
        if due_at is not None and at >= due_at - NOTICE:
            self.notify_charge(number, due_at, at)

    def retry_at(self) -> datetime | None:
        """When a charge that failed is due again; None when none failed, or as often as it is tried."""
        wanted, failed_at = self.charge, self.failed_at
        if wanted is None or wanted.state is not ChargeState.FAILED or failed_at is None:
            return None
        return failed_at + RETRIED_AFTER[wanted.attempt - 1] if wanted.attempt <= len(RETRIED_AFTER) else None

    def book_fee(self, payment: str, fee_minor: int, tax_minor: int, at: datetime) -> None:
        """Book what the gateway kept of a payment that was just booked; nothing is no news."""
        if fee_minor > 0:
            booked = recipes.gateway_fee(payment, fee_minor, tax_minor, self.terms.currency)
            told = {"fee_minor": fee_minor, "tax_minor": tax_minor, "gateway_payment": payment}
            self.trigger_event(self.FeeLearned, timestamp=at, **booked.fields, **told)

    def book_in_vain(self, payment: str, amount_minor: int, at: datetime) -> None:
        """Book what nobody expects; twice is no news."""
        if payment in self.payments:
            return
        legs = {ledger.CLEARING: amount_minor, ledger.SUSPENSE: -amount_minor}
        booked = ledger.transfer("sbx", payment, self.terms.currency, legs)
        told = {"customer_id": self.customer_id, "amount_minor": amount_minor, "gateway_payment": payment}
        self.trigger_event(self.ChargedInVain, timestamp=at, **booked.fields, **told)

    @event(ChargeNotified)
    def _on_charge_notified(
        self, charge_id: UUID, term: int, attempt: int, amount_minor: int, due_at: datetime, at: datetime
    ) -> None:
        self.charge = Charge(charge_id, term, attempt, amount_minor, at, due_at, ChargeState.NOTIFIED)

    @event(ChargeRequested)
    def _on_charge_requested(self, operation_id: UUID) -> None:
        self.asked = (*self.asked, operation_id)
        self.charge = becoming(self.charge, ChargeState.REQUESTED)
        if self.charge is not None:
            self.tried = (self.charge.term, self.charge.attempt)

    @event(ChargeConfirmed)
    def _on_charge_confirmed(self, operation_id: UUID) -> None:
        self.asked = tuple(each for each in self.asked if each != operation_id)

    @event(ChargeFailed)
    def _on_charge_failed(self, operation_id: UUID, at: datetime) -> None:
        self.asked = tuple(each for each in self.asked if each != operation_id)
        if self.charge is not None and self.charge.operation_id == operation_id:
            self.charge = becoming(self.charge, ChargeState.FAILED)
            self.failed_at = at

    @event(Charged)
    def _on_charged(self, gateway_payment: str) -> None:
        self.payments = (*self.payments[1 - PAYMENTS_REMEMBERED :], gateway_payment)
        self.charge = None

    @event(ChargedInVain)
    def _on_charged_in_vain(self, gateway_payment: str) -> None:
        self.payments = (*self.payments[1 - PAYMENTS_REMEMBERED :], gateway_payment)
