"""Where does the customer allow the mandate, and when is something due next? A chapter of the subscription."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Aggregate, Chapter, event
from domain.intent import IntentEnd
from domain.ledger.transfer import outside_name
from domain.refusal import OutOfTurn
from domain.subscription_terms import SubscriptionState


class SubscriptionClock(Chapter):
    """What others wait for: the customer for a place to allow the mandate, the clock for an instant."""

    state: SubscriptionState
    mandate_is_open: bool
    mandate_order: str
    clock_at: datetime | None

    class MandateOpened(Aggregate.Event):
        """The mandate can be allowed: by paying this order of the gateway's, the first term."""

        TOPIC: ClassVar[str] = "subscription.mandate_opened"
        ENDS: ClassVar[IntentEnd] = IntentEnd.CONFIRMED
        operation_id: UUID
        gateway_order: str

    class MandateDoubted(Aggregate.Event):
        """Nobody knows whether the gateway has it: it is asked again."""

        TOPIC: ClassVar[str] = "subscription.mandate_doubted"
        DOUBTS: ClassVar[bool] = True
        operation_id: UUID

    class ClockSet(Aggregate.Event):
        """Something is due then, at the latest; nothing is when there is no instant."""

        TOPIC: ClassVar[str] = "subscription.clock_set"
        due_at: datetime | None

    def open_mandate(self, operation_id: UUID, gateway_order: str, at: datetime) -> None:
        """The customer can allow it by paying that order; twice is no news."""
        if self.state is SubscriptionState.AWAITED and not self.mandate_is_open:
            told = {"operation_id": operation_id, "gateway_order": outside_name(gateway_order) if gateway_order else ""}
            self.trigger_event(self.MandateOpened, timestamp=at, **told)

    def doubt_mandate(self, operation_id: UUID, at: datetime) -> None:
        """Nobody knows whether it can be allowed yet; raises OutOfTurn once that is known."""
        if self.state is not SubscriptionState.AWAITED or self.mandate_is_open:
            raise OutOfTurn(state=self.state.value, act="doubt_mandate")
        self.trigger_event(self.MandateDoubted, timestamp=at, operation_id=operation_id)

    def tell_clock(self, due_at: datetime | None, at: datetime) -> None:
        """Tell when something is due next, where that has changed."""
        if due_at != self.clock_at:
            self.trigger_event(self.ClockSet, timestamp=at, due_at=due_at)

    @event(MandateOpened)
    def _on_mandate_opened(self, gateway_order: str) -> None:
        self.mandate_is_open, self.mandate_order = True, gateway_order

    @event(ClockSet)
    def _on_clock_set(self, due_at: datetime | None) -> None:
        self.clock_at = due_at
