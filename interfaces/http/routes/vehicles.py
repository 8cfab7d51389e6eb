"""What can customers, and the desk for them, tell of their vehicles?"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from fastapi import Query
from starlette.responses import Response

from application.keep_vehicle import ChangeVehicle, RegisterVehicle, change_vehicle, register_vehicle
from application.personal import PersonalKind, PersonalRecord, Told, record_id_for
from domain.actor import Role
from domain.ids import Prefix, parse, show
from domain.plate import plate_of
from domain.refusal import NotFound
from domain.vehicle import Vehicle, VehiclePaper
from interfaces.http import answers, paging
from interfaces.http.calls import Asked, Call, Command, CommandCall, Creation, MinPosition, Paged, id_in_path
from interfaces.http.problems import Problem
from interfaces.http.routing import Routes
from interfaces.http.shapes.vehicles import (
    VehicleBody,
    VehicleDone,
    VehiclePage,
    VehiclePaperBody,
    VehicleShown,
    VehicleTransferBody,
)
from projections.vehicles import VehicleRow

VEHICLES = "/v1/vehicles"
ONE = VEHICLES + "/{vehicle_id}"

Records = Mapping[UUID, PersonalRecord | None]

routes = Routes("Vehicles")


@routes.command(VEHICLES, VehicleDone, status=201, problems=("bad_plate", "bad_vehicle", "bad_id", "not_allowed"))
async def keep_vehicle(call: Creation, body: VehicleBody) -> Response:
    """Tell of a vehicle before it breaks down; we say when its insurance or its exhaust certificate ends."""
    customer_id = _whose(call, body)
    record_id = record_id_for(call.context.command_id, PersonalKind.VEHICLE)
    papers = ((VehiclePaper.INSURANCE, body.insurance_until), (VehiclePaper.PUC, body.puc_until))
    command = RegisterVehicle(
        actor=call.actor,
        vehicle_id=uuid5(call.context.command_id, "vehicle"),
        customer_id=customer_id,
        kind=(body.vehicle_class, body.fuel),
        name=(body.make, body.model),
        record_id=record_id,
        at=call.at,
        papers=tuple((paper, _end_of(call, day)) for paper, day in papers if day is not None),
    )
    told = Told(customer_id, {record_id: _record(plate_of(body.plate))})
    return answers.done(await call.run(register_vehicle, command, told), Prefix.VEHICLE, status=201, location=VEHICLES)


@routes.query(VEHICLES, VehiclePage, problems=("invalid_cursor",))
async def list_vehicles(
    call: Asked,
    customer_id: Annotated[str | None, Query(pattern="^usr_[0-9a-f]{32}$", description="For the desk.")] = None,
    *,
    page: Paged,
) -> Response:
    """List vehicles, newest first: a customer's own, for the desk all or one customer's."""
    own = call.actor.subject_id if call.actor.role is Role.CUSTOMER else None
    wanted = own if customer_id is None else own or id_in_path(Prefix.USER, customer_id)
    records: dict[UUID, PersonalRecord | None] = {}

    async def with_plates(rows: Sequence[VehicleRow]) -> None:
        records.update(await call.read_personal([row.record_id for row in rows]))

    return await paging.answer(
        call,
        call.stack.vehicles,
        VEHICLES,
        {"customer_id": customer_id},
        {"customer_id": wanted},
        page,
        key_of=lambda row: (row.registered_at, row.vehicle_id),
        show=lambda row: _shown(call, row, records),
        before=with_plates,
    )


@routes.query(ONE, VehicleShown)
async def read_vehicle(call: Asked, vehicle_id: str, min_position: MinPosition = None) -> Response:
    """Read one vehicle."""
    wanted = id_in_path(Prefix.VEHICLE, vehicle_id)
    await call.at_or_after(call.stack.vehicles.name, min_position)
    row = await call.stack.vehicles.one(call.tenant, wanted)
    if row is None or not (call.actor.is_desk or call.actor.is_customer(row.customer_id)):
        raise NotFound
    return answers.thing(_shown(call, row, await call.read_personal([row.record_id])))


@routes.command(ONE + "/papers", VehicleDone, problems=("vehicle_retired",))
async def note_vehicle_paper(call: Command, vehicle_id: str, body: VehiclePaperBody) -> Response:
    """Tell until when insurance or exhaust certificate hold; we write 30, 7 and 1 days before."""
    until = _end_of(call, body.valid_until)
    return await _changed(call, vehicle_id, lambda vehicle: vehicle.note_paper(body.paper, until, call.at))


@routes.command(ONE + "/transfer", VehicleDone, problems=("vehicle_retired", "bad_id"))
async def transfer_vehicle(call: Command, vehicle_id: str, body: VehicleTransferBody) -> Response:
    """Give a vehicle to another customer, who has it from then on."""
    wanted, customer = id_in_path(Prefix.VEHICLE, vehicle_id), parse(Prefix.USER, body.customer_id)
    vehicle = await call.stack.aggregates.load(Vehicle, call.tenant, wanted)
    if vehicle is None or not (call.actor.is_desk or call.actor.is_customer(vehicle.customer_id)):
        raise NotFound
    kept = (await call.read_personal([vehicle.record_id])).get(vehicle.record_id)
    record_id = record_id_for(call.context.command_id, PersonalKind.VEHICLE)
    told = None if kept is None else Told(customer, {record_id: kept})
    return await _changed(call, vehicle_id, lambda one: one.transfer(customer, record_id, call.at), told)


@routes.command(ONE + "/retirement", VehicleDone)
async def retire_vehicle(call: Command, vehicle_id: str) -> Response:
    """Take a vehicle off the road for good; nobody is written to about it any more."""
    return await _changed(call, vehicle_id, lambda vehicle: vehicle.retire(call.at))


async def _changed(
    call: CommandCall, vehicle_id: str, change: Callable[[Vehicle], None], told: Told | None = None
) -> Response:
    wanted = id_in_path(Prefix.VEHICLE, vehicle_id)
    command = ChangeVehicle(call.actor, wanted, change, call.at, call.expected_version)
    return answers.done(await call.run(change_vehicle, command, told), Prefix.VEHICLE)


def _whose(call: CommandCall, body: VehicleBody) -> UUID:
    if body.customer_id is not None:
        named = parse(Prefix.USER, body.customer_id)
        if not (call.actor.is_desk or call.actor.is_customer(named)):
            raise Problem("not_allowed", "a customer has vehicles of their own only")
        return named
    if call.actor.role is Role.CUSTOMER and call.actor.subject_id is not None:
        return call.actor.subject_id
    raise Problem("validation_failed", "say whose vehicle it is: customer_id")


def _record(plate: str) -> PersonalRecord:
    return PersonalRecord(PersonalKind.VEHICLE, {"plate": plate})


def _zone(call: Call) -> ZoneInfo:
    return ZoneInfo(call.stack.settings.people_time_zone)


def _end_of(call: Call, day: date) -> datetime:
    """The instant at which a day ends where customers live; the last days of the calendar end with it."""
    following = min(day, date.max - timedelta(days=2)) + timedelta(days=1)
    return datetime.combine(following, time(), _zone(call)).astimezone(UTC)


def _day(call: Call, until: datetime | None) -> str | None:
    return None if until is None else (until - timedelta(seconds=1)).astimezone(_zone(call)).date().isoformat()


def _shown(call: Call, row: VehicleRow, records: Records) -> dict[str, object]:
    record = records.get(row.record_id)
    plain = ("version", "vehicle_class", "fuel", "make", "model", "state", "registered_at")
    return {
        "id": show(Prefix.VEHICLE, row.vehicle_id),
        "customer_id": show(Prefix.USER, row.customer_id),
        **{name: getattr(row, name) for name in plain},
        "insurance_until": _day(call, row.insurance_until),
        "puc_until": _day(call, row.puc_until),
        "plate": None if record is None else record.fields.get("plate"),
    }
