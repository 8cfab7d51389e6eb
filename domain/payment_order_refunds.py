"""How much of an order may still go back because somebody asked? A chapter of ``PaymentOrder``."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Aggregate, Chapter, event
from domain.money import checked_amount
from domain.payment_order_terms import Becomes, Challenge, NothingToRefund, PaymentDisputed, RefundTooLarge, Try


class OrderRefunds(Chapter):
    """No more goes back than was captured (M10), however often somebody asks."""

    tries: tuple[Try, ...]
    refunds: tuple[UUID, ...]
    refunded_minor: int
    challenges: tuple[Challenge, ...]
    currency: str

    class RefundAsked(Aggregate.Event):
        """So much of the payment that paid it is to go back; the refund's own events tell how that comes out."""

        TOPIC: ClassVar[str] = "payment_order.refund_asked"
        refund_id: UUID
        gateway_payment: str
        amount_minor: int
        currency: str

    class Disputed(Aggregate.Event):
        """A bank asks a payment back: nothing else goes back while it does."""

        TOPIC: ClassVar[str] = "payment_order.disputed"
        dispute_id: UUID
        gateway_payment: str

    class DisputeEnded(Aggregate.Event):
        """The bank has decided; so much of the payment is gone, and cannot go back another way."""

        TOPIC: ClassVar[str] = "payment_order.dispute_ended"
        dispute_id: UUID
        gateway_payment: str
        lost_minor: int

    def disputed(self, dispute_id: UUID, payment: str, at: datetime) -> None:
        """Send nothing back for now; told twice, or behind the end, it is no news."""
        if all(each.dispute_id != dispute_id for each in self.challenges):
            self.trigger_event(self.Disputed, timestamp=at, dispute_id=dispute_id, gateway_payment=payment)

    def dispute_ended(self, dispute_id: UUID, payment: str, lost_minor: int, at: datetime) -> None:
        """What is left may go back again; the same end twice is no news."""
        if Challenge(dispute_id, payment, is_open=False, lost_minor=lost_minor) not in self.challenges:
            told = {"dispute_id": dispute_id, "gateway_payment": payment, "lost_minor": lost_minor}
            self.trigger_event(self.DisputeEnded, timestamp=at, **told)

    @property
    def refundable_minor(self) -> int:
        """How much of what paid the order may go back now: nothing while a bank asks it back."""
        paying = next((each for each in self.tries if each.becomes is Becomes.PAYS), None)
        if paying is None or self._is_challenged(paying.payment):
            return 0
        return paying.amount_minor - self.refunded_minor - self._lost_minor(paying.payment)

    def ask_for_refund(self, refund_id: UUID, amount_minor: int, at: datetime) -> str:
        """Send a part back, or all of it; gives the payment. The same refund twice changes nothing.

        Raises BadAmount, NothingToRefund, PaymentDisputed or RefundTooLarge.
        """
        checked_amount(amount_minor)
        paying = next((each for each in self.tries if each.becomes is Becomes.PAYS), None)
        if paying is None:
            raise NothingToRefund
        if refund_id in self.refunds:
            return paying.payment
        if self._is_challenged(paying.payment):
            raise PaymentDisputed(payment=paying.payment)
        left = self.refundable_minor
        if amount_minor > left:
            raise RefundTooLarge(f"{left} can go back", left_minor=left)
        told = {"refund_id": refund_id, "gateway_payment": paying.payment, "amount_minor": amount_minor}
        self.trigger_event(self.RefundAsked, timestamp=at, **told, currency=self.currency)
        return paying.payment

    def _is_challenged(self, payment: str) -> bool:
        return any(each.is_open and each.payment == payment for each in self.challenges)

    def _lost_minor(self, payment: str) -> int:
        return sum(each.lost_minor for each in self.challenges if each.payment == payment)

    @event(RefundAsked)
    def _on_refund_asked(self, refund_id: UUID, amount_minor: int) -> None:
        self.refunds = (*self.refunds, refund_id)
        self.refunded_minor += amount_minor

    @event(Disputed)
    def _on_disputed(self, dispute_id: UUID, gateway_payment: str) -> None:
        self.challenges = (*self.challenges, Challenge(dispute_id, gateway_payment, is_open=True, lost_minor=0))

    @event(DisputeEnded)
    def _on_dispute_ended(self, dispute_id: UUID, gateway_payment: str, lost_minor: int) -> None:
        kept = tuple(each for each in self.challenges if each.dispute_id != dispute_id)
        self.challenges = (*kept, Challenge(dispute_id, gateway_payment, is_open=False, lost_minor=lost_minor))
