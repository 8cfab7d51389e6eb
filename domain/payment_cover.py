"""Which part of a job's price does a membership pay? A chapter of the payment."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Aggregate, Chapter, event
from domain.money import checked_amount
from domain.payment_terms import PaymentState, WrongAmount


class PaymentCover(Chapter):
    """What a membership bears is paid before anybody else pays."""

    request_id: UUID
    customer_id: UUID
    currency: str
    state: PaymentState
    paid_minor: int
    amount_minor: int
    owed_minor: int
    covered_minor: int

    class Covered(Aggregate.Event):
        """So much was borne by the customer's membership, whose own events book it."""

        TOPIC: ClassVar[str] = "payment.covered"
        request_id: UUID
        customer_id: UUID
        amount_minor: int
        currency: str

    def cover(self, amount_minor: int, at: datetime) -> None:
        """A membership bears so much of what is due; raises BadAmount or WrongAmount."""
        checked_amount(amount_minor)
        due = self.amount_minor - self.paid_minor - self.owed_minor
        if self.state is not PaymentState.DUE or amount_minor > due:
            raise WrongAmount(f"{due} is due, not {amount_minor}", due_minor=due)
        told = {"request_id": self.request_id, "customer_id": self.customer_id, "currency": self.currency}
        self.trigger_event(self.Covered, timestamp=at, **told, amount_minor=amount_minor)

    @event(Covered)
    def _on_covered(self, amount_minor: int) -> None:
        self.paid_minor += amount_minor
        self.covered_minor += amount_minor
        if self.paid_minor + self.owed_minor == self.amount_minor:
            self.state = PaymentState.PAID
