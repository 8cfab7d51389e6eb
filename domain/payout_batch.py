"""Which payouts were made in one go, and what became of all of them?"""

from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID, uuid5

from domain.aggregate import Aggregate, Created, event
from domain.money import checked_currency
from domain.payout_terms import ENDED, PayoutState
from domain.refusal import OutOfTurn

BATCHES = UUID("0b5a7c52-6a0e-5b5e-9d4b-7f1e4f1d3c02")
"""The uuid5 namespace in which a day's batch is a fact of tenant, currency and day."""

MOST_PAYOUTS = 5_000
"""Providers that one tenant pays on a day; who comes after them is paid the next day."""


class PayoutBatch(Aggregate):
    """A day's payouts in one currency: closed when the day is over, finished when each payout has come to something.

    A payout that the bank sends back later is told by its own stream; what was finished stays so.
    """

    TOPIC = "payout_batch"

    day: date
    currency: str
    payouts: dict[UUID, int] = field(default_factory=dict, init=False)
    is_closed: bool = field(default=False, init=False)
    is_finished: bool = field(default=False, init=False)

    class Opened(Created):
        """Payouts of this day begin."""

        TOPIC: ClassVar[str] = "payout_batch.opened"
        day: date
        currency: str

    class Added(Aggregate.Event):
        """One more payout."""

        TOPIC: ClassVar[str] = "payout_batch.added"
        payout_id: UUID
        provider_id: UUID
        amount_minor: int

    class Closed(Aggregate.Event):
        """These were all."""

        TOPIC: ClassVar[str] = "payout_batch.closed"
        payouts: int
        amount_minor: int

    class Finished(Aggregate.Event):
        """None of them is on its way any more: so many were paid, and so many came to nothing."""

        TOPIC: ClassVar[str] = "payout_batch.finished"
        paid: int
        paid_minor: int
        came_back: int
        came_back_minor: int

    @classmethod
    def open(cls, tenant: str, day: date, currency: str, at: datetime) -> "PayoutBatch":
        """Begin a day's payouts; raises UnknownCurrency."""
        told = {"day": day, "currency": checked_currency(currency)}
        return cls._create(cls.Opened, id=batch_id(tenant, day, currency), timestamp=at, **told)

    @property
    def amount_minor(self) -> int:
        """What its payouts come to."""
        return sum(self.payouts.values())

    def add(self, payout_id: UUID, provider_id: UUID, amount_minor: int, at: datetime) -> None:
        """Take a payout along; the same again changes nothing. Raises OutOfTurn once it is closed or full."""
        if payout_id in self.payouts:
            return
        if self.is_closed or len(self.payouts) >= MOST_PAYOUTS:
            raise OutOfTurn("this batch takes no more payouts", state="closed" if self.is_closed else "full", act="add")
        told = {"payout_id": payout_id, "provider_id": provider_id, "amount_minor": amount_minor}
        self.trigger_event(self.Added, timestamp=at, **told)

    def close(self, at: datetime) -> None:
        """These are all; twice changes nothing."""
        if not self.is_closed:
            told = {"payouts": len(self.payouts), "amount_minor": self.amount_minor}
            self.trigger_event(self.Closed, timestamp=at, **told)

    def finish(self, states: Mapping[UUID, PayoutState], at: datetime) -> None:
        """Each payout has come to something, as ``states`` tells of every one; twice changes nothing.

        Raises OutOfTurn while the batch is open, or a payout on its way.
        """
        if self.is_finished:
            return
        under_way = [one for one in self.payouts if states.get(one) not in ENDED | {PayoutState.PROCESSED}]
        if not self.is_closed or under_way:
            raise OutOfTurn(f"{len(under_way)} payouts are under way", state=self.state, act="finish")
        paid = [amount for one, amount in self.payouts.items() if states[one] is PayoutState.PROCESSED]
        told = {"paid": len(paid), "came_back": len(self.payouts) - len(paid)}
        sums = {"paid_minor": sum(paid), "came_back_minor": self.amount_minor - sum(paid)}
        self.trigger_event(self.Finished, timestamp=at, **told, **sums)

    @property
    def state(self) -> str:
        """How far it is: open, closed or finished."""
        return "finished" if self.is_finished else "closed" if self.is_closed else "open"

    @event(Added)
    def _on_added(self, payout_id: UUID, amount_minor: int) -> None:
        self.payouts[payout_id] = amount_minor

    @event(Closed)
    def _on_closed(self) -> None:
        self.is_closed = True

    @event(Finished)
    def _on_finished(self) -> None:
        self.is_finished = True


def batch_id(tenant: str, day: date, currency: str) -> UUID:
    """The batch of a day."""
    return uuid5(BATCHES, f"{tenant}|{currency}|{day.isoformat()}")
