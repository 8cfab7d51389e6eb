"""How is a payment captured that a customer only authorised? A chapter of ``PaymentOrder``."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Aggregate, Chapter, event
from domain.intent import IntentEnd, IntentKind
from domain.payment_order_terms import CaptureWanted, NotAuthorised, OrderState, Try, TryStatus, capture_of


class OrderCaptures(Chapter):
    """Asks the gateway for what was authorised, once."""

    state: OrderState
    tries: tuple[Try, ...]
    capture: CaptureWanted | None
    not_captured: tuple[str, ...]
    captures_at_once: bool
    currency: str

    class CaptureAsked(Aggregate.Event):
        """The gateway is to capture what was authorised."""

        TOPIC: ClassVar[str] = "payment_order.capture_asked"
        ASKS: ClassVar[IntentKind] = IntentKind.CAPTURE
        operation_id: UUID
        gateway_payment: str
        amount_minor: int
        currency: str

    class CaptureConfirmed(Aggregate.Event):
        """It is captured: by our asking, or by the gateway itself."""

        TOPIC: ClassVar[str] = "payment_order.capture_confirmed"
        ENDS: ClassVar[IntentEnd] = IntentEnd.CONFIRMED
        operation_id: UUID
        gateway_payment: str

    class CaptureRejected(Aggregate.Event):
        """The gateway did not: what was authorised goes back by itself."""

        TOPIC: ClassVar[str] = "payment_order.capture_rejected"
        ENDS: ClassVar[IntentEnd] = IntentEnd.REJECTED
        operation_id: UUID
        gateway_payment: str
        why: str

    class CaptureDoubted(Aggregate.Event):
        """Nobody knows whether it is captured: it has to be asked."""

        TOPIC: ClassVar[str] = "payment_order.capture_doubted"
        DOUBTS: ClassVar[bool] = True
        operation_id: UUID
        why: str

    def ask_for_capture(self, at: datetime) -> None:
        """Capture the newest payment that is authorised; what is captured or asked for is no news.

        Raises NotAuthorised.
        """
        if self.capture is not None or self.captures_at_once or self.state is OrderState.PAID:
            return
        authorised = [each for each in self.tries if each.status is TryStatus.AUTHORIZED]
        ready = [each for each in authorised if each.payment not in self.not_captured]
        if not ready or self.state is not OrderState.OPEN:
            raise NotAuthorised(state=self.state.value)
        wanted = ready[-1]
        self.trigger_event(
            self.CaptureAsked,
            timestamp=at,
            operation_id=capture_of(self.id, wanted.payment),
            gateway_payment=wanted.payment,
            amount_minor=wanted.amount_minor,
            currency=self.currency,
        )

    def capture_rejected(self, operation_id: UUID, why: str, at: datetime) -> None:
        """The gateway refused to; of a capture that is over it is no news."""
        if self.capture is not None and self.capture.operation_id == operation_id:
            told = {"operation_id": operation_id, "gateway_payment": self.capture.payment, "why": why}
            self.trigger_event(self.CaptureRejected, timestamp=at, **told)

    def capture_doubted(self, operation_id: UUID, why: str, at: datetime) -> None:
        """Nobody knows; of a capture that is over somebody does."""
        if self.capture is not None and self.capture.operation_id == operation_id:
            self.trigger_event(self.CaptureDoubted, timestamp=at, operation_id=operation_id, why=why)

    def _capture_came_true(self, payment: str, at: datetime) -> None:
        """Whoever told of it first: what was asked for has come out."""
        if self.capture is not None and self.capture.payment == payment:
            told = {"operation_id": self.capture.operation_id, "gateway_payment": payment}
            self.trigger_event(self.CaptureConfirmed, timestamp=at, **told)

    @event(CaptureAsked)
    def _on_capture_asked(self, operation_id: UUID, gateway_payment: str, amount_minor: int) -> None:
        self.capture = CaptureWanted(operation_id, gateway_payment, amount_minor)

    @event(CaptureConfirmed)
    def _on_capture_confirmed(self) -> None:
        self.capture = None

    @event(CaptureRejected)
    def _on_capture_rejected(self, gateway_payment: str) -> None:
        self.capture = None
        self.not_captured = (*self.not_captured, gateway_payment)
