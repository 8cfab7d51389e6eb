"""Which vehicle does a call for help name, and what of it need not be said again?"""

from uuid import UUID

from domain.catalogue import VehicleClass
from domain.ids import Prefix, parse
from domain.refusal import NotFound
from domain.vehicle import Vehicle
from interfaces.http.calls import Call
from interfaces.http.shapes.service_requests import ServiceRequestBody


async def with_vehicle(call: Call, customer_id: UUID, body: ServiceRequestBody) -> ServiceRequestBody:
    """The call with class, fuel and plate of the vehicle that it names; raises NotFound for another's."""
    if body.vehicle_id is None:
        return body
    vehicle = await call.stack.aggregates.load(Vehicle, call.tenant, parse(Prefix.VEHICLE, body.vehicle_id))
    if vehicle is None or vehicle.customer_id != customer_id or vehicle.is_retired:
        raise NotFound
    record = (await call.read_personal([vehicle.record_id])).get(vehicle.record_id)
    plate = body.plate or ("" if record is None else str(record.fields.get("plate") or ""))
    return body.model_copy(update={"vehicle_class": vehicle.vehicle_class, "fuel": vehicle.fuel, "plate": plate})


def class_of(body: ServiceRequestBody) -> VehicleClass:
    """How big it is: the shape saw to it that a class or a vehicle is named."""
    if body.vehicle_class is None:
        raise AssertionError
    return body.vehicle_class
