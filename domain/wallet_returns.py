"""How does a customer's own money leave the wallet to go back where it came from? A chapter of the wallet."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain import ledger
from domain.aggregate import Chapter, event
from domain.ledger import MoneyEvent
from domain.money import checked_amount
from domain.wallet_terms import InsufficientFunds, WalletFrozen, WhyFrozen, remembering


class WalletReturns(Chapter):
    """Only what the customer paid in goes back; what was given to spend never does."""

    customer_id: UUID
    currency: str
    balance_minor: int
    frozen: WhyFrozen | None
    booked: tuple[str, ...]

    class Returned(MoneyEvent):
        """So much is on its way back by a refund of the order that it came by."""

        TOPIC: ClassVar[str] = "wallet.returned"
        customer_id: UUID
        refund_id: UUID
        order_id: UUID
        amount_minor: int
        balance_minor: int

    def send_back(self, refund_id: UUID, order_id: UUID, amount_minor: int, at: datetime) -> None:
        """Take it out for a refund; the same refund twice changes nothing.

        Raises BadAmount, WalletFrozen or InsufficientFunds.
        """
        checked_amount(amount_minor)
        legs = {ledger.wallet_of(self.customer_id): amount_minor, ledger.advance_for(order_id): -amount_minor}
        taken = ledger.transfer("ret", refund_id, self.currency, legs)
        if taken.transfer_id in self.booked:
            return
        if self.frozen is not None:
            raise WalletFrozen(why=self.frozen.value)
        available = self._spare_minor()
        if amount_minor > available:
            raise InsufficientFunds(
                f"{available} is available, {amount_minor} is needed",
                available_minor=available,
                missing_minor=amount_minor - available,
                currency=self.currency,
            )
        told = {"customer_id": self.customer_id, "refund_id": refund_id, "order_id": order_id}
        balance = {"amount_minor": amount_minor, "balance_minor": self.balance_minor - amount_minor}
        self.trigger_event(self.Returned, timestamp=at, **taken.fields, **told, **balance)

    def _spare_minor(self) -> int:
        """What is kept for nothing: the wallet's own ``available_minor``."""
        return int(getattr(self, "available_minor"))  # noqa: B009  the aggregate's, which a chapter cannot name

    @event(Returned)
    def _on_returned(self, transfer_id: str, balance_minor: int) -> None:
        self.balance_minor = balance_minor
        self.booked = remembering(self.booked, transfer_id)
