"""How does a truck join a provider's fleet?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import provider_told
from application.guards import check_role, check_sees_provider, check_version
from domain.actor import DESK, Role
from domain.catalogue import VehicleClass
from domain.provider import Provider

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.catalogue import Capability


@dataclass(frozen=True, slots=True)
class AddTruck:
    """Take a truck in, or note its refit."""

    actor: Actor
    provider_id: UUID
    truck_id: UUID
    equipment: tuple[Capability, ...]
    at: datetime
    expected_version: int | None = None
    vehicle_classes: tuple[VehicleClass, ...] = tuple(VehicleClass)


async def add_truck(command: AddTruck, work: Work) -> Answer:
    """Note a truck, its equipment and the vehicles it is made for; the same twice changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, ProviderClosed, NoCapability or FleetFull.
    """
    check_role(work, command.actor, Role.PROVIDER, *DESK)
    check_sees_provider(command.actor, command.provider_id)
    provider = await work.get(Provider, command.provider_id)
    check_version(provider, command.expected_version)
    provider.add_truck(command.truck_id, command.equipment, command.at, command.vehicle_classes)
    return provider_told(provider)
