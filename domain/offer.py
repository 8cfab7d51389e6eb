"""What may happen to a job offered to a provider?"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from domain.actor import Actor
from domain.aggregate import Aggregate, Created, event
from domain.catalogue import Service, VehicleClass
from domain.geography import checked_cell
from domain.refusal import BadInput, Refusal

LONGEST_OFFER = timedelta(minutes=15)
"""No provider may sit on a job longer: motor clubs give their slowest channel, the desk, 90 seconds."""


class OfferState(StrEnum):
    """Where an offer is. Sent, delivered and seen of the full machine go between made and its end."""

    MADE = "made"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


class WhyClosed(StrEnum):
    """Why an offer was not taken."""

    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


class DeclineReason(StrEnum):
    """Why a provider does not want a job: a code, since free text may name people."""

    TOO_FAR = "too_far"
    BUSY = "busy"
    NO_EQUIPMENT = "no_equipment"
    VEHICLE_UNSUITABLE = "vehicle_unsuitable"
    SHIFT_ENDING = "shift_ending"
    PRICE = "price"
    OTHER = "other"


class OfferLapsed(Refusal):
    """This offer was not answered in time."""

    code = "offer_lapsed"


class OfferClosed(Refusal):
    """This offer has been answered or withdrawn."""

    code = "offer_closed"


class OfferStillOpen(Refusal):
    """This offer can still be answered: its time is not up."""

    code = "offer_still_open"


class BadLapse(BadInput):
    """An offer must lapse after it is made, and within a quarter of an hour."""

    code = "bad_lapse"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a provider is shown and decides from; ``distance_m`` is from the shift to the vehicle."""

    request_id: UUID
    provider_id: UUID
    shift_id: UUID
    attempt: int
    lapses_at: datetime
    cell: str
    service: Service
    vehicle_class: VehicleClass
    distance_m: int


class Offer(Aggregate):
    """One job offered to one shift of one provider, until an instant.

    What it shows never changes (O5); accepted late it is refused, never silently assigned (O3).
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
    state: OfferState = field(default=OfferState.MADE, init=False)

    class Made(Created):
        """A job was offered; all that the provider decides from is in it."""

        TOPIC: ClassVar[str] = "offer.made"
        request_id: UUID
        provider_id: UUID
        shift_id: UUID
        attempt: int
        lapses_at: datetime
        cell: str
        service: Service
        vehicle_class: VehicleClass
        distance_m: int

    class Accepted(Aggregate.Event):
        """The provider takes the job."""

        TOPIC: ClassVar[str] = "offer.accepted"
        request_id: UUID
        provider_id: UUID
        shift_id: UUID

    class Declined(Aggregate.Event):
        """The provider does not want the job."""

        TOPIC: ClassVar[str] = "offer.declined"
        request_id: UUID
        provider_id: UUID
        shift_id: UUID
        reason: DeclineReason

    class Lapsed(Aggregate.Event):
        """Nobody answered in time."""

        TOPIC: ClassVar[str] = "offer.lapsed"
        request_id: UUID
        provider_id: UUID
        shift_id: UUID

    class Withdrawn(Aggregate.Event):
        """We no longer ask."""

        TOPIC: ClassVar[str] = "offer.withdrawn"
        request_id: UUID
        provider_id: UUID
        shift_id: UUID

    @classmethod
    def make(cls, offer_id: UUID, terms: Terms, at: datetime) -> "Offer":
        """Offer a job; raises BadLapse or BadCell."""
        if not at < terms.lapses_at <= at + LONGEST_OFFER:
            raise BadLapse
        checked_cell(terms.cell)
        # Not asdict: it copies every value deeply, which took a fifth of the whole command.
        told = {field_name: getattr(terms, field_name) for field_name in terms.__slots__}
        return cls._create(cls.Made, id=offer_id, timestamp=at, **told)

    def accept(self, at: datetime) -> None:
        """Take the job; accepting twice changes nothing. Raises OfferClosed or OfferLapsed."""
        if self.state is OfferState.ACCEPTED:
            return
        self._still_out(at)
        self._tell(self.Accepted, at)

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

    def can(self, actor: Actor, at: datetime) -> tuple[str, ...]:
        """Which acts are open to this actor at this instant."""
        return offer_acts_open(actor, self.state, self.provider_id, self.lapses_at, at)

    def _not_closed(self) -> None:
        if self.state is OfferState.LAPSED:
            raise OfferLapsed(lapses_at=self.lapses_at.isoformat())
        if self.state is not OfferState.MADE:
            raise OfferClosed(f"the offer is {self.state.value}", state=self.state.value)

    def _still_out(self, at: datetime) -> None:
        self._not_closed()
        if at >= self.lapses_at:
            raise OfferLapsed(lapses_at=self.lapses_at.isoformat())

    def _tell(self, fact: type[Aggregate.Event], at: datetime, **more: object) -> None:
        ids = {"request_id": self.request_id, "provider_id": self.provider_id, "shift_id": self.shift_id}
        self.trigger_event(fact, timestamp=at, **ids, **more)

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


def offer_acts_open(
    actor: Actor, state: OfferState, provider_id: UUID, lapses_at: datetime, at: datetime
) -> tuple[str, ...]:
    """Which acts are open to an actor on an offer; made of plain values, so that a row can be asked too."""
    if state is not OfferState.MADE:
        return ()
    if actor.is_desk:
        return ("withdraw",) if at < lapses_at else ("withdraw", "lapse")
    if actor.is_provider(provider_id) and at < lapses_at:
        return ("accept", "decline")
    return ()
