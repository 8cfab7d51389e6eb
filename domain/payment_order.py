"""How does a customer pay us through the gateway? An order is opened, tried to be paid, and captured once."""

from dataclasses import field, replace
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Aggregate, Created, event
from domain.intent import IntentKind
from domain.ledger import MoneyEvent, recipes
from domain.money import CurrencyMismatch, checked_amount, checked_currency
from domain.payment_link_terms import PaymentLink
from domain.payment_order_captures import OrderCaptures
from domain.payment_order_link_messages import OrderLinkMessages
from domain.payment_order_links import OrderLinks
from domain.payment_order_opening import OrderOpening
from domain.payment_order_refunds import OrderRefunds
from domain.payment_order_terms import (
    LEAST_MINOR,
    MOST_TRIES,
    RANK,
    Becomes,
    CaptureWanted,
    Challenge,
    OrderPurpose,
    OrderState,
    Source,
    Told,
    TooLittle,
    Try,
    TryStatus,
    moved_on,
    opening_of,
    try_of,
    with_try,
)
from domain.refusal import OutOfTurn


class PaymentOrder(OrderOpening, OrderCaptures, OrderRefunds, OrderLinks, OrderLinkMessages, Aggregate):
    """One sum that a customer pays through the gateway, and every payment that was tried for it.

    What the gateway tells is folded by rank, payment by payment, so that it comes to the same in whichever order and
    how often it is told. The first payment that is captured pays the order; every other one is a duplicate.
    """

    TOPIC = "payment_order"

    customer_id: UUID
    purpose: OrderPurpose
    subject_id: UUID | None
    operation_id: UUID
    amount_minor: int
    currency: str
    captures_at_once: bool
    state: OrderState = field(default=OrderState.OPENING, init=False)
    gateway_order: str | None = field(default=None, init=False)
    tries: tuple[Try, ...] = field(default=(), init=False)
    capture: CaptureWanted | None = field(default=None, init=False)
    not_captured: tuple[str, ...] = field(default=(), init=False)
    opening_is_over: bool = field(default=False, init=False)
    refunds: tuple[UUID, ...] = field(default=(), init=False)
    refunded_minor: int = field(default=0, init=False)
    challenges: tuple[Challenge, ...] = field(default=(), init=False)
    seen_at_checkout: tuple[str, ...] = field(default=(), init=False)
    links: tuple[PaymentLink, ...] = field(default=(), init=False)

    class Requested(Created):
        """The gateway is to open an order; ``subject_id`` is the payment that is owed, or the request."""

        TOPIC: ClassVar[str] = "payment_order.requested"
        ASKS: ClassVar[IntentKind] = IntentKind.OPEN_ORDER
        operation_id: UUID
        customer_id: UUID
        purpose: OrderPurpose
        subject_id: UUID | None
        amount_minor: int
        currency: str
        captures_at_once: bool

    class CallbackVerified(Aggregate.Event):
        """The customer's checkout handed over a payment that the gateway had signed."""

        TOPIC: ClassVar[str] = "payment_order.callback_verified"
        gateway_payment: str

    class FactLearned(Aggregate.Event):
        """The gateway told of a payment that is no money yet, or never will be."""

        TOPIC: ClassVar[str] = "payment_order.fact_learned"
        gateway_payment: str
        status: TryStatus
        amount_minor: int
        source: Source

    class PaymentCaptured(MoneyEvent):
        """A payment is with the gateway for us; ``becomes`` says whether it is the one that pays."""

        TOPIC: ClassVar[str] = "payment_order.payment_captured"
        customer_id: UUID
        gateway_payment: str
        amount_minor: int
        becomes: Becomes
        source: Source

    class FeeLearned(MoneyEvent):
        """What the gateway keeps of a captured payment, tax included."""

        TOPIC: ClassVar[str] = "payment_order.fee_learned"
        gateway_payment: str
        fee_minor: int
        tax_minor: int

    class Abandoned(Aggregate.Event):
        """Nobody waits for it any more; the gateway may still tell of a payment."""

        TOPIC: ClassVar[str] = "payment_order.abandoned"

    class Reopened(Aggregate.Event):
        """A payment came late, and is welcome."""

        TOPIC: ClassVar[str] = "payment_order.reopened"
        gateway_payment: str

    @classmethod
    def request(
        cls,
        order_id: UUID,
        *,
        customer_id: UUID,
        purpose: OrderPurpose,
        subject_id: UUID | None,
        amount_minor: int,
        currency: str,
        at: datetime,
    ) -> "PaymentOrder":
        """Ask the gateway for an order; raises BadAmount, UnknownCurrency or TooLittle.

        Only what pays for a job is captured when we say so, and everything else at once.
        """
        checked_amount(amount_minor)
        checked_currency(currency)
        if amount_minor < LEAST_MINOR:
            raise TooLittle(f"the gateway takes {LEAST_MINOR} or more", least_minor=LEAST_MINOR)
        return cls._create(
            cls.Requested,
            id=order_id,
            timestamp=at,
            operation_id=opening_of(order_id),
            customer_id=customer_id,
            purpose=purpose,
            subject_id=subject_id,
            amount_minor=amount_minor,
            currency=currency,
            captures_at_once=purpose is not OrderPurpose.JOB,
        )

    def verify_callback(self, payment: str, at: datetime) -> None:
        """A checkout's signature was genuine; the same again is no news. Raises OutOfTurn before it is open."""
        if self.gateway_order is None:
            raise OutOfTurn(f"the order is {self.state.value}", state=self.state.value, act="verify_callback")
        if payment not in self.seen_at_checkout and len(self.seen_at_checkout) < MOST_TRIES:
            self.trigger_event(self.CallbackVerified, timestamp=at, gateway_payment=payment)

    def learn(self, told: Told, source: Source, at: datetime) -> Becomes | None:
        """Take what the gateway says of a payment to the books; what became of one that is captured only now.

        None when it is no news. Raises CurrencyMismatch or BadAmount.
        """
        checked_amount(told.amount_minor)
        if told.currency != self.currency:
            raise CurrencyMismatch(f"the order is in {self.currency}", currency=told.currency, wanted=self.currency)
        known = try_of(self.tries, told.payment)
        becomes = None
        if known is None or RANK[told.status] > RANK[known.status]:
            becomes = self._learn_news(told, source, at)
        self._learn_fee(told, at)
        return becomes

    def abandon(self, at: datetime) -> None:
        """Wait no longer for it; twice changes nothing. Raises OutOfTurn once it is paid or was refused."""
        if self.state is OrderState.ABANDONED:
            return
        if self.state in {OrderState.PAID, OrderState.REFUSED}:
            raise OutOfTurn(f"the order is {self.state.value}", state=self.state.value, act="abandon")
        self.trigger_event(self.Abandoned, timestamp=at)
        self.unlink(at)

    def _learn_news(self, told: Told, source: Source, at: datetime) -> Becomes | None:
        if told.status is not TryStatus.CAPTURED:
            fields = {"gateway_payment": told.payment, "status": told.status, "amount_minor": told.amount_minor}
            self.trigger_event(self.FactLearned, timestamp=at, **fields, source=source)
            return None
        becomes = self._what_becomes_of(told, at)
        booked = recipes.captured(told.payment, self.id, told.amount_minor, self.currency)
        told_of = {"gateway_payment": told.payment, "amount_minor": told.amount_minor, "customer_id": self.customer_id}
        self.trigger_event(
            self.PaymentCaptured, timestamp=at, becomes=becomes, source=source, **booked.fields, **told_of
        )
        self._capture_came_true(told.payment, at)
        self.unlink(at)
        return becomes

    def _what_becomes_of(self, told: Told, at: datetime) -> Becomes:
        if any(each.becomes is Becomes.PAYS for each in self.tries):
            return Becomes.DUPLICATE
        if self.state is OrderState.ABANDONED:
            if self.purpose is OrderPurpose.JOB:
                return Becomes.LATE
            self.trigger_event(self.Reopened, timestamp=at, gateway_payment=told.payment)
        return Becomes.PAYS

    def _learn_fee(self, told: Told, at: datetime) -> None:
        known = try_of(self.tries, told.payment)
        if not told.fee_minor or known is None or known.fee_is_booked or known.status is not TryStatus.CAPTURED:
            return
        tax = told.tax_minor or 0
        booked = recipes.gateway_fee(told.payment, told.fee_minor, tax, self.currency)
        fields = {"gateway_payment": told.payment, "fee_minor": told.fee_minor, "tax_minor": tax}
        self.trigger_event(self.FeeLearned, timestamp=at, **booked.fields, **fields)

    @event(CallbackVerified)
    def _on_callback_verified(self, gateway_payment: str) -> None:
        self.seen_at_checkout = (*self.seen_at_checkout, gateway_payment)

    @event(FactLearned)
    def _on_fact_learned(self, gateway_payment: str, status: TryStatus, amount_minor: int) -> None:
        self.tries = moved_on(self.tries, gateway_payment, status, amount_minor)

    @event(PaymentCaptured)
    def _on_payment_captured(self, gateway_payment: str, amount_minor: int, becomes: Becomes) -> None:
        tries = moved_on(self.tries, gateway_payment, TryStatus.CAPTURED, amount_minor)
        captured = try_of(tries, gateway_payment)
        if captured is not None:
            tries = with_try(tries, replace(captured, becomes=becomes, amount_minor=amount_minor))
        self.tries = tries
        if becomes is Becomes.PAYS:
            self.state = OrderState.PAID

    @event(FeeLearned)
    def _on_fee_learned(self, gateway_payment: str) -> None:
        charged = try_of(self.tries, gateway_payment)
        if charged is not None:
            self.tries = with_try(self.tries, replace(charged, fee_is_booked=True))

    @event(Abandoned)
    def _on_abandoned(self) -> None:
        self.state = OrderState.ABANDONED

    @event(Reopened)
    def _on_reopened(self) -> None:
        self.state = OrderState.OPEN
