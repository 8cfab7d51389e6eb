"""When is something due next? A chapter of the subscription."""

from datetime import datetime
from typing import ClassVar

from domain.aggregate import Aggregate, Chapter, event


class SubscriptionClock(Chapter):
    """What the clock waits for: an instant."""

    clock_at: datetime | None

    class ClockSet(Aggregate.Event):
        """Something is due then, at the latest; nothing is when there is no instant."""

        TOPIC: ClassVar[str] = "subscription.clock_set"
        due_at: datetime | None

    def tell_clock(self, due_at: datetime | None, at: datetime) -> None:
        """Tell when something is due next, where that has changed."""
        if due_at != self.clock_at:
            self.trigger_event(self.ClockSet, timestamp=at, due_at=due_at)

    @event(ClockSet)
    def _on_clock_set(self, due_at: datetime | None) -> None:
        self.clock_at = due_at
