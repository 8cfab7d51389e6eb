"""How does a provider bear a lost dispute, by what is kept back and then by what it earns? For ``Reserve``."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Aggregate, Chapter, event
from domain.ledger import MoneyEvent, Transfer, recipes


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a recovery took: of the reserve, and what is earned less for it."""

    request_id: UUID
    drawn_minor: int = 0
    short_minor: int = 0


class ReserveLosses(Chapter):
    """Everything that lessens a payout is on this stream, which each payout reads: none can overlook what is owed.

    ``owed`` is by recovery what no payout was lessened by yet. The money of it is an earning of less than nothing.
    """

    provider_id: UUID
    currency: str
    amount_minor: int
    recovered: dict[UUID, Recovered]
    owed: dict[UUID, int]

    class Drawn(MoneyEvent):
        """What was kept back bears so much of a lost dispute."""

        TOPIC: ClassVar[str] = "reserve.drawn"
        provider_id: UUID
        recovery_id: UUID
        request_id: UUID
        amount_minor: int

    class FellShort(MoneyEvent):
        """So much was not kept back: it is earned less."""

        TOPIC: ClassVar[str] = "reserve.fell_short"
        provider_id: UUID
        recovery_id: UUID
        request_id: UUID
        amount_minor: int

    class SetOff(Aggregate.Event):
        """A payout is less by what these recoveries owed."""

        TOPIC: ClassVar[str] = "reserve.set_off"
        payout_id: UUID
        recoveries: tuple[UUID, ...]
        amount_minor: int

    class PutBack(MoneyEvent):
        """The dispute is not lost after all: what was drawn is kept back again."""

        TOPIC: ClassVar[str] = "reserve.put_back"
        provider_id: UUID
        recovery_id: UUID
        request_id: UUID
        amount_minor: int

    class Forgiven(MoneyEvent):
        """The dispute is not lost after all: what was earned less for it is earned again."""

        TOPIC: ClassVar[str] = "reserve.forgiven"
        provider_id: UUID
        recovery_id: UUID
        request_id: UUID
        amount_minor: int

    def recover(self, recovery_id: UUID, request_id: UUID, amount_minor: int, at: datetime) -> int:
        """Take so much out of what is kept back, as far as that goes; gives what is to be earned less."""
        drawn = min(amount_minor, self.amount_minor)
        short = amount_minor - drawn
        if drawn:
            booked = recipes.recovered_from_reserve(recovery_id, self.provider_id, drawn, self.currency)
            self._bear(self.Drawn, recovery_id, request_id, drawn, booked, at)
        if short:
            booked = recipes.recovered_from_earnings(recovery_id, self.provider_id, short, self.currency)
            self._bear(self.FellShort, recovery_id, request_id, short, booked, at)
        return short

    def set_off(self, payout_id: UUID, recoveries: tuple[UUID, ...], at: datetime) -> None:
        """What these owed goes with a payout; what is not owed is no news."""
        ours = tuple(each for each in recoveries if each in self.owed)
        if ours:
            amount = sum(self.owed[each] for each in ours)
            self.trigger_event(self.SetOff, timestamp=at, payout_id=payout_id, recoveries=ours, amount_minor=amount)

    def give_back(self, recovery_id: UUID, at: datetime) -> int:
        """Undo a recovery; gives what is earned again. One that nobody knows, or that was undone, is no news."""
        found = self.recovered.get(recovery_id)
        if found is None:
            return 0
        if found.drawn_minor:
            took = recipes.recovered_from_reserve(recovery_id, self.provider_id, found.drawn_minor, self.currency)
            back = took.reversed_by(f"{took.transfer_id}:back")
            self._bear(self.PutBack, recovery_id, found.request_id, found.drawn_minor, back, at)
        if found.short_minor:
            took = recipes.recovered_from_earnings(recovery_id, self.provider_id, found.short_minor, self.currency)
            back = took.reversed_by(f"{took.transfer_id}:back")
            self._bear(self.Forgiven, recovery_id, found.request_id, found.short_minor, back, at)
        return found.short_minor

    def _bear(
        self,
        fact: type[MoneyEvent],
        recovery_id: UUID,
        request_id: UUID,
        amount_minor: int,
        booked: Transfer,
        at: datetime,
    ) -> None:
        told = {"provider_id": self.provider_id, "recovery_id": recovery_id, "request_id": request_id}
        self.trigger_event(fact, timestamp=at, **told, amount_minor=amount_minor, **booked.fields)

    @event(Drawn)
    def _on_drawn(self, recovery_id: UUID, request_id: UUID, amount_minor: int) -> None:
        self.amount_minor -= amount_minor
        self.recovered[recovery_id] = Recovered(request_id, drawn_minor=amount_minor)

    @event(FellShort)
    def _on_fell_short(self, recovery_id: UUID, request_id: UUID, amount_minor: int) -> None:
        drawn = self.recovered[recovery_id].drawn_minor if recovery_id in self.recovered else 0
        self.recovered[recovery_id] = Recovered(request_id, drawn, amount_minor)
        self.owed[recovery_id] = amount_minor

    @event(SetOff)
    def _on_set_off(self, recoveries: tuple[UUID, ...]) -> None:
        for each in recoveries:
            self.owed.pop(each, None)

    @event(PutBack)
    def _on_put_back(self, recovery_id: UUID, amount_minor: int) -> None:
        self.amount_minor += amount_minor
        self.recovered.pop(recovery_id, None)

    @event(Forgiven)
    def _on_forgiven(self, recovery_id: UUID) -> None:
        # What no payout was lessened by is still to be set off: it meets what is earned again, and both are nothing.
        self.recovered.pop(recovery_id, None)
