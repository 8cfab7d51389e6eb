"""What do service requests look like on the wire?"""

from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.catalogue import Fuel, Service, VehicleClass
from domain.price_terms import Fault, PaymentMethod
from domain.promise import PromiseState
from domain.request_fare import Outcome
from domain.request_terms import CancelReason, Hazard, RequestState
from interfaces.http.shapes.prices import Currency, FareShown, FareTold, Minor, PriceLineShown, QuoteShown, QuoteTold
from interfaces.http.shapes.values import (
    Body,
    Can,
    Cell,
    Instant,
    InstantTold,
    Location,
    Metres,
    Name,
    OfferId,
    PaymentId,
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
    ZoneId,
)
from interfaces.http.shapes.vehicles import CustomersVehicleId


class Contact(Body):
    """Whom the provider calls."""

    name: Name
    phone: Phone


Method = Annotated[
    PaymentMethod,
    Field(
        description="From the wallet, in cash to the provider, or through the payment gateway by an order of its own.",
        examples=["wallet"],
    ),
]


class ConfirmAtOnce(Body):
    """Whatever the price is, it is agreed to."""

    payment_method: Method


class Breakdown(Body):
    """What happened where: all that a call for help says but whose it is."""

    service: Annotated[Service, Field(examples=["flat_tyre"])]
    fuel: Fuel = Fuel.UNKNOWN
    location: Location
    note: Annotated[
        Text, Field(description="How to find the vehicle.", examples=["Blue hatchback by the bus stop"])
    ] = ""
    plate: Plate = ""
    drop_location: Annotated[Location | None, Field(description="Where the vehicle is to be towed.")] = None
    sos: Annotated[bool, Field(description="Somebody is in danger: the search begins at once, whatever it costs.")] = (
        False
    )
    hazards: Annotated[
        tuple[Hazard, ...],
        Field(max_length=8, description="What makes waiting dangerous.", examples=[["night", "alone"]]),
    ] = ()
    scheduled_for: Annotated[
        InstantTold | None, Field(description="Come at that hour; only where a price is confirmed before.")
    ] = None
    confirm: Annotated[
        ConfirmAtOnce | None, Field(description="Agree to the price in the same breath; else confirm the quote.")
    ] = None


class ServiceRequestBody(Breakdown):
    """A call for help. Contact, exact location, note and plate go to the erasable store, never into an event."""

    vehicle_class: Annotated[
        VehicleClass | None, Field(description="Left out where `vehicle_id` names one.", examples=["car"])
    ] = None
    vehicle_id: Annotated[
        CustomersVehicleId | None,
        Field(description="A vehicle of the customer: class, fuel and plate are its own.", examples=[None]),
    ] = None
    contact: Contact
    customer_id: Annotated[
        UserId | None, Field(description="For the desk: on whose behalf. A new customer when left out.")
    ] = None

    @model_validator(mode="after")
    def _says_which_vehicle(self) -> Self:
        if self.vehicle_class is None and self.vehicle_id is None:
            message = "say what kind of vehicle it is, or which: vehicle_class or vehicle_id"
            raise ValueError(message)
        return self


class CancellationBody(Body):
    """Why it is called off."""

    reason: Annotated[CancelReason, Field(examples=["no_longer_needed"])]
    fault: Annotated[
        Fault | None, Field(description="For the desk: whose fault it is. Only the customer's own costs a fee.")
    ] = None


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
    sos: bool
    quote: QuoteTold | None
    payment_method: PaymentMethod | None
    fare: FareTold | None
    outcome: Outcome | None
    settled_minor: Minor | None


class NeedShown(Shown):
    """What the provider proposes to do instead, and who said so."""

    by: str
    service: Service
    drop_cell: Cell | None


class PromiseShown(Shown):
    """When somebody is there, as it was told when the job was taken; kept or broken by ``due_at``."""

    state: PromiseState
    p50_at: Annotated[Instant, Field(description="As many such drives are over by then as not.")]
    p80_at: Annotated[Instant, Field(description="Eight in ten such drives are over by then.")]
    p95_at: Annotated[Instant, Field(description="Nineteen in twenty such drives are over by then.")]
    due_at: Annotated[Instant, Field(description="By when it is kept: what was promised first.")]
    credit_minor: Annotated[Minor | None, Field(description="What the customer got back for a broken promise.")]


class ServiceRequestShown(Shown):
    """A request as the board shows it. ``start_code`` is there for its customer only, until the work begins."""

    id: RequestId
    version: Version
    state: RequestState
    service: Service
    vehicle_class: VehicleClass
    fuel: Fuel
    cell: Cell
    drop_cell: Cell | None
    zone_id: ZoneId | None
    customer_id: UserId
    sos: bool
    hazards: list[Hazard]
    scheduled_for: Instant | None
    attempt: int
    radius_m: Metres | None
    escalation: int
    offer_id: OfferId | None
    provider_id: ProviderId | None
    shift_id: ShiftId | None
    live_offer_id: OfferId | None
    offers_made: int
    offers_out: Annotated[int, Field(description="Providers that are asked now and have not answered.")]
    acknowledge_by: Annotated[Instant | None, Field(description="Until when a guided crew says that it knows.")]
    arrived_within_m: Metres | None
    start_tries: int
    contact_attempts: int
    gone_confirms_at: Instant | None
    drop_refused_why: str | None
    need_proposed: NeedShown | None
    promise: PromiseShown | None
    quote: QuoteShown | None
    payment_method: PaymentMethod | None
    fare: FareShown | None
    fee_minor: Minor | None
    fault: Fault | None
    outcome: Outcome | None
    settled_minor: Minor | None
    payment_id: PaymentId | None
    merged_into: RequestId | None
    ended_by: str | None
    ended_why: str | None
    created_at: Instant
    updated_at: Instant
    confirmed_at: Instant | None
    offered_at: Instant | None
    assigned_at: Instant | None
    en_route_at: Instant | None
    on_scene_at: Instant | None
    started_at: Instant | None
    loaded_at: Instant | None
    at_drop_at: Instant | None
    delivered_at: Instant | None
    work_done_at: Instant | None
    settled_at: Instant | None
    ended_at: Instant | None
    start_code: Annotated[str | None, Field(description="Four digits that the customer tells the provider.")]
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
    drop_location: Annotated[
        Location | None,
        Field(description="Where the vehicle is to be towed; of a later destination, its cell's centre."),
    ]
    note: str | None
    plate: str | None


class StepShown(Shown):
    """Something that happened, and when."""

    what: Annotated[str, Field(examples=["en_route_started"])]
    at: Instant


class NeedOffered(Shown):
    """What the provider proposes to do instead."""

    service: Service
    by: str


class MyRequestShown(Shown):
    """A request as its customer follows it. ``price_minor`` is the quote, then the fare, then what was settled."""

    id: RequestId
    version: Version
    state: RequestState
    service: Service
    vehicle_class: VehicleClass
    sos: bool
    scheduled_for: Instant | None
    attempt: int
    provider_id: ProviderId | None
    quote_version: int | None
    valid_until: Instant | None
    lines: list[PriceLineShown]
    price_minor: Minor | None
    currency: Currency | None
    payment_method: PaymentMethod | None
    need_proposed: NeedOffered | None
    gone_confirms_at: Instant | None
    promise: PromiseShown | None
    outcome: Outcome | None
    payment_id: PaymentId | None
    merged_into: RequestId | None
    ended_why: str | None
    created_at: Instant
    updated_at: Instant
    ended_at: Instant | None
    steps: list[StepShown]


class MyRequestPage(Shown):
    """One page of a customer's own requests, newest first."""

    data: list[MyRequestShown]
    next_cursor: str | None
