"""Who waits for money, or bears its loss, because of a dispute? A chapter of ``Dispute``."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid5

from domain.aggregate import Aggregate, Chapter, event
from domain.dispute_terms import AlreadyPassedOn, Borne, MoreThanLost, NothingLost
from domain.money import checked_amount


class DisputeBearing(Chapter):
    """A loss is ours until people say that the provider at fault bears it, and again when the bank thinks better of it.

    What is held because of a dispute is held once: when people let it go, the dispute does not take it again.
    """

    lost_minor: int
    on_hold: frozenset[UUID]
    borne: Borne | None
    recoveries: int

    class PutOnHold(Aggregate.Event):
        """What somebody earned by this money, or a wallet that it filled, waits while the bank looks."""

        TOPIC: ClassVar[str] = "dispute.put_on_hold"
        stream_id: UUID

    class LossPassedOn(Aggregate.Event):
        """So much of the loss is the provider's, whose fault it was; its reserve books that, under ``recovery_id``."""

        TOPIC: ClassVar[str] = "dispute.loss_passed_on"
        recovery_id: UUID
        provider_id: UUID
        request_id: UUID
        amount_minor: int
        currency: str

    class LossTakenBack(Aggregate.Event):
        """So much is not lost any more: the provider bears none of it."""

        TOPIC: ClassVar[str] = "dispute.loss_taken_back"
        recovery_id: UUID
        provider_id: UUID
        amount_minor: int

    def hold_once(self, stream_id: UUID, at: datetime) -> bool:
        """Note that an earning or a wallet waits for this dispute; whether that is news."""
        if stream_id in self.on_hold:
            return False
        self.trigger_event(self.PutOnHold, timestamp=at, stream_id=stream_id)
        return True

    def pass_on(self, provider_id: UUID, request_id: UUID, amount_minor: int, currency: str, at: datetime) -> Borne:
        """Let the provider bear so much of the loss; the same again changes nothing.

        Raises BadAmount, NothingLost, MoreThanLost, or AlreadyPassedOn when it bears another part already.
        """
        checked_amount(amount_minor)
        if self.borne is not None:
            if self.borne.amount_minor == amount_minor:
                return self.borne
            raise AlreadyPassedOn(passed_on_minor=self.borne.amount_minor)
        if not self.lost_minor:
            raise NothingLost
        if amount_minor > self.lost_minor:
            raise MoreThanLost(lost_minor=self.lost_minor)
        told = {"provider_id": provider_id, "request_id": request_id}
        sums = {"amount_minor": amount_minor, "currency": currency}
        recovery_id = uuid5(self.id, f"recovery/{self.recoveries}")
        self.trigger_event(self.LossPassedOn, timestamp=at, recovery_id=recovery_id, **told, **sums)
        return Borne(recovery_id, provider_id, amount_minor)

    def take_loss_back(self, at: datetime) -> Borne | None:
        """What nobody has to bear any more, since less is lost than that; all of it, and people decide anew."""
        borne = self.borne
        if borne is None or self.lost_minor >= borne.amount_minor:
            return None
        told = {"recovery_id": borne.recovery_id, "provider_id": borne.provider_id}
        self.trigger_event(self.LossTakenBack, timestamp=at, **told, amount_minor=borne.amount_minor)
        return borne

    @event(PutOnHold)
    def _on_put_on_hold(self, stream_id: UUID) -> None:
        self.on_hold |= {stream_id}

    @event(LossPassedOn)
    def _on_loss_passed_on(self, recovery_id: UUID, provider_id: UUID, amount_minor: int) -> None:
        self.borne = Borne(recovery_id, provider_id, amount_minor)
        self.recoveries += 1

    @event(LossTakenBack)
    def _on_loss_taken_back(self) -> None:
        self.borne = None
