"""Who waits for money, or bears its loss, because of a dispute? A chapter of ``Dispute``."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Aggregate, Chapter, event


class DisputeBearing(Chapter):
    """What is held because of a dispute is held once: when people let it go, the dispute does not take it again."""

    on_hold: frozenset[UUID]

    class PutOnHold(Aggregate.Event):
        """What somebody earned by this money, or a wallet that it filled, waits while the bank looks."""

        TOPIC: ClassVar[str] = "dispute.put_on_hold"
        stream_id: UUID

    def hold_once(self, stream_id: UUID, at: datetime) -> bool:
        """Note that an earning or a wallet waits for this dispute; whether that is news."""
        if stream_id in self.on_hold:
            return False
        self.trigger_event(self.PutOnHold, timestamp=at, stream_id=stream_id)
        return True

    @event(PutOnHold)
    def _on_put_on_hold(self, stream_id: UUID) -> None:
        self.on_hold |= {stream_id}
