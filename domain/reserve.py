"""How much of a provider's payouts is kept back for disputes?"""

from dataclasses import field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain import ledger
from domain.aggregate import Aggregate, Created, event
from domain.earning_rules import EarningRules
from domain.earnings_terms import ReserveTooSmall, reserve_id
from domain.ledger import MoneyEvent
from domain.ledger.recipes import reserved
from domain.money import checked_amount, checked_currency, portion
from domain.reserve_losses import Recovered, ReserveLosses


class Reserve(ReserveLosses, Aggregate):
    """What is kept back of one provider's payouts in one currency, until it is given back or bears a lost dispute."""

    TOPIC = "reserve"

    provider_id: UUID
    currency: str
    amount_minor: int = field(default=0, init=False)
    recovered: dict[UUID, Recovered] = field(default_factory=dict, init=False)
    owed: dict[UUID, int] = field(default_factory=dict, init=False)

    class Opened(Created):
        """Something may be kept back."""

        TOPIC: ClassVar[str] = "reserve.opened"
        provider_id: UUID
        currency: str

    class Kept(MoneyEvent):
        """So much of a payout is kept back."""

        TOPIC: ClassVar[str] = "reserve.kept"
        provider_id: UUID
        payout_id: UUID
        amount_minor: int

    class Freed(MoneyEvent):
        """So much of what was kept back is an earning again, under ``cause_id``."""

        TOPIC: ClassVar[str] = "reserve.freed"
        provider_id: UUID
        cause_id: UUID
        amount_minor: int

    @classmethod
    def open(cls, provider_id: UUID, currency: str, at: datetime) -> "Reserve":
        """With nothing in it; raises UnknownCurrency."""
        told = {"provider_id": provider_id, "currency": checked_currency(currency)}
        return cls._create(cls.Opened, id=reserve_id(provider_id, currency), timestamp=at, **told)

    def keep(self, payout_id: UUID, total_minor: int, rules: EarningRules, at: datetime) -> int:
        """Keep of a payout what the rules say, as long as there is room; gives how much."""
        room = max(0, rules.reserve_most_minor - self.amount_minor)
        kept = min(portion(total_minor, rules.reserve_bp), room)
        if kept:
            booked = reserved(self.provider_id, payout_id, kept, self.currency)
            told = {"provider_id": self.provider_id, "payout_id": payout_id, "amount_minor": kept}
            self.trigger_event(self.Kept, timestamp=at, **told, **booked.fields)
        return kept

    def free(self, cause_id: UUID, amount_minor: int, at: datetime) -> None:
        """Give so much back. Raises BadAmount or ReserveTooSmall."""
        if checked_amount(amount_minor) > self.amount_minor:
            raise ReserveTooSmall(f"{self.amount_minor} is kept back", reserve_minor=self.amount_minor)
        legs = {ledger.reserve_of(self.provider_id): amount_minor, ledger.payable_to(self.provider_id): -amount_minor}
        booked = ledger.transfer("rsf", cause_id, self.currency, legs)
        told = {"provider_id": self.provider_id, "cause_id": cause_id, "amount_minor": amount_minor}
        self.trigger_event(self.Freed, timestamp=at, **told, **booked.fields)

    @event(Kept)
    def _on_kept(self, amount_minor: int) -> None:
        self.amount_minor += amount_minor

    @event(Freed)
    def _on_freed(self, amount_minor: int) -> None:
        self.amount_minor -= amount_minor
