"""What do offers and jobs look like on the wire?"""

from typing import Annotated, Literal

from pydantic import Field

from domain.catalogue import Service, VehicleClass
from domain.offer import DeclineReason, OfferState
from domain.offer_terms import LONGEST_APPROACH_S
from interfaces.http.shapes.values import (
    Body,
    Can,
    Cell,
    Instant,
    Metres,
    OfferId,
    Position,
    ProviderId,
    RequestId,
    ShiftId,
    Shown,
    Version,
)

JobState = Literal[
    "made",
    "delivered",
    "seen",
    "countered",
    "declined",
    "lapsed",
    "withdrawn",
    "superseded",
    "accepted",
    "en_route",
    "on_scene",
    "in_service",
    "loaded",
    "in_transit",
    "at_drop",
    "work_done",
    "completed",
    "cancelled",
    "revoked",
    "gone_on_arrival",
    "unsuccessful",
]
EtaS = Annotated[int, Field(ge=1, le=LONGEST_APPROACH_S, description="Seconds of the approach.", examples=[1800])]


class OfferBody(Body):
    """Which job to offer to which shift, and for how long."""

    request_id: RequestId
    shift_id: ShiftId
    # 5 s is too short for a person, 900 s the longest the rules allow.
    lapses_in_s: Annotated[int, Field(ge=5, le=900, description="Seconds until the offer lapses.")] = 30
    eta_s: EtaS | None = None
    instead_of: Annotated[OfferId | None, Field(description="The live offer that this one takes the place of.")] = None
    beside: Annotated[bool, Field(description="Whether it may be out beside others of this request.")] = False


class DeclineBody(Body):
    """Why the job is turned down."""

    reason: Annotated[DeclineReason, Field(examples=["too_far"])]


class CounterBody(Body):
    """How long the provider needs to be there."""

    eta_s: EtaS


class CounterAnswerBody(Body):
    """Which counter is meant, so that nobody takes one that was changed meanwhile."""

    eta_s: EtaS


class OfferDone(Shown):
    """Where an offer stands after a command."""

    id: OfferId
    version: Version
    position: Position
    state: OfferState
    request_id: RequestId
    request_version: Version
    provider_id: ProviderId
    shift_id: ShiftId
    attempt: int
    lapses_at: Instant
    distance_m: Metres


class OfferShown(Shown):
    """An offer and, once accepted, how the job goes."""

    id: OfferId
    version: Version
    state: JobState
    request_id: RequestId
    provider_id: ProviderId
    shift_id: ShiftId
    attempt: int
    service: Service
    vehicle_class: VehicleClass
    cell: Cell
    drop_cell: Cell | None
    sos: bool
    distance_m: Metres
    eta_s: Annotated[int | None, Field(description="Seconds of the approach, as the offer showed it.")]
    countered_eta_s: Annotated[int | None, Field(description="Seconds that the provider asked for.")]
    price_minor: Annotated[
        int | None, Field(description="What the customer was quoted; null where nothing is charged.")
    ]
    provider_share_minor: Annotated[int | None, Field(description="What of it would be the provider's.")]
    fare_minor: Annotated[int | None, Field(description="What the job costs as it was done.")]
    earned_minor: Annotated[int | None, Field(description="What the provider gets of it, once that is settled.")]
    currency: str | None
    competing: Annotated[int, Field(description="How many others are asked for the same job now.")]
    why: str | None
    created_at: Instant
    updated_at: Instant
    lapses_at: Instant
    seen_at: Instant | None
    answered_at: Instant | None
    en_route_at: Instant | None
    on_scene_at: Instant | None
    started_at: Instant | None
    loaded_at: Instant | None
    at_drop_at: Instant | None
    delivered_at: Instant | None
    work_done_at: Instant | None
    ended_at: Instant | None
    can: Can


class OfferPage(Shown):
    """One page of offers or jobs, newest first."""

    data: list[OfferShown]
    next_cursor: str | None
