"""How does an area come to be served no longer?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.city_told import zone_told
from application.guards import check_role, check_version
from domain.actor import DESK
from domain.zone import Zone

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class RetireZone:
    """Serve it no longer from an instant on."""

    actor: Actor
    zone_id: UUID
    effective_from: datetime
    at: datetime
    expected_version: int | None = None


async def retire_zone(command: RetireZone, work: Work) -> Answer:
    """Retire a zone; jobs under way in it go on.

    Raises NotAllowed, NotFound, StaleVersion, BadEffect, TooManyVersions or ZoneNotInEffect.
    """
    check_role(work, command.actor, *DESK)
    zone = await work.get(Zone, command.zone_id)
    check_version(zone, command.expected_version)
    zone.retire(command.effective_from, command.at)
    return zone_told(zone, command.effective_from, None)
