"""In which words do we speak of an offer: its states, what it shows, the reasons given, why it says no?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.actor import Actor
from domain.catalogue import Service, VehicleClass
from domain.pricing import DETOUR_PERCENT
from domain.refusal import BadInput, Refusal

LONGEST_OFFER = timedelta(minutes=15)
"""No provider may sit on a job longer: motor clubs give their slowest channel, the desk, 90 seconds."""

LONGEST_APPROACH_S = 4 * 3_600
"""Nobody waits longer beside a road: trade promises are 60 minutes in a city and 120 outside; twice that is no help."""


APPROACH_KMH = 24
"""How fast a crew comes to a breakdown in a city, door to door: lights, turns and parking halve any speed limit."""


class OfferState(StrEnum):
    """Where an offer is: out (made, delivered, seen, countered), taken, or closed some other way."""

    MADE = "made"
    DELIVERED = "delivered"
    SEEN = "seen"
    COUNTERED = "countered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


OUT = frozenset({OfferState.MADE, OfferState.DELIVERED, OfferState.SEEN, OfferState.COUNTERED})
"""States in which an answer is waited for."""

NOT_SEEN = frozenset({OfferState.MADE, OfferState.DELIVERED})
"""States in which nobody is known to have looked at it."""


HOW_CLOSED = {OfferState.SUPERSEDED: "another provider has taken the job, or was asked instead"}
"""What is said to whoever answers too late, where the state's name alone does not say it."""


class WhyClosed(StrEnum):
    """Why an offer was not taken."""

    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


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


class NotCountered(Refusal):
    """The provider asked for no other terms, or for others than these."""

    code = "not_countered"


class BadLapse(BadInput):
    """An offer must lapse after it is made, and within a quarter of an hour."""

    code = "bad_lapse"


class BadEta(BadInput):
    """An approach takes some time, and at most four hours."""

    code = "bad_eta"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a provider is shown and decides from; ``distance_m`` is from the shift to the vehicle.

    ``price_minor`` is what the customer was quoted and ``provider_share_minor`` what of it would be the provider's,
    both in ``currency``; None where nothing is charged. ``eta_s`` is how long the approach should take, if anybody
    worked it out.
    """

    request_id: UUID
    provider_id: UUID
    shift_id: UUID
    attempt: int
    lapses_at: datetime
    cell: str
    service: Service
    vehicle_class: VehicleClass
    distance_m: int
    price_minor: int | None = None
    currency: str | None = None
    provider_share_minor: int | None = None
    drop_cell: str | None = None
    sos: bool = False
    eta_s: int | None = None


def checked_eta(eta_s: int) -> int:
    """The same seconds, when an approach can take so long; raises BadEta."""
    if not 0 < eta_s <= LONGEST_APPROACH_S:
        raise BadEta(most=LONGEST_APPROACH_S)
    return eta_s


def approach_s(distance_m: int) -> int:
    """How long an approach should take, in whole seconds: great circle, detour, town speed; at most the longest."""
    by_road_m = distance_m * DETOUR_PERCENT // 100
    return max(1, min(by_road_m * 3_600 // (APPROACH_KMH * 1_000), LONGEST_APPROACH_S))


def offer_acts_open(
    actor: Actor, state: OfferState, provider_id: UUID, lapses_at: datetime, at: datetime
) -> tuple[str, ...]:
    """Which acts are open to an actor on an offer that they see; made of plain values, so that a row can be asked."""
    if state not in OUT:
        return ()
    in_time = at < lapses_at
    if actor.is_desk:
        if not in_time:
            return ("withdraw", "lapse")
        return ("withdraw", "accept_counter", "decline_counter") if state is OfferState.COUNTERED else ("withdraw",)
    if actor.works_for(provider_id) and in_time:
        return ("accept", "decline", "counter", *_TOLD_NEXT.get(state, ()))
    return ()


_TOLD_NEXT = {OfferState.MADE: ("report_delivered", "report_seen"), OfferState.DELIVERED: ("report_seen",)}
