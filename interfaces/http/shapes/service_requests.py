"""What do service requests look like on the wire?"""

from typing import Annotated

from pydantic import Field

from domain.catalogue import Fuel, Service, VehicleClass
from domain.request_terms import CancelReason, RequestState
from interfaces.http.shapes.values import (
    Body,
    Can,
    Cell,
    Instant,
    Location,
    Metres,
    Name,
    OfferId,
    Phone,
    Plate,
    Position,
    ProviderId,
    RequestId,
    ShiftId,
    Shown,
    Text,
    UserId,
    Version,
)


class Contact(Body):
    """Whom the provider calls."""

    name: Name
    phone: Phone


class ServiceRequestBody(Body):
    """A call for help. Contact, exact location, note and plate go to the erasable store, never into an event."""

    service: Annotated[Service, Field(examples=["flat_tyre"])]
    vehicle_class: Annotated[VehicleClass, Field(examples=["car"])]
    fuel: Fuel = Fuel.UNKNOWN
    location: Location
    contact: Contact
    note: Annotated[
        Text, Field(description="How to find the vehicle.", examples=["Blue hatchback by the bus stop"])
    ] = ""
    plate: Plate = ""
    customer_id: Annotated[
        UserId | None, Field(description="For the desk: on whose behalf. A new customer when left out.")
    ] = None


class CancellationBody(Body):
    """Why it is called off."""

    reason: Annotated[CancelReason, Field(examples=["no_longer_needed"])]


class ArrivalBody(Body):
    """Where the truck says it is; only how far off that is gets recorded."""

    location: Location | None = None


class ServiceRequestDone(Shown):
    """Where a request stands after a command."""

    id: RequestId
    version: Version
    position: Position
    state: RequestState
    attempt: int
    offer_id: OfferId | None
    provider_id: ProviderId | None
    shift_id: ShiftId | None


class ServiceRequestShown(Shown):
    """A request as the board shows it."""

    id: RequestId
    version: Version
    state: RequestState
    service: Service
    vehicle_class: VehicleClass
    fuel: Fuel
    cell: Cell
    customer_id: UserId
    attempt: int
    offer_id: OfferId | None
    provider_id: ProviderId | None
    shift_id: ShiftId | None
    live_offer_id: OfferId | None
    offers_made: int
    arrived_within_m: Metres | None
    ended_by: str | None
    ended_why: str | None
    created_at: Instant
    updated_at: Instant
    offered_at: Instant | None
    assigned_at: Instant | None
    en_route_at: Instant | None
    on_scene_at: Instant | None
    ended_at: Instant | None
    can: Can


class ServiceRequestPage(Shown):
    """One page of requests, newest first."""

    data: list[ServiceRequestShown]
    next_cursor: str | None


class CustomerDetails(Shown):
    """What the erasable store still knows; everything is null once the customer was erased."""

    request_id: RequestId
    customer_id: UserId
    erased: bool
    name: str | None
    phone: str | None
    location: Location | None
    note: str | None
    plate: str | None
