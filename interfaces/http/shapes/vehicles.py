"""What do customers' vehicles look like on the wire?"""

from datetime import date
from typing import Annotated

from pydantic import Field

from domain.catalogue import Fuel, VehicleClass
from domain.vehicle import VehiclePaper
from interfaces.http.shapes.values import EXAMPLE, Body, Instant, Plate, Position, Shown, UserId, Version

CustomersVehicleId = Annotated[
    str, Field(pattern="^veh_[0-9a-f]{32}$", description="Id of a vehicle.", examples=[f"veh_{EXAMPLE}"])
]
Code = Annotated[str, Field(max_length=40, pattern="^[a-z0-9_-]*$", examples=["maruti_suzuki"])]
Day = Annotated[date, Field(description="The last day on which it holds.", examples=["2027-03-31"])]


class VehicleBody(Body):
    """A vehicle. Its plate goes to the erasable store, never into an event."""

    vehicle_class: Annotated[VehicleClass, Field(examples=["car"])]
    fuel: Annotated[Fuel, Field(examples=["petrol"])] = Fuel.UNKNOWN
    make: Code = ""
    model: Annotated[Code, Field(examples=["swift"])] = ""
    plate: Plate
    customer_id: Annotated[UserId | None, Field(description="For the desk: whose it is.", examples=[None])] = None
    insurance_until: Annotated[Day | None, Field(examples=["2027-03-31"])] = None
    puc_until: Annotated[Day | None, Field(examples=["2027-01-31"])] = None


class VehiclePaperBody(Body):
    """Until when a paper holds."""

    paper: Annotated[VehiclePaper, Field(examples=["insurance"])]
    valid_until: Day


class VehicleTransferBody(Body):
    """Whose it is from now on."""

    customer_id: UserId


class VehicleDone(Shown):
    """How a vehicle stands after a command."""

    id: CustomersVehicleId
    version: Version
    state: Annotated[str, Field(pattern="^(on_the_road|retired)$", examples=["on_the_road"])]
    position: Position


class VehicleShown(Shown):
    """One vehicle."""

    id: CustomersVehicleId
    version: Version
    customer_id: UserId
    vehicle_class: VehicleClass
    fuel: Fuel
    make: str
    model: str
    state: Annotated[str, Field(pattern="^(on_the_road|retired)$", examples=["on_the_road"])]
    insurance_until: Annotated[str | None, Field(description="A day.", examples=["2027-03-31"])]
    puc_until: Annotated[str | None, Field(description="A day.", examples=["2027-01-31"])]
    plate: Annotated[str | None, Field(description="Null where its owner was erased.", examples=["KA01AB1234"])]
    registered_at: Instant


class VehiclePage(Shown):
    """One page of vehicles, newest first."""

    data: list[VehicleShown]
    next_cursor: str | None
