"""What of the cash that a provider collected does it owe us, and is that too much for another job in cash?"""

from dataclasses import field
from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid5

from domain import ledger
from domain.aggregate import Aggregate, Created, event
from domain.ledger import MoneyEvent
from domain.money import checked_amount, checked_currency
from domain.refusal import Refusal


class CashLimitReached(Refusal):
    """This provider owes us so much of what it collected that it does no more jobs in cash before it hands some in."""

    code = "cash_limit_reached"


class MoreThanInHand(Refusal):
    """The provider does not owe so much of what it collected."""

    code = "more_than_in_hand"


def cash_in_hand_id(provider_id: UUID, currency: str) -> UUID:
    """The stream of what a provider owes of cash in one currency: there is one."""
    return uuid5(provider_id, f"cash-in-hand/{currency}")


class CashInHand(Aggregate):
    """Our part of each job that was paid to the provider in cash, until it is set off against a payout or handed in.

    Earnings carry the money; this stream only adds up what is open of them, so that somebody can say: no more.
    ``open`` is by what it is about: a payment (more than nothing), or cash that was handed in (less).
    """

    TOPIC = "cash_in_hand"

    provider_id: UUID
    currency: str
    open: dict[UUID, int] = field(default_factory=dict, init=False)
    receipts: frozenset[UUID] = field(default=frozenset(), init=False)

    class Opened(Created):
        """The provider collected cash for the first time; told twice where two crews were the first at once."""

        TOPIC: ClassVar[str] = "cash_in_hand.opened"
        AT_THE_END: ClassVar[bool] = True
        provider_id: UUID
        currency: str

    class Collected(Aggregate.Event):
        """Of a job that it was paid for in cash it owes us so much: commission and whatever is withheld.

        Appended at the end, whatever that is: crews of one company that are paid at once do not wait for each other,
        and the payment itself is divided only once.
        """

        TOPIC: ClassVar[str] = "cash_in_hand.collected"
        AT_THE_END: ClassVar[bool] = True
        payment_id: UUID
        collected_minor: int
        owed_minor: int

    class SetOff(Aggregate.Event):
        """These are in a payout, which is so much less for them."""

        TOPIC: ClassVar[str] = "cash_in_hand.set_off"
        payout_id: UUID
        causes: tuple[UUID, ...]
        amount_minor: int

    class HandedIn(MoneyEvent):
        """So much of it was paid in at the desk."""

        TOPIC: ClassVar[str] = "cash_in_hand.handed_in"
        provider_id: UUID
        receipt_id: UUID
        amount_minor: int

    @classmethod
    def begin(cls, provider_id: UUID, currency: str, at: datetime) -> "CashInHand":
        """Begin to add up; raises UnknownCurrency."""
        told = {"provider_id": provider_id, "currency": checked_currency(currency)}
        return cls._create(cls.Opened, id=cash_in_hand_id(provider_id, currency), timestamp=at, **told)

    @property
    def owed_minor(self) -> int:
        """What the provider owes us of what it collected; less than nothing when it handed in more than is left."""
        return sum(self.open.values())

    def check(self, limit_minor: int | None) -> None:
        """Whether another job in cash may be offered; raises CashLimitReached."""
        if limit_minor is not None and self.owed_minor >= limit_minor:
            raise CashLimitReached(owed_minor=self.owed_minor, limit_minor=limit_minor)

    def collect(self, payment_id: UUID, collected_minor: int, owed_minor: int, at: datetime) -> None:
        """A job was paid in cash, of which so much is ours; the same payment again, or nothing, is no news."""
        if owed_minor > 0 and payment_id not in self.open:
            told = {"collected_minor": collected_minor, "owed_minor": owed_minor}
            self.trigger_event(self.Collected, timestamp=at, payment_id=payment_id, **told)

    def set_off(self, payout_id: UUID, causes: tuple[UUID, ...], at: datetime) -> None:
        """Earnings of these causes go with a payout; what is not open here is no news."""
        ours = tuple(cause for cause in causes if cause in self.open)
        if ours:
            amount = sum(self.open[cause] for cause in ours)
            self.trigger_event(self.SetOff, timestamp=at, payout_id=payout_id, causes=ours, amount_minor=amount)

    def hand_in(self, receipt_id: UUID, amount_minor: int, at: datetime) -> bool:
        """So much was paid in; whether that is news. Raises BadAmount or MoreThanInHand."""
        if receipt_id in self.receipts:
            return False
        if checked_amount(amount_minor) > self.owed_minor:
            raise MoreThanInHand(owed_minor=max(0, self.owed_minor), currency=self.currency)
        legs = {ledger.CASH_DESK: amount_minor, ledger.payable_to(self.provider_id): -amount_minor}
        booked = ledger.transfer("han", receipt_id, self.currency, legs)
        told = {"provider_id": self.provider_id, "receipt_id": receipt_id, "amount_minor": amount_minor}
        self.trigger_event(self.HandedIn, timestamp=at, **booked.fields, **told)
        return True

    @event(Collected)
    def _on_collected(self, payment_id: UUID, owed_minor: int) -> None:
        self.open[payment_id] = owed_minor

    @event(SetOff)
    def _on_set_off(self, causes: tuple[UUID, ...]) -> None:
        for cause in causes:
            self.open.pop(cause, None)

    @event(HandedIn)
    def _on_handed_in(self, receipt_id: UUID, amount_minor: int) -> None:
        self.receipts |= {receipt_id}
        self.open[receipt_id] = -amount_minor
