"""How is a wallet kept from being spent? A chapter of the wallet: money still comes in, and what is kept stays kept."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Aggregate, Chapter, event
from domain.wallet_terms import WhyFrozen


class WalletFreeze(Chapter):
    """Frozen until the desk unfreezes it."""

    customer_id: UUID
    frozen: WhyFrozen | None

    class Frozen(Aggregate.Event):
        """Nothing may be taken any more."""

        TOPIC: ClassVar[str] = "wallet.frozen"
        customer_id: UUID
        why: WhyFrozen

    class Unfrozen(Aggregate.Event):
        """Money may be taken again."""

        TOPIC: ClassVar[str] = "wallet.unfrozen"
        customer_id: UUID

    def freeze(self, why: WhyFrozen, at: datetime) -> None:
        """Let nothing be taken; freezing a frozen wallet changes nothing."""
        if self.frozen is None:
            self.trigger_event(self.Frozen, timestamp=at, customer_id=self.customer_id, why=why)

    def unfreeze(self, at: datetime) -> None:
        """Let money be taken again; twice changes nothing."""
        if self.frozen is not None:
            self.trigger_event(self.Unfrozen, timestamp=at, customer_id=self.customer_id)

    @event(Frozen)
    def _on_frozen(self, why: WhyFrozen) -> None:
        self.frozen = why

    @event(Unfrozen)
    def _on_unfrozen(self) -> None:
        self.frozen = None
