"""What did one job, fee or compensation come to for a provider, may it be paid, and in which payout is it?"""

from dataclasses import field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Aggregate, Created, event
from domain.earning_rules import EarningRules
from domain.earnings_terms import NotPayable, WhyHeld, earning_id
from domain.money import checked_currency


class Earning(Aggregate):
    """Less than nothing after a job paid in cash. It is in one payout at most, since this stream says in which.

    Each has a stream of its own, begun by the save that divides the money (which books it): however many jobs of one
    provider end at once, none waits for another.
    """

    TOPIC = "earning"

    provider_id: UUID
    cause_id: UUID
    amount_minor: int
    currency: str
    payable_from: datetime
    held: WhyHeld | None = field(default=None, init=False)
    payout_id: UUID | None = field(default=None, init=False)

    class Accrued(Created):
        """Something was earned, or is owed when it is less than nothing, and may be paid from an instant on.

        ``cause_id`` is the payment, the offer that was taken back, or the payout that came back.
        """

        TOPIC: ClassVar[str] = "earning.accrued"
        provider_id: UUID
        cause_id: UUID
        amount_minor: int
        currency: str
        payable_from: datetime

    class Held(Aggregate.Event):
        """Somebody doubts it: it is not paid while that stands."""

        TOPIC: ClassVar[str] = "earning.held"
        why: WhyHeld

    class HoldEnded(Aggregate.Event):
        """Nobody doubts it any more."""

        TOPIC: ClassVar[str] = "earning.hold_ended"

    class Batched(Aggregate.Event):
        """It goes with this payout."""

        TOPIC: ClassVar[str] = "earning.batched"
        payout_id: UUID

    @classmethod
    def accrue(
        cls, provider_id: UUID, cause_id: UUID, amount_minor: int, currency: str, rules: EarningRules, at: datetime
    ) -> "Earning":
        """Begin to wait; raises UnknownCurrency."""
        return cls._create(
            cls.Accrued,
            id=earning_id(cause_id),
            timestamp=at,
            provider_id=provider_id,
            cause_id=cause_id,
            amount_minor=amount_minor,
            currency=checked_currency(currency),
            payable_from=rules.payable_from(amount_minor, at),
        )

    def is_payable(self, at: datetime) -> bool:
        """Whether it belongs into a payout made at that instant."""
        return self.held is None and self.payout_id is None and self.payable_from <= at

    def hold(self, why: WhyHeld, at: datetime) -> None:
        """Pay nothing for it for now; the same again changes nothing. Raises NotPayable once it is in a payout."""
        self._not_gone()
        if self.held is not why:
            self.trigger_event(self.Held, timestamp=at, why=why)

    def end_hold(self, at: datetime) -> None:
        """Let it be paid; what is not held stays so."""
        if self.held is not None:
            self.trigger_event(self.HoldEnded, timestamp=at)

    def batch(self, payout_id: UUID, provider_id: UUID, currency: str, at: datetime) -> int:
        """Go with a payout of that provider; gives the amount. Raises NotPayable."""
        self._not_gone()
        if not self.is_payable(at) or (provider_id, currency) != (self.provider_id, self.currency):
            raise NotPayable(earning_id=str(self.id))
        self.trigger_event(self.Batched, timestamp=at, payout_id=payout_id)
        return self.amount_minor

    def _not_gone(self) -> None:
        if self.payout_id is not None:
            raise NotPayable(earning_id=str(self.id), payout_id=str(self.payout_id))

    @event(Held)
    def _on_held(self, why: WhyHeld) -> None:
        self.held = why

    @event(HoldEnded)
    def _on_hold_ended(self) -> None:
        self.held = None

    @event(Batched)
    def _on_batched(self, payout_id: UUID) -> None:
        self.payout_id = payout_id
