"""What of a call for help goes to the engine, and what to the store that can be erased?"""

from uuid import UUID

from application.personal import Field, PersonalKind, PersonalRecord, Told
from domain.catalogue import VehicleClass
from domain.geography import cell_of
from domain.request_terms import Call
from interfaces.http.shapes.service_requests import Breakdown, Contact


def call_of(customer_id: UUID, record_id: UUID, vehicle_class: VehicleClass, body: Breakdown) -> Call:
    """What the engine is told: cells and codes."""
    drop = body.drop_location
    return Call(
        customer_id,
        body.service,
        vehicle_class,
        body.fuel,
        cell_of(body.location.lat, body.location.lng),
        place_id=record_id,
        contact_id=record_id,
        drop_cell=None if drop is None else cell_of(drop.lat, drop.lng),
        sos=body.sos,
        hazards=tuple(sorted(set(body.hazards))),
        scheduled_for=body.scheduled_for,
    )


def told_of(
    customer_id: UUID, record_id: UUID, contact: Contact, body: Breakdown, reference: str | None = None
) -> Told:
    """What is personal in the call: it goes where it can be erased, and the event refers to it by its id.

    Place and contact are told in one breath and live as long: one record, so that a call costs one row to keep.
    """
    told: dict[str, Field] = {
        "name": contact.name,
        "phone": contact.phone,
        "plate": body.plate,
        "lat": body.location.lat,
        "lng": body.location.lng,
        "note": body.note,
    }
    if body.drop_location is not None:
        told.update(drop_lat=body.drop_location.lat, drop_lng=body.drop_location.lng)
    if reference is not None:
        told["reference"] = reference
    return Told(customer_id, {record_id: PersonalRecord(PersonalKind.CALL, told)})
