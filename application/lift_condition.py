"""How does a closure, a flood or a surge end?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.city_told import condition_told
from application.guards import check_role, check_version
from domain.actor import DESK
from domain.zone import Zone
from domain.zone_conditions import Condition

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.zone_conditions import ConditionKind


@dataclass(frozen=True, slots=True)
class LiftCondition:
    """End all conditions of a kind at an instant."""

    actor: Actor
    zone_id: UUID
    kind: ConditionKind
    effective_from: datetime
    at: datetime
    expected_version: int | None = None


async def lift_condition(command: LiftCondition, work: Work) -> Answer:
    """Lift them, those announced for later as well.

    Raises NotAllowed, NotFound, StaleVersion, BadEffect or NoSuchCondition.
    """
    check_role(work, command.actor, *DESK)
    zone = await work.get(Zone, command.zone_id)
    check_version(zone, command.expected_version)
    zone.lift(command.kind, command.effective_from, command.at)
    return condition_told(zone, Condition(command.kind, command.effective_from))
