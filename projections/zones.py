"""Which zones are there? One row per zone as it was told of last; its outlines are in ``zone_shapes``."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from projections.fact import Fact
from projections.read_model import Index, ReadModel, Row


class ZoneRow(Row, frozen=True, gc=False):
    """One zone. ``effective_from`` is that of its newest outline, ``retired_from`` is set while that is the last word.

    Both may lie ahead: what is in effect at an instant follows from ``zone_shapes``.
    """

    tenant: str
    zone_id: UUID
    version: int
    position: int
    slug: str
    time_zone: str
    state_code: str
    priority: int
    area_m2: int
    effective_from: datetime
    retired_from: datetime | None
    defined_at: datetime
    updated_at: datetime


zones = ReadModel(
    "zones",
    ZoneRow,
    version=1,
    key=("tenant", "zone_id"),
    indexes=(Index(("tenant", "defined_at", "zone_id")), Index(("tenant", "slug")), Index(("position",))),
)


@zones.begins("zone.defined")
def _defined(fact: Fact) -> ZoneRow:
    return ZoneRow(
        tenant=fact.tenant,
        zone_id=fact.stream_id,
        version=fact.version,
        position=fact.position,
        slug=fact.text("slug"),
        time_zone=fact.text("time_zone"),
        state_code=fact.text("state_code"),
        priority=fact.whole("priority"),
        area_m2=fact.whole("area_m2"),
        effective_from=fact.instant("effective_from"),
        retired_from=None,
        defined_at=fact.occurred_at,
        updated_at=fact.occurred_at,
    )


@zones.on("zone.redrawn")
def _redrawn(row: ZoneRow, fact: Fact) -> ZoneRow:
    return replace(
        row,
        version=fact.version,
        position=fact.position,
        area_m2=fact.whole("area_m2"),
        effective_from=fact.instant("effective_from"),
        retired_from=None,
        updated_at=fact.occurred_at,
    )


@zones.on("zone.retired")
def _retired(row: ZoneRow, fact: Fact) -> ZoneRow:
    return replace(
        row,
        version=fact.version,
        position=fact.position,
        retired_from=fact.instant("effective_from"),
        updated_at=fact.occurred_at,
    )
