"""How does a crew member begin work with a truck?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import shift_told
from application.guards import check_goes_out, check_role, check_version
from domain.actor import DESK, Role
from domain.provider import Provider
from domain.shift import Shift

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class StartShift:
    """Go on duty at a cell; ``expected_version`` is the provider's, ``longest_duty`` how long it may last (S3)."""

    actor: Actor
    provider_id: UUID
    shift_id: UUID
    crew_id: UUID
    truck_id: UUID
    cell: str
    at: datetime
    expected_version: int | None = None
    longest_duty: timedelta | None = None


async def start_shift(command: StartShift, work: Work) -> Answer:
    """Note who is on duty with which truck and begin the shift, in one save.

    Raises NotAllowed, NotFound, StaleVersion, ProviderNotActive, UnknownCrew, UnknownTruck, AlreadyOnDuty,
    DocumentNotValid, NotCapable or BadCell.
    """
    check_role(work, command.actor, Role.PROVIDER, *DESK)
    check_goes_out(command.actor, command.provider_id, command.crew_id)
    provider = await work.get(Provider, command.provider_id)
    check_version(provider, command.expected_version)
    capabilities = provider.go_on_duty(command.shift_id, command.crew_id, command.truck_id, command.at)
    shift = Shift.start(
        command.shift_id,
        provider_id=provider.id,
        crew_id=command.crew_id,
        truck_id=command.truck_id,
        capabilities=capabilities,
        vehicle_classes=provider.truck_classes[command.truck_id],
        cell=command.cell,
        ends_by=None if command.longest_duty is None else command.at + command.longest_duty,
        at=command.at,
    )
    work.add(shift)
    return shift_told(shift)
