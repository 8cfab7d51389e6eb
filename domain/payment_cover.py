"""Which part of a job's price does a membership pay, and which a partner? A chapter of the payment."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Aggregate, Chapter, event
from domain.money import checked_amount
from domain.payment_terms import PaymentState, WrongAmount


class PaymentCover(Chapter):
    """What others bear is paid before the customer pays: a membership first, what is left of it a partner."""

    request_id: UUID
    customer_id: UUID
    currency: str
    state: PaymentState
    paid_minor: int
    amount_minor: int
    owed_minor: int
    covered_minor: int
    partner_id: UUID | None
    partner_minor: int

    class Covered(Aggregate.Event):
        """So much was borne by the customer's membership, whose own events book it."""

        TOPIC: ClassVar[str] = "payment.covered"
        request_id: UUID
        customer_id: UUID
        amount_minor: int
        currency: str

    class Borne(Aggregate.Event):
        """So much was borne by a partner, whose own events book it."""

        TOPIC: ClassVar[str] = "payment.borne"
        request_id: UUID
        customer_id: UUID
        partner_id: UUID
        amount_minor: int
        currency: str

    def cover(self, amount_minor: int, at: datetime) -> None:
        """A membership bears so much of what is due; raises BadAmount or WrongAmount."""
        self.trigger_event(self.Covered, timestamp=at, **self._borne(amount_minor))

    def bear(self, partner_id: UUID, amount_minor: int, at: datetime) -> None:
        """A partner bears so much of what is due; raises BadAmount or WrongAmount."""
        self.trigger_event(self.Borne, timestamp=at, partner_id=partner_id, **self._borne(amount_minor))

    def _borne(self, amount_minor: int) -> dict[str, object]:
        checked_amount(amount_minor)
        due = self.amount_minor - self.paid_minor - self.owed_minor
        if self.state is not PaymentState.DUE or amount_minor > due:
            raise WrongAmount(f"{due} is due, not {amount_minor}", due_minor=due)
        told: dict[str, object] = {"request_id": self.request_id, "customer_id": self.customer_id}
        return told | {"currency": self.currency, "amount_minor": amount_minor}

    @event(Covered)
    def _on_covered(self, amount_minor: int) -> None:
        self.paid_minor += amount_minor
        self.covered_minor += amount_minor
        if self.paid_minor + self.owed_minor == self.amount_minor:
            self.state = PaymentState.PAID

    @event(Borne)
    def _on_borne(self, partner_id: UUID, amount_minor: int) -> None:
        self.paid_minor += amount_minor
        self.partner_id = partner_id
        self.partner_minor += amount_minor
        if self.paid_minor + self.owed_minor == self.amount_minor:
            self.state = PaymentState.PAID
