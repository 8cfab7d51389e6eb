"""How does a zone come to be closed, flooded or in surge for a while?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.city_told import condition_told
from application.guards import check_role, check_version
from domain.actor import DESK
from domain.zone import Zone

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.zone_conditions import Condition


@dataclass(frozen=True, slots=True)
class DeclareCondition:
    """Say what is the matter in a zone, from when on and for how long."""

    actor: Actor
    zone_id: UUID
    condition: Condition
    at: datetime
    expected_version: int | None = None


async def declare_condition(command: DeclareCondition, work: Work) -> Answer:
    """Declare a condition; what holds already is no news.

    Raises NotAllowed, NotFound, StaleVersion, BadCondition, BadEffect or TooManyConditions.
    """
    check_role(work, command.actor, *DESK)
    zone = await work.get(Zone, command.zone_id)
    check_version(zone, command.expected_version)
    zone.declare(command.condition, command.at)
    return condition_told(zone, command.condition)
