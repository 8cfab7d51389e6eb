"""What do offers and jobs look like on the wire?"""

from typing import Annotated, Literal

from pydantic import Field

from domain.catalogue import Service, VehicleClass
from domain.offer import DeclineReason, OfferState
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
    "declined",
    "lapsed",
    "withdrawn",
    "accepted",
    "en_route",
    "on_scene",
    "completed",
    "cancelled",
    "revoked",
]


class OfferBody(Body):
    """Which job to offer to which shift, and for how long."""

    request_id: RequestId
    shift_id: ShiftId
    # 5 s is too short for a person, 900 s the longest the rules allow.
    lapses_in_s: Annotated[int, Field(ge=5, le=900, description="Seconds until the offer lapses.")] = 30


class DeclineBody(Body):
    """Why the job is turned down."""

    reason: Annotated[DeclineReason, Field(examples=["too_far"])]


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
    distance_m: Metres
    why: str | None
    created_at: Instant
    updated_at: Instant
    lapses_at: Instant
    answered_at: Instant | None
    en_route_at: Instant | None
    on_scene_at: Instant | None
    ended_at: Instant | None
    can: Can


class OfferPage(Shown):
    """One page of offers or jobs, newest first."""

    data: list[OfferShown]
    next_cursor: str | None
