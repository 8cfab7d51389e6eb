"""What do shifts look like on the wire?"""

from typing import Annotated

from pydantic import Field

from domain.catalogue import Capability, VehicleClass
from domain.shift import ShiftState
from domain.shift_terms import MOST_BATTERIES, MOST_EV_KWH, MOST_FUEL_L
from interfaces.http.shapes.values import (
    Body,
    Can,
    Cell,
    CrewId,
    Instant,
    Location,
    OfferId,
    Position,
    ProviderId,
    RequestId,
    ShiftId,
    Shown,
    TruckId,
    Version,
)


class ShiftBody(Body):
    """Who goes on duty with which truck, and where; only the cell of the place is kept."""

    provider_id: ProviderId
    crew_id: CrewId
    truck_id: TruckId
    location: Location


class BreakEndBody(Body):
    """Where the crew member is back at work."""

    location: Location


class ReadinessBody(Body):
    """Where the shift is ready for the next job; where the last one ended, unless told."""

    location: Location | None = None


class StockBody(Body):
    """What was counted on board, to give away."""

    fuel_l: Annotated[int, Field(ge=0, le=MOST_FUEL_L, description="Litres.", examples=[40])]
    batteries: Annotated[int, Field(ge=0, le=MOST_BATTERIES, examples=[4])]
    ev_kwh: Annotated[int, Field(ge=0, le=MOST_EV_KWH, description="Kilowatt-hours.", examples=[20])]


class ShiftDone(Shown):
    """Where a shift stands after a command; the ids are what it is kept for."""

    id: ShiftId
    version: Version
    position: Position
    state: ShiftState
    provider_id: ProviderId
    capabilities: list[Capability]
    cell: Cell
    offer_id: OfferId | None
    request_id: RequestId | None


class ShiftShown(Shown):
    """A shift as it stands."""

    id: ShiftId
    version: Version
    state: ShiftState
    provider_id: ProviderId
    crew_id: CrewId
    truck_id: TruckId
    capabilities: list[Capability]
    vehicle_classes: list[VehicleClass]
    cell: Cell
    offer_id: OfferId | None
    request_id: RequestId | None
    ends_by: Annotated[Instant | None, Field(description="From then on it gets no more offers.")]
    fuel_l: Annotated[int | None, Field(description="On board to give away; null when nobody counted.")]
    batteries: int | None
    ev_kwh: int | None
    can: Can


class ShiftPage(Shown):
    """One page of shifts on duty, latest first."""

    data: list[ShiftShown]
    next_cursor: str | None
