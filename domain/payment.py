"""How is one job paid? Due, then captured or collected or owed, then divided; at most once."""

from dataclasses import field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain import ledger
from domain.aggregate import Aggregate, Created, event
from domain.ledger import Leg, MoneyEvent
from domain.money import CurrencyMismatch, checked_amount, checked_currency
from domain.payment_cover import PaymentCover
from domain.payment_credit import PaymentCredits, divided_by
from domain.payment_terms import NothingDue, PaymentState, WhyWaived, WrongAmount, payment_id
from domain.price_terms import PaymentMethod
from domain.refusal import OutOfTurn
from domain.request_fare import Outcome
from domain.split import Bill, Shares, Split, legs_of, shares_of


class Payment(PaymentCover, PaymentCredits, Aggregate):
    """What one request costs its customer, and what becomes of that.

    ``paid_minor`` was taken from a wallet or, ``collected_minor`` of it, in cash; ``owed_minor`` the customer owes.
    Once both make up the amount it is divided, exactly once. A debt can be paid later, in parts.
    """

    TOPIC = "payment"

    request_id: UUID
    customer_id: UUID
    provider_id: UUID | None
    method: PaymentMethod
    outcome: Outcome
    amount_minor: int
    currency: str
    state: PaymentState = field(default=PaymentState.DUE, init=False)
    paid_minor: int = field(default=0, init=False)
    collected_minor: int = field(default=0, init=False)
    owed_minor: int = field(default=0, init=False)
    covered_minor: int = field(default=0, init=False)
    partner_id: UUID | None = field(default=None, init=False)
    partner_minor: int = field(default=0, init=False)
    divided: tuple[Leg, ...] = field(default=(), init=False)
    credited_minor: int = field(default=0, init=False)
    notes: tuple[UUID, ...] = field(default=(), init=False)

    class Due(Created):
        """The job, or its early end, is to be paid for."""

        TOPIC: ClassVar[str] = "payment.due"
        request_id: UUID
        customer_id: UUID
        provider_id: UUID | None
        method: PaymentMethod
        outcome: Outcome
        amount_minor: int
        currency: str

    class Captured(Aggregate.Event):
        """So much was taken from the customer's wallet, whose own events book it."""

        TOPIC: ClassVar[str] = "payment.captured"
        request_id: UUID
        customer_id: UUID
        amount_minor: int
        currency: str

    class Collected(MoneyEvent):
        """The provider has it in cash."""

        TOPIC: ClassVar[str] = "payment.collected"
        request_id: UUID
        customer_id: UUID
        provider_id: UUID
        amount_minor: int

    class Owed(MoneyEvent):
        """The customer owes it: nothing was kept for it, or not enough."""

        TOPIC: ClassVar[str] = "payment.owed"
        request_id: UUID
        customer_id: UUID
        amount_minor: int

    class Settled(MoneyEvent):
        """What was paid is divided between the provider, the platform and the state.

        A provider who has the cash keeps it: its payable is reduced by it, and may fall below nothing. What is
        withheld of its part for the state is no part of ``payable_minor``.
        """

        TOPIC: ClassVar[str] = "payment.settled"
        class_version: ClassVar[int] = 2
        request_id: UUID
        customer_id: UUID
        provider_id: UUID | None
        outcome: Outcome
        amount_minor: int
        commission_minor: int
        commission_tax_minor: int
        income_minor: int
        payable_minor: int
        tcs_minor: int
        tds_minor: int
        cash_kept_minor: int

        @staticmethod
        def upcast_v1_v2(state: dict[str, object]) -> None:
            """Nothing was withheld."""
            state.update(tcs_minor=0, tds_minor=0)

    class Repaid(Aggregate.Event):
        """So much of what was owed was taken from the customer's wallet, whose own events book it."""

        TOPIC: ClassVar[str] = "payment.repaid"
        request_id: UUID
        customer_id: UUID
        amount_minor: int
        currency: str

    class Waived(Aggregate.Event):
        """What was due is not asked for."""

        TOPIC: ClassVar[str] = "payment.waived"
        request_id: UUID
        customer_id: UUID
        amount_minor: int
        currency: str
        why: WhyWaived

    @classmethod
    def due(
        cls,
        request_id: UUID,
        *,
        customer_id: UUID,
        provider_id: UUID | None,
        method: PaymentMethod,
        outcome: Outcome,
        amount_minor: int,
        currency: str,
        at: datetime,
    ) -> "Payment":
        """Begin to be paid; raises BadAmount or UnknownCurrency."""
        checked_amount(amount_minor)
        checked_currency(currency)
        return cls._create(
            cls.Due,
            id=payment_id(request_id),
            timestamp=at,
            request_id=request_id,
            customer_id=customer_id,
            provider_id=provider_id,
            method=method,
            outcome=outcome,
            amount_minor=amount_minor,
            currency=currency,
        )

    @property
    def open_minor(self) -> int:
        """What nobody has paid and nobody owes yet."""
        return self.amount_minor - self.paid_minor - self.owed_minor

    def capture(self, amount_minor: int, at: datetime) -> None:
        """So much was taken from the wallet; raises OutOfTurn, BadAmount or WrongAmount."""
        self._in_turn("capture")
        self._check_open(amount_minor)
        self._tell(self.Captured, at, amount_minor=amount_minor)

    def collect(self, amount_minor: int, currency: str, at: datetime) -> None:
        """The provider was given the cash: all of it, at once. Raises NothingDue, CurrencyMismatch or WrongAmount."""
        taker = self.provider_id
        if self.state is not PaymentState.DUE or self.method is not PaymentMethod.CASH or taker is None:
            raise NothingDue(f"the payment is {self.state.value}, by {self.method.value}", state=self.state.value)
        self._check_currency(currency)
        if amount_minor != self.open_minor:
            raise WrongAmount(f"{self.open_minor} is due, not {amount_minor}", due_minor=self.open_minor)
        legs = {ledger.cash_with(taker): amount_minor, ledger.advance_for(self.request_id): -amount_minor}
        self._book(self.Collected, "col", legs, at, provider_id=taker, amount_minor=amount_minor)

    def owe(self, at: datetime) -> None:
        """Whatever is open, the customer owes; nothing open is no news. Raises OutOfTurn."""
        if self.open_minor == 0:
            return
        self._in_turn("owe")
        owed = self.open_minor
        legs = {ledger.receivable_from(self.customer_id): owed, ledger.advance_for(self.request_id): -owed}
        self._book(self.Owed, "owe", legs, at, amount_minor=owed)

    def settle(self, bill: Bill, split: Split, at: datetime) -> Shares:
        """Divide what was paid and what is owed; doing so twice changes nothing. Raises OutOfTurn or WrongAmount."""
        shares = shares_of(bill, split, by_a_provider=self.provider_id is not None)
        if self.state is PaymentState.SETTLED:
            return shares
        if self.open_minor or bill.total_minor != self.amount_minor:
            raise WrongAmount(f"{self.open_minor} of {self.amount_minor} is open, the bill is {bill.total_minor}")
        legs = legs_of(self.request_id, self.provider_id, bill, split)
        kept = self._cash_kept(legs)
        self._book(
            self.Settled,
            "set",
            legs,
            at,
            provider_id=self.provider_id,
            outcome=self.outcome,
            amount_minor=self.amount_minor,
            commission_minor=shares.commission_minor,
            commission_tax_minor=shares.taxes.total_minor if self.provider_id else 0,
            income_minor=shares.income_minor,
            payable_minor=shares.payable_minor,
            tcs_minor=shares.tcs_minor,
            tds_minor=shares.tds_minor,
            cash_kept_minor=kept,
        )
        return shares

    def repay(self, amount_minor: int, currency: str, at: datetime) -> None:
        """So much of the debt was taken from the wallet.

        Raises NothingDue, CurrencyMismatch, BadAmount or WrongAmount.
        """
        if self.owed_minor == 0:
            raise NothingDue(state=self.state.value)
        self._check_currency(currency)
        checked_amount(amount_minor)
        if amount_minor > self.owed_minor:
            raise WrongAmount(f"{self.owed_minor} is owed, not {amount_minor}", due_minor=self.owed_minor)
        self._tell(self.Repaid, at, amount_minor=amount_minor)

    def waive(self, why: WhyWaived, at: datetime) -> None:
        """Ask for it no more; twice changes nothing. Raises OutOfTurn."""
        if self.state is PaymentState.WAIVED:
            return
        self._in_turn("waive")
        if self.paid_minor:
            raise OutOfTurn(f"{self.paid_minor} was paid already", state=self.state.value, act="waive")
        self._tell(self.Waived, at, amount_minor=self.open_minor, why=why)

    def _cash_kept(self, legs: dict[str, int]) -> int:
        """Set what the provider collected off against its payable; gives how much that was."""
        if self.provider_id is not None and self.collected_minor:
            legs[ledger.payable_to(self.provider_id)] += self.collected_minor
            legs[ledger.cash_with(self.provider_id)] = -self.collected_minor
        return self.collected_minor

    def _in_turn(self, act: str) -> None:
        if self.state is not PaymentState.DUE:
            raise OutOfTurn(f"the payment is {self.state.value}", state=self.state.value, act=act)

    def _check_open(self, amount_minor: int) -> None:
        checked_amount(amount_minor)
        if amount_minor > self.open_minor:
            raise WrongAmount(f"{self.open_minor} is due, not {amount_minor}", due_minor=self.open_minor)

    def _check_currency(self, currency: str) -> None:
        if currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} is due", currency=currency, wanted=self.currency)

    def _tell(self, fact: type[Aggregate.Event], at: datetime, **more: object) -> None:
        told = {"request_id": self.request_id, "customer_id": self.customer_id, "currency": self.currency}
        self.trigger_event(fact, timestamp=at, **told, **more)

    def _book(self, fact: type[MoneyEvent], name: str, legs: dict[str, int], at: datetime, **more: object) -> None:
        booked = ledger.transfer(name, self.id, self.currency, legs)
        ids = {"request_id": self.request_id, "customer_id": self.customer_id}
        self.trigger_event(fact, timestamp=at, **ids, **booked.fields, **more)

    @event(Captured)
    def _on_captured(self, amount_minor: int) -> None:
        self.paid_minor += amount_minor
        if self.open_minor == 0:
            self.state = PaymentState.PAID

    @event(Collected)
    def _on_collected(self, amount_minor: int) -> None:
        self.paid_minor += amount_minor
        self.collected_minor = amount_minor
        self.state = PaymentState.PAID

    @event(Owed)
    def _on_owed(self, amount_minor: int) -> None:
        self.owed_minor += amount_minor
        self.state = PaymentState.OWED

    @event(Settled)
    def _on_settled(self, legs: tuple[Leg, ...], cash_kept_minor: int) -> None:
        self.state = PaymentState.SETTLED
        self.divided = divided_by(legs, self.request_id, self.provider_id, cash_kept_minor)

    @event(Repaid)
    def _on_repaid(self, amount_minor: int) -> None:
        self.owed_minor -= amount_minor
        self.paid_minor += amount_minor

    @event(Waived)
    def _on_waived(self) -> None:
        self.state = PaymentState.WAIVED
