"""What may happen to a job offered to a provider?"""

from dataclasses import field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.actor import Actor
from domain.aggregate import Aggregate, Created, event
from domain.catalogue import Service, VehicleClass
from domain.geography import checked_cell
from domain.offer_talk import OfferEvent, OfferTalk
from domain.offer_terms import (
    LONGEST_OFFER,
    BadEta,
    BadLapse,
    DeclineReason,
    NotCountered,
    OfferClosed,
    OfferLapsed,
    OfferState,
    OfferStillOpen,
    Terms,
    WhyClosed,
    checked_eta,
    offer_acts_open,
)


class Offer(OfferTalk, Aggregate):
    """One job offered to one shift of one provider, until an instant.

    What it shows never changes (O5); accepted late it is refused, never silently assigned (O3). A provider may counter
    with another time of arrival: the desk takes that or not, and until it does the offer stands as it was made (its
    chapter ``offer_talk``).
    """

    TOPIC = "offer"

    request_id: UUID
    provider_id: UUID
    shift_id: UUID
    attempt: int
    lapses_at: datetime
    cell: str
    service: Service
    vehicle_class: VehicleClass
    distance_m: int
    price_minor: int | None
    currency: str | None
    provider_share_minor: int | None
    drop_cell: str | None
    sos: bool
    eta_s: int | None
    state: OfferState = field(default=OfferState.MADE, init=False)
    countered_eta_s: int | None = field(default=None, init=False)
    refused_eta_s: int | None = field(default=None, init=False)

    class Made(Created):
        """A job was offered; all that the provider decides from is in it.

        Version 1 knew neither price, destination, SOS nor the time of the approach.
        """

        TOPIC: ClassVar[str] = "offer.made"
        class_version: ClassVar[int] = 2
        request_id: UUID
        provider_id: UUID
        shift_id: UUID
        attempt: int
        lapses_at: datetime
        cell: str
        service: Service
        vehicle_class: VehicleClass
        distance_m: int
        price_minor: int | None
        currency: str | None
        provider_share_minor: int | None
        drop_cell: str | None
        sos: bool
        eta_s: int | None

        @staticmethod
        def upcast_v1_v2(state: dict[str, object]) -> None:
            """What was not shown was not there."""
            state.update(
                price_minor=None, currency=None, provider_share_minor=None, drop_cell=None, sos=False, eta_s=None
            )

    class Accepted(OfferEvent):
        """The provider takes the job."""

        TOPIC: ClassVar[str] = "offer.accepted"

    class Declined(OfferEvent):
        """The provider does not want the job."""

        TOPIC: ClassVar[str] = "offer.declined"
        reason: DeclineReason

    class Lapsed(OfferEvent):
        """Nobody answered in time."""

        TOPIC: ClassVar[str] = "offer.lapsed"

    class Withdrawn(OfferEvent):
        """We no longer ask."""

        TOPIC: ClassVar[str] = "offer.withdrawn"

    class Superseded(OfferEvent):
        """Somebody else was asked, or took the job, instead: O4."""

        TOPIC: ClassVar[str] = "offer.superseded"

    @classmethod
    def make(cls, offer_id: UUID, terms: Terms, at: datetime) -> "Offer":
        """Offer a job; raises BadLapse, BadEta or BadCell."""
        if not at < terms.lapses_at <= at + LONGEST_OFFER:
            raise BadLapse
        checked_cell(terms.cell)
        if terms.drop_cell is not None:
            checked_cell(terms.drop_cell)
        if terms.eta_s is not None:
            checked_eta(terms.eta_s)
        # Not asdict: it copies every value deeply, which took a fifth of the whole command.
        told = {field_name: getattr(terms, field_name) for field_name in terms.__slots__}
        return cls._create(cls.Made, id=offer_id, timestamp=at, **told)

    def accept(self, at: datetime) -> None:
        """Take the job; accepting twice changes nothing. Raises OfferClosed or OfferLapsed."""
        self.check_acceptable(at)
        if self.state is not OfferState.ACCEPTED:
            self._tell(self.Accepted, at)

    def check_acceptable(self, at: datetime) -> None:
        """Refuse what comes too late, before anything else is looked up; raises OfferClosed or OfferLapsed."""
        if self.state is not OfferState.ACCEPTED:
            self._still_out(at)

    def decline(self, reason: DeclineReason, at: datetime) -> None:
        """Turn the job down; twice changes nothing. Raises OfferClosed or OfferLapsed."""
        if self.state is OfferState.DECLINED:
            return
        self._still_out(at)
        self._tell(self.Declined, at, reason=reason)

    def lapse(self, at: datetime) -> None:
        """Note that time is up; twice changes nothing. Raises OfferClosed, or OfferStillOpen before its time."""
        if self.state is OfferState.LAPSED:
            return
        self._not_closed()
        if at < self.lapses_at:
            raise OfferStillOpen(lapses_at=self.lapses_at.isoformat())
        self._tell(self.Lapsed, at)

    def withdraw(self, at: datetime) -> None:
        """Ask no longer, even when time is up but nobody noted it; twice changes nothing. Raises OfferClosed."""
        if self.state is OfferState.WITHDRAWN:
            return
        self._not_closed()
        self._tell(self.Withdrawn, at)

    def supersede(self, at: datetime) -> None:
        """Ask somebody else instead; twice changes nothing. Raises OfferClosed or OfferLapsed."""
        if self.state is OfferState.SUPERSEDED:
            return
        self._not_closed()
        self._tell(self.Superseded, at)

    def can(self, actor: Actor, at: datetime) -> tuple[str, ...]:
        """Which acts are open to this actor at this instant."""
        return offer_acts_open(actor, self.state, self.provider_id, self.lapses_at, at)

    @event(Accepted)
    def _on_accepted(self) -> None:
        self.state = OfferState.ACCEPTED

    @event(Declined)
    def _on_declined(self) -> None:
        self.state = OfferState.DECLINED

    @event(Lapsed)
    def _on_lapsed(self) -> None:
        self.state = OfferState.LAPSED

    @event(Withdrawn)
    def _on_withdrawn(self) -> None:
        self.state = OfferState.WITHDRAWN

    @event(Superseded)
    def _on_superseded(self) -> None:
        self.state = OfferState.SUPERSEDED


__all__ = [
    "LONGEST_OFFER",
    "BadEta",
    "BadLapse",
    "DeclineReason",
    "NotCountered",
    "Offer",
    "OfferClosed",
    "OfferLapsed",
    "OfferState",
    "OfferStillOpen",
    "Terms",
    "WhyClosed",
    "offer_acts_open",
]
