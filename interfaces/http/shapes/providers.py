"""What do providers, crew, trucks and shifts look like on the wire?"""

from typing import Annotated

from pydantic import Field

from domain.catalogue import Capability
from domain.provider import ProviderState, SuspendReason
from domain.shift import ShiftState
from interfaces.http.shapes.values import (
    Body,
    Can,
    Cell,
    CrewId,
    Location,
    Name,
    OfferId,
    Phone,
    Position,
    ProviderId,
    RequestId,
    ShiftId,
    Shown,
    TruckId,
    Version,
)

# There are ten capabilities; a longer list repeats itself.
Capabilities = Annotated[list[Capability], Field(min_length=1, max_length=20, examples=[["tow", "flat_tyre"]])]


class ProviderBody(Body):
    """A company that joins; its name and phone go to the erasable store."""

    name: Annotated[Name, Field(examples=["Lakeside Recovery"])]
    phone: Phone


class CrewMemberBody(Body):
    """Somebody joins the crew, or has learnt something when the id is known."""

    skills: Capabilities
    crew_id: CrewId | None = None


class TruckBody(Body):
    """A truck joins the fleet, or was refitted when the id is known."""

    equipment: Capabilities
    truck_id: TruckId | None = None


class SuspensionBody(Body):
    """Why a provider may not work for now."""

    reason: Annotated[SuspendReason, Field(examples=["documents_expired"])]


class ShiftBody(Body):
    """Who goes on duty with which truck, and where; only the cell of the place is kept."""

    provider_id: ProviderId
    crew_id: CrewId
    truck_id: TruckId
    location: Location


class BreakEndBody(Body):
    """Where the crew member is back at work."""

    location: Location


class ProviderDone(Shown):
    """Where a provider stands after a command."""

    id: ProviderId
    version: Version
    position: Position
    state: ProviderState
    crew: int
    trucks: int
    on_duty: int


class CrewMemberDone(ProviderDone):
    """The same, with the crew member's id."""

    crew_id: CrewId


class TruckDone(ProviderDone):
    """The same, with the truck's id."""

    truck_id: TruckId


class CrewMemberShown(Shown):
    """Somebody of the crew."""

    crew_id: CrewId
    skills: list[Capability]


class TruckShown(Shown):
    """A truck of the fleet."""

    truck_id: TruckId
    equipment: list[Capability]


class ProviderShown(Shown):
    """A provider with its crew and fleet."""

    id: ProviderId
    version: Version
    state: ProviderState
    name: Annotated[str | None, Field(description="Null once erased.")]
    phone: str | None
    crew: list[CrewMemberShown]
    trucks: list[TruckShown]
    on_duty: list[ShiftId]
    can: Can


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
    cell: Cell
    offer_id: OfferId | None
    request_id: RequestId | None
    can: Can


class ShiftPage(Shown):
    """One page of shifts on duty, latest first."""

    data: list[ShiftShown]
    next_cursor: str | None
