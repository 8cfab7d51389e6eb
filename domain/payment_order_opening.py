"""How does the gateway come to have an order of ours? A chapter of ``PaymentOrder``."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Aggregate, Chapter, event
from domain.intent import IntentEnd
from domain.payment_order_terms import OrderState


class OrderOpening(Chapter):
    """It is asked for by the order's first event; one of these tells what came of that."""

    operation_id: UUID
    state: OrderState
    gateway_order: str | None
    opening_is_over: bool

    class Opened(Aggregate.Event):
        """The gateway has the order, under an id of its own."""

        TOPIC: ClassVar[str] = "payment_order.opened"
        ENDS: ClassVar[IntentEnd] = IntentEnd.CONFIRMED
        operation_id: UUID
        gateway_order: str

    class OpeningRejected(Aggregate.Event):
        """The gateway refused the order: certainly there is none."""

        TOPIC: ClassVar[str] = "payment_order.opening_rejected"
        ENDS: ClassVar[IntentEnd] = IntentEnd.REJECTED
        operation_id: UUID
        why: str

    class OpeningDoubted(Aggregate.Event):
        """Nobody knows whether the gateway has the order: it has to be asked."""

        TOPIC: ClassVar[str] = "payment_order.opening_doubted"
        DOUBTS: ClassVar[bool] = True
        operation_id: UUID
        why: str

    def opened(self, gateway_order: str, at: datetime) -> None:
        """The gateway has it; told twice it is no news."""
        if self.gateway_order is None and not self.opening_is_over:
            operation_id = self.operation_id
            self.trigger_event(self.Opened, timestamp=at, operation_id=operation_id, gateway_order=gateway_order)

    def opening_rejected(self, why: str, at: datetime) -> None:
        """The gateway refused it; once it is open or refused that is no news."""
        if not self.opening_is_over:
            self.trigger_event(self.OpeningRejected, timestamp=at, operation_id=self.operation_id, why=why)

    def opening_doubted(self, why: str, at: datetime) -> None:
        """Nobody knows; once it is open or refused somebody does."""
        if not self.opening_is_over:
            self.trigger_event(self.OpeningDoubted, timestamp=at, operation_id=self.operation_id, why=why)

    @event(Opened)
    def _on_opened(self, gateway_order: str) -> None:
        self.gateway_order = gateway_order
        self.opening_is_over = True
        if self.state is OrderState.OPENING:
            self.state = OrderState.OPEN

    @event(OpeningRejected)
    def _on_opening_rejected(self) -> None:
        self.opening_is_over = True
        if self.state is OrderState.OPENING:
            self.state = OrderState.REFUSED
