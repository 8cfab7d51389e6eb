"""How much of an order may still go back because somebody asked? A chapter of ``PaymentOrder``."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Aggregate, Chapter, event
from domain.money import checked_amount
from domain.payment_order_terms import Becomes, NothingToRefund, RefundTooLarge, Try


class OrderRefunds(Chapter):
    """No more goes back than was captured (M10), however often somebody asks."""

    tries: tuple[Try, ...]
    refunds: tuple[UUID, ...]
    refunded_minor: int
    currency: str

    class RefundAsked(Aggregate.Event):
        """So much of the payment that paid it is to go back; the refund's own events tell how that comes out."""

        TOPIC: ClassVar[str] = "payment_order.refund_asked"
        refund_id: UUID
        gateway_payment: str
        amount_minor: int
        currency: str

    def ask_for_refund(self, refund_id: UUID, amount_minor: int, at: datetime) -> str:
        """Send a part back, or all of it; gives the payment. The same refund twice changes nothing.

        Raises BadAmount, NothingToRefund or RefundTooLarge.
        """
        checked_amount(amount_minor)
        paying = next((each for each in self.tries if each.becomes is Becomes.PAYS), None)
        if paying is None:
            raise NothingToRefund
        if refund_id in self.refunds:
            return paying.payment
        left = paying.amount_minor - self.refunded_minor
        if amount_minor > left:
            raise RefundTooLarge(f"{left} can go back", left_minor=left)
        told = {"refund_id": refund_id, "gateway_payment": paying.payment, "amount_minor": amount_minor}
        self.trigger_event(self.RefundAsked, timestamp=at, **told, currency=self.currency)
        return paying.payment

    @event(RefundAsked)
    def _on_refund_asked(self, refund_id: UUID, amount_minor: int) -> None:
        self.refunds = (*self.refunds, refund_id)
        self.refunded_minor += amount_minor
