"""In which words do we speak of a request: its states, the reasons given, the refusals, who holds it?"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.aggregate import Aggregate
from domain.catalogue import Fuel, Service, VehicleClass
from domain.price_terms import FeeTerms, PriceLine
from domain.refusal import Refusal


class RequestState(StrEnum):
    """How far the job is: asked for, searched for, under way, done and paid, or ended some other way."""

    SUBMITTED = "submitted"
    QUOTED = "quoted"
    CONFIRMED = "confirmed"
    SCHEDULED = "scheduled"
    SEARCHING = "searching"
    ASSIGNED = "assigned"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    IN_SERVICE = "in_service"
    LOADED = "loaded"
    IN_TRANSIT = "in_transit"
    AT_DROP = "at_drop"
    WORK_DONE = "work_done"
    FARE_REVIEW = "fare_review"
    SETTLING = "settling"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    GONE_ON_ARRIVAL = "gone_on_arrival"
    UNSUCCESSFUL = "unsuccessful"
    UNFULFILLED = "unfulfilled"
    EXPIRED = "expired"
    MERGED = "merged"


CLOSED = frozenset(
    {
        RequestState.COMPLETED,
        RequestState.CANCELLED,
        RequestState.GONE_ON_ARRIVAL,
        RequestState.UNSUCCESSFUL,
        RequestState.UNFULFILLED,
        RequestState.EXPIRED,
        RequestState.MERGED,
    }
)
"""States that nothing leaves."""

BEFORE_SEARCH = frozenset({RequestState.SUBMITTED, RequestState.QUOTED, RequestState.CONFIRMED, RequestState.SCHEDULED})
"""States in which nobody is looked for yet."""

AT_VEHICLE = frozenset({RequestState.ON_SCENE, RequestState.IN_SERVICE})
"""States in which the provider stands beside the vehicle."""

ON_TRUCK = frozenset({RequestState.LOADED, RequestState.IN_TRANSIT, RequestState.AT_DROP})
"""States in which the vehicle is on, or behind, the provider's truck."""

REVOCABLE = frozenset({RequestState.ASSIGNED, RequestState.EN_ROUTE}) | AT_VEHICLE
"""States in which a provider can still lose the job to another: the vehicle is not on its truck yet."""

UNDER_WAY = REVOCABLE | ON_TRUCK
"""States in which exactly one provider holds the job."""

CANCELLABLE = BEFORE_SEARCH | REVOCABLE | {RequestState.SEARCHING}
"""States in which a request can be called off: as long as the vehicle is where it broke down."""

TO_BE_PAID = frozenset({RequestState.WORK_DONE, RequestState.FARE_REVIEW, RequestState.SETTLING})
"""States after the work, before the end."""

PROVES = AT_VEHICLE | ON_TRUCK | {RequestState.WORK_DONE, RequestState.FARE_REVIEW}
"""States in which evidence is captured: also of what is billed, until the fare stands."""

TOWED = frozenset({Service.TOW, Service.FLATBED_TOW})
"""Services that take the vehicle somewhere."""


class Dispatch(StrEnum):
    """When the search begins: at once (nothing is charged, or it is an SOS), or when the price is confirmed."""

    AT_ONCE = "at_once"
    ON_CONFIRMATION = "on_confirmation"


class Hazard(StrEnum):
    """What makes waiting dangerous; such requests are served first."""

    LIVE_LANE = "live_lane"
    BLIND_CURVE = "blind_curve"
    NIGHT = "night"
    ALONE = "alone"
    WITH_CHILD = "with_child"
    SMOKE = "smoke"
    MEDICAL = "medical"
    FLOOD = "flood"


class TriageSource(StrEnum):
    """Who worked out what is wrong."""

    RULES = "rules"
    AGENT = "agent"
    MODEL = "model"
    DESK = "desk"


class CancelReason(StrEnum):
    """Why a request was called off: a code, since free text may name people."""

    NO_LONGER_NEEDED = "no_longer_needed"
    TOOK_TOO_LONG = "took_too_long"
    WRONG_DETAILS = "wrong_details"
    DUPLICATE = "duplicate"
    SAFETY = "safety"
    OTHER = "other"


class RevokeReason(StrEnum):
    """Why a provider lost a job it had accepted."""

    PROVIDER_CANCELLED = "provider_cancelled"
    STALLED = "stalled"
    GOING_AWAY = "going_away"
    DARK = "dark"
    NOT_ACKNOWLEDGED = "not_acknowledged"
    NEED_CHANGED = "need_changed"
    BETTER_PROVIDER = "better_provider"


class ConfirmedBy(StrEnum):
    """Whose word an arrival stands on."""

    PROVIDER = "provider"
    CUSTOMER = "customer"
    DISPATCHER = "dispatcher"


class RequestClosed(Refusal):
    """This request has come to its end."""

    code = "request_closed"


class OfferStillOut(Refusal):
    """This request has an offer that is not answered yet: one at a time, unless several are asked at once."""

    code = "offer_still_out"


class AskedEnough(Refusal):
    """As many providers are asked at once as may be."""

    code = "asked_enough"


class DeclinedBefore(Refusal):
    """This provider declined this request and is not asked again."""

    code = "declined_before"


class NotTheLiveOffer(Refusal):
    """This is not an offer that is out for the request."""

    code = "not_the_live_offer"


@dataclass(frozen=True, slots=True)
class Call:
    """What a customer says when asking for help: ids of what is personal, and what dispatch decides from.

    ``zone_id`` is the service zone of the place, ``drop_cell`` where the vehicle is to be taken. ``radius_m`` and
    ``widens_at`` say how the search begins when it begins at once; None searches everywhere.
    """

    customer_id: UUID
    service: Service
    vehicle_class: VehicleClass
    fuel: Fuel
    cell: str
    place_id: UUID
    contact_id: UUID
    zone_id: UUID | None = None
    drop_cell: str | None = None
    sos: bool = False
    hazards: tuple[Hazard, ...] = ()
    scheduled_for: datetime | None = None
    dispatch: Dispatch = Dispatch.AT_ONCE
    radius_m: int | None = None
    widens_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """A price that was told, until ``valid_until``; which tariff in which version made it, and for how far a tow."""

    quote_version: int
    currency: str
    lines: tuple[PriceLine, ...]
    total_minor: int
    valid_until: datetime
    tariff_id: UUID | None
    tariff_version: int | None
    tow_distance_m: int | None
    fees: FeeTerms


@dataclass(frozen=True, slots=True)
class Need:
    """What is to be done, and where the vehicle is to be taken, if anywhere."""

    service: Service
    drop_cell: str | None


class JobEvent(Aggregate.Event):
    """Base of what happens between a request and one provider: says whose offer it is about, for read models."""

    offer_id: UUID
    provider_id: UUID
    shift_id: UUID


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who holds the job (or is asked to take it), by which offer."""

    offer_id: UUID
    provider_id: UUID
    shift_id: UUID
    attempt: int
