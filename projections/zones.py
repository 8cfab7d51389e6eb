"""Which zones are there? One row per zone as it was told of last; its outlines are in ``zone_shapes``."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec import convert
from msgspec.structs import replace

from domain.zone_conditions import LONGEST, Condition, ConditionKind, lifted
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
    conditions: tuple[Condition, ...] = ()
    """All that were declared, as they stand after those that were lifted; a year after their end they are dropped."""


zones = ReadModel(
    "zones",
    ZoneRow,
    version=2,
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


@zones.on("zone.condition_declared")
def _condition_declared(row: ZoneRow, fact: Fact) -> ZoneRow:
    told = Condition(
        ConditionKind(fact.text("kind")),
        fact.instant("effective_from"),
        fact.maybe_instant("effective_until"),
        fact.maybe_whole("factor_percent"),
    )
    forgotten = fact.occurred_at - LONGEST
    kept = (one for one in row.conditions if not one.is_over(forgotten))
    return _told(row, fact, (*kept, told))


@zones.on("zone.condition_lifted")
def _condition_lifted(row: ZoneRow, fact: Fact) -> ZoneRow:
    kind = ConditionKind(fact.text("kind"))
    return _told(row, fact, lifted(row.conditions, kind, fact.instant("effective_from")))


def conditions_of(row: ZoneRow) -> tuple[Condition, ...]:
    """The conditions of a row, from wherever it was read: a query hands JSON over as it is."""
    return convert(row.conditions, tuple[Condition, ...], from_attributes=True)


def _told(row: ZoneRow, fact: Fact, conditions: tuple[Condition, ...]) -> ZoneRow:
    return replace(
        row, version=fact.version, position=fact.position, conditions=conditions, updated_at=fact.occurred_at
    )
