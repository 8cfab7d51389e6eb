"""What does a dispute move? What the gateway says that it took, and what it gives back. A chapter of ``Dispute``."""

from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from domain.aggregate import Chapter, event
from domain.dispute_terms import DisputeState, Told
from domain.ledger import MoneyEvent, Transfer, recipes
from domain.money import BadAmount, checked_amount
from domain.payout_terms import gateway_id


class DisputeMoney(Chapter):
    """Only what was deducted is booked, so that our clearing account stays what the gateway has for us."""

    gateway_payment: str
    gateway_dispute: str
    amount_minor: int
    currency: str
    held_minor: int
    lost_minor: int
    holds: int
    rounds: int
    fees: frozenset[str]

    class FundsHeld(MoneyEvent):
        """The gateway took it from us while the bank looks."""

        TOPIC: ClassVar[str] = "dispute.funds_held"
        gateway_payment: str
        gateway_dispute: str
        amount_minor: int

    class FundsReleased(MoneyEvent):
        """It is ours again."""

        TOPIC: ClassVar[str] = "dispute.funds_released"
        gateway_payment: str
        gateway_dispute: str
        amount_minor: int

    class ChargedBack(MoneyEvent):
        """It is gone: the bank gave it to its customer."""

        TOPIC: ClassVar[str] = "dispute.charged_back"
        gateway_payment: str
        gateway_dispute: str
        amount_minor: int

    class Regained(MoneyEvent):
        """It was booked as gone, and the bank thought better of it."""

        TOPIC: ClassVar[str] = "dispute.regained"
        gateway_payment: str
        gateway_dispute: str
        amount_minor: int

    class FeeLearned(MoneyEvent):
        """The gateway kept a fee of its own for the dispute, tax included, as a settlement tells."""

        TOPIC: ClassVar[str] = "dispute.fee_learned"
        gateway_payment: str
        gateway_dispute: str
        gateway_settlement: str
        amount_minor: int
        tax_minor: int

    def learn_fee(
        self, settlement: str, fee_minor: int, tax_minor: int, at: datetime, *, is_given_back: bool = False
    ) -> None:
        """So much was kept of what a settlement has of this dispute; told twice it is no news. Raises BadAmount.

        ``is_given_back``: of what the bank gave back, which is settled as a thing of its own.
        """
        recipe = recipes.dispute_won_fee if is_given_back else recipes.dispute_fee
        told = gateway_id(settlement)
        if not 0 <= tax_minor <= checked_amount(fee_minor):
            raise BadAmount(f"a tax of {tax_minor} is no part of {fee_minor}")
        booked = recipe(self.gateway_dispute, told, fee_minor, tax_minor, self.currency)
        if booked.transfer_id not in self.fees:
            self._book(self.FeeLearned, booked, fee_minor, at, gateway_settlement=told, tax_minor=tax_minor)

    def _hold(self, amount_minor: int, at: datetime) -> None:
        """While it goes on no less than before is held: a word that comes late says less."""
        if amount_minor > self.held_minor:
            more = amount_minor - self.held_minor
            booked = recipes.dispute_opened(self.gateway_dispute, more, self.currency)
            self._book(self.FundsHeld, _nth(booked, self.holds), more, at)

    def _settle_at(self, lost_minor: int, at: datetime) -> None:
        """It has ended with so much gone: book what that changes."""
        if lost_minor == self.lost_minor and not self.held_minor:
            return
        if self.lost_minor:
            lost = _nth(recipes.dispute_lost(self.gateway_dispute, self.lost_minor, self.currency), self.rounds)
            self._book(self.Regained, lost.reversed_by(f"{lost.transfer_id}:rev"), self.lost_minor, at)
        self._hold(lost_minor, at)
        if lost_minor:
            booked = recipes.dispute_lost(self.gateway_dispute, lost_minor, self.currency)
            self._book(self.ChargedBack, _nth(booked, self.rounds), lost_minor, at)
        if self.held_minor:
            booked = recipes.dispute_won(self.gateway_dispute, self.held_minor, self.currency)
            self._book(self.FundsReleased, _nth(booked, self.rounds), self.held_minor, at)

    def _loss(self, told: Told) -> int:
        """What is gone by an end: the gateway's own figure, and where it tells none of a loss, all of it."""
        if told.status is DisputeState.WON:
            return 0
        if told.status is DisputeState.LOST:
            return told.deducted_minor or self.amount_minor
        return told.deducted_minor

    def _book(self, fact: type[MoneyEvent], booked: Transfer, amount_minor: int, at: datetime, **more: object) -> None:
        whose = {"gateway_payment": self.gateway_payment, "gateway_dispute": self.gateway_dispute}
        self.trigger_event(fact, timestamp=at, **whose, **booked.fields, **more, amount_minor=amount_minor)

    @event(FeeLearned)
    def _on_fee_learned(self, transfer_id: str) -> None:
        self.fees |= {transfer_id}

    @event(FundsHeld)
    def _on_funds_held(self, amount_minor: int) -> None:
        self.held_minor += amount_minor
        self.holds += 1

    @event(FundsReleased)
    def _on_funds_released(self, amount_minor: int) -> None:
        self.held_minor -= amount_minor
        self.rounds += 1

    @event(ChargedBack)
    def _on_charged_back(self, amount_minor: int) -> None:
        self.held_minor -= amount_minor
        self.lost_minor += amount_minor

    @event(Regained)
    def _on_regained(self, amount_minor: int) -> None:
        self.held_minor += amount_minor
        self.lost_minor -= amount_minor
        self.rounds += 1


def _nth(booked: Transfer, nth: int) -> Transfer:
    """The same under a name of its own: of each kind the first has the fact's name alone."""
    return booked if nth == 0 else replace(booked, transfer_id=f"{booked.transfer_id}:{nth}")
