"""What is said about an offer before it is answered: did it arrive, was it seen, does the provider want other terms?"""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Aggregate, Chapter, event
from domain.offer_terms import (
    HOW_CLOSED,
    NOT_SEEN,
    OUT,
    NotCountered,
    OfferClosed,
    OfferLapsed,
    OfferState,
    checked_eta,
)


class OfferEvent(Aggregate.Event):
    """Base of what happens to an offer after it was made: says whose job it is about, for read models."""

    request_id: UUID
    provider_id: UUID
    shift_id: UUID


class OfferTalk(Chapter):
    """Delivery and counter-offers. Nothing said here opens an offer again that was answered, or prolongs it."""

    request_id: UUID
    provider_id: UUID
    shift_id: UUID
    lapses_at: datetime
    state: OfferState
    countered_eta_s: int | None
    refused_eta_s: int | None

    class Delivered(OfferEvent):
        """It reached the provider's device."""

        TOPIC: ClassVar[str] = "offer.delivered"

    class Seen(OfferEvent):
        """Somebody of the provider looked at it."""

        TOPIC: ClassVar[str] = "offer.seen"

    class Countered(OfferEvent):
        """The provider would come, but needs so many seconds to be there."""

        TOPIC: ClassVar[str] = "offer.countered"
        eta_s: int

    class CounterAccepted(OfferEvent):
        """The desk takes the counter: the provider has the job, on its own terms."""

        TOPIC: ClassVar[str] = "offer.counter_accepted"
        eta_s: int

    class CounterDeclined(OfferEvent):
        """The desk does not take the counter; the offer stands as it was made."""

        TOPIC: ClassVar[str] = "offer.counter_declined"
        eta_s: int

    def deliver(self, at: datetime) -> None:
        """Note that it reached the device; late, twice or after an answer it is no news."""
        if self.state is OfferState.MADE and at < self.lapses_at:
            self._tell(self.Delivered, at)

    def see(self, at: datetime) -> None:
        """Note that somebody looked at it; late, twice or after an answer it is no news."""
        if self.state in NOT_SEEN and at < self.lapses_at:
            self._tell(self.Seen, at)

    def counter(self, eta_s: int, at: datetime) -> None:
        """Ask for so many seconds to be there; the same twice changes nothing. Raises OfferClosed, OfferLapsed, BadEta.

        Another number takes the place of the first.
        """
        self._still_out(at)
        if self.state is OfferState.COUNTERED and self.countered_eta_s == eta_s:
            return
        self._tell(self.Countered, at, eta_s=checked_eta(eta_s))

    def accept_counter(self, eta_s: int, at: datetime) -> None:
        """Give the job on those terms; twice changes nothing. Raises OfferClosed, OfferLapsed or NotCountered."""
        if self.state is OfferState.ACCEPTED and self.countered_eta_s == eta_s:
            return
        self._tell(self.CounterAccepted, at, eta_s=self._asked_for(eta_s, at))

    def decline_counter(self, eta_s: int, at: datetime) -> None:
        """Let the offer stand as it was made; twice is no news. Raises OfferClosed, OfferLapsed or NotCountered."""
        if self.state is not OfferState.COUNTERED and self.refused_eta_s == eta_s:
            return
        self._tell(self.CounterDeclined, at, eta_s=self._asked_for(eta_s, at))

    def _not_closed(self) -> None:
        if self.state is OfferState.LAPSED:
            raise OfferLapsed(lapses_at=self.lapses_at.isoformat())
        if self.state not in OUT:
            raise OfferClosed(HOW_CLOSED.get(self.state, f"the offer is {self.state.value}"), state=self.state.value)

    def _still_out(self, at: datetime) -> None:
        self._not_closed()
        if at >= self.lapses_at:
            raise OfferLapsed(lapses_at=self.lapses_at.isoformat())

    def _asked_for(self, eta_s: int, at: datetime) -> int:
        self._still_out(at)
        if self.state is not OfferState.COUNTERED or self.countered_eta_s != eta_s:
            raise NotCountered(eta_s=self.countered_eta_s)
        return eta_s

    def _tell(self, fact: type[OfferEvent], at: datetime, **more: object) -> None:
        ids = {"request_id": self.request_id, "provider_id": self.provider_id, "shift_id": self.shift_id}
        self.trigger_event(fact, timestamp=at, **ids, **more)

    @event(Delivered)
    def _on_delivered(self) -> None:
        self.state = OfferState.DELIVERED

    @event(Seen)
    def _on_seen(self) -> None:
        self.state = OfferState.SEEN

    @event(Countered)
    def _on_countered(self, eta_s: int) -> None:
        self.state = OfferState.COUNTERED
        self.countered_eta_s = eta_s

    @event(CounterAccepted)
    def _on_counter_accepted(self) -> None:
        self.state = OfferState.ACCEPTED

    @event(CounterDeclined)
    def _on_counter_declined(self, eta_s: int) -> None:
        self.state = OfferState.SEEN
        self.countered_eta_s = None
        self.refused_eta_s = eta_s
