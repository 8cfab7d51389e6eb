"""How does a zone get another outline?"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.city_told import zone_told
from application.guards import check_role, check_version
from domain.actor import DESK
from domain.areas import area_of
from domain.zone import Zone, meridian_of

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.define_zone import Drawing
    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class RedrawZone:
    """Give it another outline from an instant on."""

    actor: Actor
    zone_id: UUID
    drawing: Drawing
    effective_from: datetime
    at: datetime
    expected_version: int | None = None


async def redraw_zone(command: RedrawZone, work: Work) -> Answer:
    """Redraw a zone; the same outline is no news, a retired zone comes back.

    Raises NotAllowed, NotFound, StaleVersion, BadEffect, TooManyVersions or what ``area_of`` refuses.
    """
    check_role(work, command.actor, *DESK)
    zone = await work.get(Zone, command.zone_id)
    check_version(zone, command.expected_version)
    meridian_deg = meridian_of(zone.time_zone, command.effective_from)
    # The worst drawing takes half a second to refuse: the loop does not wait for it.
    area = await asyncio.to_thread(area_of, command.drawing.kind, command.drawing.coordinates, meridian_deg)
    zone.redraw(area, command.effective_from, command.at)
    return zone_told(zone, command.effective_from, area)
