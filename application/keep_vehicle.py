"""How do vehicles come to a customer, change hands, and go, and who is told that their papers end?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.guards import check_role, check_version, hidden
from domain.actor import DESK, Role
from domain.refusal import NotAllowed
from domain.vehicle import Vehicle

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.catalogue import Fuel, VehicleClass
    from domain.vehicle import VehiclePaper


@dataclass(frozen=True, slots=True)
class RegisterVehicle:
    """A customer has this vehicle; its plate goes to the personal store beside the command."""

    actor: Actor
    vehicle_id: UUID
    customer_id: UUID
    kind: tuple[VehicleClass, Fuel]
    name: tuple[str, str]
    record_id: UUID
    at: datetime
    papers: tuple[tuple[VehiclePaper, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeVehicle:
    """Something about a vehicle; ``change`` is a method of it with what was said."""

    actor: Actor
    vehicle_id: UUID
    change: Callable[[Vehicle], object]
    at: datetime
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class RemindOfPapers:
    """The time to tell of some paper may have come."""

    actor: Actor
    vehicle_id: UUID
    at: datetime


async def register_vehicle(command: RegisterVehicle, work: Work) -> Answer:
    """For oneself, or by the desk for anybody. Raises NotAllowed or BadVehicle."""
    check_role(work, command.actor, Role.CUSTOMER, *DESK)
    if not (command.actor.is_desk or command.actor.is_customer(command.customer_id)):
        raise NotAllowed("a customer has vehicles of their own only")
    vehicle = Vehicle.register(
        command.vehicle_id, command.customer_id, command.kind, command.name, command.record_id, command.at
    )
    work.add(vehicle)
    for paper, until in command.papers:
        vehicle.note_paper(paper, until, command.at)
    return vehicle_told(vehicle)


async def change_vehicle(command: ChangeVehicle, work: Work) -> Answer:
    """By its owner or the desk. Raises NotFound, StaleVersion, VehicleRetired."""
    check_role(work, command.actor, Role.CUSTOMER, *DESK)
    vehicle = await work.get(Vehicle, command.vehicle_id)
    if not (command.actor.is_desk or command.actor.is_customer(vehicle.customer_id)):
        raise hidden("Vehicle", command.vehicle_id)
    check_version(vehicle, command.expected_version)
    command.change(vehicle)
    return vehicle_told(vehicle)


async def remind_of_papers(command: RemindOfPapers, work: Work) -> Answer:
    """Note what is due before anybody is written to: whoever dies in between has told nobody, and nobody twice."""
    check_role(work, command.actor, Role.SYSTEM)
    vehicle = await work.get(Vehicle, command.vehicle_id)
    due = vehicle.remind(command.at)
    return vehicle_told(vehicle) | {"due": [f"{paper.value}/{days}" for paper, days in due]}


def vehicle_told(vehicle: Vehicle) -> Answer:
    """What a command about a vehicle answers."""
    state = "retired" if vehicle.is_retired else "on_the_road"
    return {"id": vehicle.id.hex, "version": vehicle.version, "state": state}
