"""How does an area come to be served?"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from application.city_told import zone_told
from application.guards import check_role
from domain.actor import DESK
from domain.areas import area_of
from domain.refusal import NotFound
from domain.zone import SlugTaken, Zone, check_zone_terms, meridian_of

if TYPE_CHECKING:
    from datetime import datetime

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.zone import ZoneTerms

ZONES = UUID("5f0c1e0a-52a9-5d0c-9b1e-8a1f6d8f7a01")
"""The name space of zones: a tenant's zone is known by its slug, so that no two have the same."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A GeoJSON geometry as it was sent; the rules decide what to make of it."""

    kind: str
    coordinates: object


@dataclass(frozen=True, slots=True)
class DefineZone:
    """Serve an area from an instant on."""

    actor: Actor
    terms: ZoneTerms
    drawing: Drawing
    effective_from: datetime
    at: datetime


def zone_id_of(tenant: str, slug: str) -> UUID:
    """The id of the zone that a tenant calls by that slug."""
    return uuid5(ZONES, f"{tenant}/{slug}")


async def define_zone(command: DefineZone, work: Work) -> Answer:
    """Define a zone, its outline repaired where it was invalid.

    Raises NotAllowed, SlugTaken, BadEffect, what ``check_zone_terms`` refuses or what ``area_of`` refuses.
    """
    check_role(work, command.actor, *DESK)
    check_zone_terms(command.terms)
    meridian_deg = meridian_of(command.terms.time_zone, command.effective_from)
    # The worst drawing takes half a second to refuse: the loop does not wait for it.
    area = await asyncio.to_thread(area_of, command.drawing.kind, command.drawing.coordinates, meridian_deg)
    zone_id = zone_id_of(work.context.tenant, command.terms.slug)
    if await _is_known(work, zone_id):
        raise SlugTaken(slug=command.terms.slug)
    zone = Zone.define(zone_id, command.terms, area, command.effective_from, command.at)
    work.add(zone)
    return zone_told(zone, command.effective_from, area)


async def _is_known(work: Work, zone_id: UUID) -> bool:
    try:
        await work.get(Zone, zone_id)
    except NotFound:
        return False
    return True
