"""What may happen to a customer's money with us: put in, kept for a job, taken for it, given back, frozen?"""

from dataclasses import field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain import ledger
from domain.aggregate import Aggregate, Created, event
from domain.ledger import MoneyEvent, Transfer
from domain.money import CurrencyMismatch, checked_amount, checked_currency
from domain.wallet_freeze import WalletFreeze
from domain.wallet_promo_terms import Grant, KeptPromo, Part, Spent, spent_more
from domain.wallet_promos import WalletPromos
from domain.wallet_returns import WalletReturns
from domain.wallet_terms import (
    MOST_HOLDS,
    Hold,
    InsufficientFunds,
    NoSuchHold,
    TooManyHolds,
    WalletFrozen,
    WhyCredited,
    WhyDebited,
    WhyFrozen,
    WhyReleased,
    remembering,
    wallet_id,
)


class Wallet(WalletPromos, WalletReturns, WalletFreeze, Aggregate):
    """One customer's money with us, in one currency.

    What is available, the balance without the holds, is never below nothing (W2). Requests (hold, debit) obey that
    and a freeze; facts (a credit, the capture of a hold) are booked whatever else stands. What a customer was given
    to spend (``wallet_promos``) is no part of the balance.
    """

    TOPIC = "wallet"
    SNAPSHOT: ClassVar[dict[str, object]] = {
        "customer_id": UUID,
        "currency": str,
        "balance_minor": int,
        "holds": tuple[Hold, ...],
        "frozen": WhyFrozen | None,
        "booked": tuple[str, ...],
        "grants": tuple[Grant, ...],
        "kept_promos": tuple[KeptPromo, ...],
        "spent": tuple[Spent, ...],
        "rewarded_at": tuple[datetime, ...],
        "granted": tuple[UUID, ...],
    }

    customer_id: UUID
    currency: str
    balance_minor: int = field(default=0, init=False)
    holds: tuple[Hold, ...] = field(default=(), init=False)
    frozen: WhyFrozen | None = field(default=None, init=False)
    booked: tuple[str, ...] = field(default=(), init=False)
    grants: tuple[Grant, ...] = field(default=(), init=False)
    kept_promos: tuple[KeptPromo, ...] = field(default=(), init=False)
    spent: tuple[Spent, ...] = field(default=(), init=False)
    rewarded_at: tuple[datetime, ...] = field(default=(), init=False)
    granted: tuple[UUID, ...] = field(default=(), init=False)

    class Opened(Created):
        """The customer has a wallet."""

        TOPIC: ClassVar[str] = "wallet.opened"
        customer_id: UUID
        currency: str

    class Credited(MoneyEvent):
        """Money came in; ``balance_minor`` is what the wallet has from now on."""

        TOPIC: ClassVar[str] = "wallet.credited"
        customer_id: UUID
        amount_minor: int
        balance_minor: int
        why: WhyCredited

    class Debited(MoneyEvent):
        """Money went out, for a job or a fee that nothing was kept for."""

        TOPIC: ClassVar[str] = "wallet.debited"
        customer_id: UUID
        amount_minor: int
        balance_minor: int
        why: WhyDebited
        request_id: UUID

    class HoldPlaced(Aggregate.Event):
        """A part of the balance is kept for a job; it is still the customer's."""

        TOPIC: ClassVar[str] = "wallet.hold_placed"
        customer_id: UUID
        hold_id: UUID
        request_id: UUID
        amount_minor: int
        currency: str
        expires_at: datetime

    class HoldCaptured(MoneyEvent):
        """What was kept is taken; ``released_minor`` is the rest, which is free again."""

        TOPIC: ClassVar[str] = "wallet.hold_captured"
        customer_id: UUID
        hold_id: UUID
        request_id: UUID
        amount_minor: int
        released_minor: int
        balance_minor: int

    class HoldReleased(Aggregate.Event):
        """What was kept is free again."""

        TOPIC: ClassVar[str] = "wallet.hold_released"
        customer_id: UUID
        hold_id: UUID
        request_id: UUID
        amount_minor: int
        currency: str
        why: WhyReleased

    @classmethod
    def open(cls, tenant: str, customer_id: UUID, currency: str, at: datetime) -> "Wallet":
        """A wallet with nothing in it; raises UnknownCurrency."""
        told = {"customer_id": customer_id, "currency": checked_currency(currency)}
        return cls._create(cls.Opened, id=wallet_id(tenant, customer_id), timestamp=at, **told)

    @property
    def held_minor(self) -> int:
        """What is kept for jobs."""
        return sum(hold.amount_minor for hold in self.holds)

    @property
    def available_minor(self) -> int:
        """What could be kept or taken for something else."""
        return self.balance_minor - self.held_minor

    def hold_for(self, request_id: UUID) -> Hold | None:
        """What is kept for a job, if anything."""
        return next((hold for hold in self.holds if hold.request_id == request_id), None)

    def credit(self, transfer_id: UUID, amount_minor: int, why: WhyCredited, source: str, at: datetime) -> None:
        """Book money that came in from the account ``source``; the same transfer twice changes nothing.

        A frozen wallet takes it as well. Raises BadAmount.
        """
        checked_amount(amount_minor)
        legs = {source: amount_minor, ledger.wallet_of(self.customer_id): -amount_minor}
        booked = ledger.transfer("crd", transfer_id, self.currency, legs)
        if booked.transfer_id not in self.booked:
            self._book(self.Credited, booked, amount_minor, at, amount_minor=amount_minor, why=why)

    def hold(self, hold: Hold, currency: str, at: datetime) -> None:
        """Keep a part of the balance for a job; the same hold twice changes nothing.

        What was kept for the same job before is released first, and so is whatever has expired.
        Raises CurrencyMismatch, BadAmount, WalletFrozen, TooManyHolds or InsufficientFunds.
        """
        if hold in self.holds:
            return
        checked_amount(hold.amount_minor)
        self._may_take(currency)
        former = self.hold_for(hold.request_id)
        ending = [each for each in self.holds if each is former or each.expires_at <= at]
        if len(self.holds) - len(ending) >= MOST_HOLDS:
            raise TooManyHolds(f"the wallet is kept for {MOST_HOLDS} jobs")
        self._check_covers(hold.amount_minor, self.available_minor + sum(each.amount_minor for each in ending))
        for each in ending:
            self._release(each, WhyReleased.REPLACED if each is former else WhyReleased.EXPIRED, at)
        self._tell(self.HoldPlaced, hold, at, expires_at=hold.expires_at)

    def capture(self, hold_id: UUID, amount_minor: int, at: datetime) -> None:
        """Take what was kept, or a part of it; the rest is free again. Raises BadAmount or NoSuchHold."""
        checked_amount(amount_minor)
        hold = self._the_hold(hold_id)
        if amount_minor > hold.amount_minor:
            raise NoSuchHold(f"only {hold.amount_minor} is kept", hold_id=str(hold_id))
        booked = self._taken("cap", hold_id, ledger.advance_for(hold.request_id), amount_minor)
        told = {"hold_id": hold_id, "request_id": hold.request_id, "amount_minor": amount_minor}
        rest = hold.amount_minor - amount_minor
        self._book(self.HoldCaptured, booked, -amount_minor, at, **told, released_minor=rest)

    def release(self, hold_id: UUID, why: WhyReleased, at: datetime) -> None:
        """Give free what was kept; what is not kept any more is no news."""
        for hold in [each for each in self.holds if each.hold_id == hold_id]:
            self._release(hold, why, at)

    def debit(self, debit_id: UUID, request_id: UUID, amount_minor: int, why: WhyDebited, at: datetime) -> None:
        """Take money that nothing was kept for, for a job or what is owed for it; the same debit twice changes nothing.

        Raises BadAmount, WalletFrozen or InsufficientFunds.
        """
        checked_amount(amount_minor)
        owes = ledger.receivable_from(self.customer_id) if why is WhyDebited.DEBT else ledger.advance_for(request_id)
        booked = self._taken("dbt", debit_id, owes, amount_minor)
        if booked.transfer_id in self.booked:
            return
        self._may_take(self.currency)
        self._check_covers(amount_minor, self.available_minor)
        self._book(self.Debited, booked, -amount_minor, at, amount_minor=amount_minor, why=why, request_id=request_id)

    def _may_take(self, currency: str) -> None:
        if currency != self.currency:
            raise CurrencyMismatch(f"the wallet is in {self.currency}", currency=currency, wanted=self.currency)
        if self.frozen is not None:
            raise WalletFrozen(why=self.frozen.value)

    def _check_covers(self, wanted_minor: int, available_minor: int) -> None:
        if wanted_minor > available_minor:
            raise InsufficientFunds(
                f"{available_minor} is available, {wanted_minor} is needed",
                available_minor=available_minor,
                missing_minor=wanted_minor - available_minor,
                currency=self.currency,
            )

    def _the_hold(self, hold_id: UUID) -> Hold:
        for hold in self.holds:
            if hold.hold_id == hold_id:
                return hold
        raise NoSuchHold(hold_id=str(hold_id))

    def _taken(self, fact: str, of: UUID, into: str, amount_minor: int) -> Transfer:
        legs = {ledger.wallet_of(self.customer_id): amount_minor, into: -amount_minor}
        return ledger.transfer(fact, of, self.currency, legs)

    def _book(self, fact: type[MoneyEvent], booked: Transfer, change_minor: int, at: datetime, **more: object) -> None:
        balance = self.balance_minor + change_minor
        told = {"customer_id": self.customer_id, "balance_minor": balance}
        self.trigger_event(fact, timestamp=at, **told, **booked.fields, **more)

    def _release(self, hold: Hold, why: WhyReleased, at: datetime) -> None:
        self._tell(self.HoldReleased, hold, at, why=why)

    def _tell(self, fact: type[Aggregate.Event], hold: Hold, at: datetime, **more: object) -> None:
        self.trigger_event(
            fact,
            timestamp=at,
            customer_id=self.customer_id,
            hold_id=hold.hold_id,
            request_id=hold.request_id,
            amount_minor=hold.amount_minor,
            currency=self.currency,
            **more,
        )

    def _without(self, hold_id: UUID) -> tuple[Hold, ...]:
        return tuple(hold for hold in self.holds if hold.hold_id != hold_id)

    @event(Credited)
    def _on_credited(self, transfer_id: str, balance_minor: int) -> None:
        self.balance_minor = balance_minor
        self.booked = remembering(self.booked, transfer_id)

    @event(Debited)
    def _on_debited(self, transfer_id: str, balance_minor: int, request_id: UUID, amount_minor: int) -> None:
        self.balance_minor = balance_minor
        self.spent = spent_more(self.spent, request_id, (Part(amount_minor),))
        self.booked = remembering(self.booked, transfer_id)

    @event(HoldPlaced)
    def _on_hold_placed(self, hold_id: UUID, request_id: UUID, amount_minor: int, expires_at: datetime) -> None:
        self.holds = (*self.holds, Hold(hold_id, request_id, amount_minor, expires_at))

    @event(HoldCaptured)
    def _on_hold_captured(
        self, hold_id: UUID, transfer_id: str, balance_minor: int, request_id: UUID, amount_minor: int
    ) -> None:
        self.holds = self._without(hold_id)
        self.balance_minor = balance_minor
        self.spent = spent_more(self.spent, request_id, (Part(amount_minor),))
        self.booked = remembering(self.booked, transfer_id)

    @event(HoldReleased)
    def _on_hold_released(self, hold_id: UUID) -> None:
        self.holds = self._without(hold_id)
