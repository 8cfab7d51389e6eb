"""What outline does a zone have from when on? One row per outline ever drawn, and per retirement (no outline)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid5

from msgspec import ValidationError, convert

from domain.areas import Outline
from projections.fact import BadFact, Fact
from projections.read_model import Index, Key, ReadModel, Row


class ZoneShapeRow(Row, frozen=True, gc=False):
    """One outline of a zone; ``version`` is that of the zone's stream. In effect is the last that has begun."""

    tenant: str
    shape_id: UUID
    zone_id: UUID
    version: int
    position: int
    effective_from: datetime
    geometry: Outline | None
    area_m2: int
    drawn_at: datetime


def _id(fact: Fact) -> UUID:
    return uuid5(fact.stream_id, f"shape {fact.version}")


def _key(fact: Fact) -> Key:
    return (fact.tenant, _id(fact))


zone_shapes = ReadModel(
    "zone_shapes",
    ZoneShapeRow,
    version=1,
    key=("tenant", "shape_id"),
    indexes=(Index(("tenant", "zone_id", "version")), Index(("position",))),
)


def _outline(fact: Fact) -> Outline:
    try:
        return convert(fact.data.get("geometry"), Outline)
    except ValidationError as error:
        raise BadFact(f"{fact.topic} at {fact.position}: geometry is no outline: {error}") from error


def _shape(fact: Fact, geometry: Outline | None, area_m2: int) -> ZoneShapeRow:
    return ZoneShapeRow(
        tenant=fact.tenant,
        shape_id=_id(fact),
        zone_id=fact.stream_id,
        version=fact.version,
        position=fact.position,
        effective_from=fact.instant("effective_from"),
        geometry=geometry,
        area_m2=area_m2,
        drawn_at=fact.occurred_at,
    )


@zone_shapes.begins("zone.defined", _key)
def _defined(fact: Fact) -> ZoneShapeRow:
    return _shape(fact, _outline(fact), fact.whole("area_m2"))


@zone_shapes.begins("zone.redrawn", _key)
def _redrawn(fact: Fact) -> ZoneShapeRow:
    return _shape(fact, _outline(fact), fact.whole("area_m2"))


@zone_shapes.begins("zone.retired", _key)
def _retired(fact: Fact) -> ZoneShapeRow:
    return _shape(fact, None, 0)
