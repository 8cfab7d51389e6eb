"""In which zone does a place lie? The map of this process: every outline of every tenant, by point and instant."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING

from application.zones import PlacedZone, ZonesUnknown
from domain.timeline import Dated, Timeline
from domain.zone_conditions import ConditionKind, condition_at

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from domain.area_cover import AreaCover
    from domain.areas import Outline
    from domain.zone_conditions import Condition
    from projections.zone_shapes import ZoneShapeRow
    from projections.zones import ZoneRow


@dataclass(frozen=True, slots=True)
class _Outlined:
    """One outline of one zone while it is in effect, and how it ranks among others: the lowest rank counts."""

    zone: PlacedZone
    outline: Outline
    begins_at: datetime
    ends_at: datetime | None
    rank: tuple[int, int, str]

    def in_effect(self, at: datetime) -> bool:
        """Whether it counts at an instant."""
        return self.begins_at <= at and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True, slots=True)
class _Map:
    """What one tenant has outlined, ever, in the order in which it counts, and where."""

    outlined: Sequence[_Outlined]
    cover: AreaCover


class ZoneTable:
    """Implements ``application.zones.ZoneMap`` from rows of the read models ``zones`` and ``zone_shapes``.

    Until ``is_loaded`` says so, it refuses to answer. A map is drawn anew as a whole when a tenant's zones change, on
    the thread that takes the rows; questions go on being answered from the old one until then.
    """

    def __init__(self, is_loaded: Callable[[], bool]) -> None:
        self._is_loaded = is_loaded
        self._taking = threading.Lock()
        self._zones: dict[tuple[str, UUID], ZoneRow] = {}
        self._shapes: dict[str, dict[UUID, ZoneShapeRow]] = {}
        self._maps: Mapping[str, _Map] = {}
        self._conditions: Mapping[UUID, tuple[Condition, ...]] = {}

    def take_zones(self, rows: Iterable[ZoneRow]) -> None:
        """Take zones that are new or changed."""
        with self._taking:
            told = list(rows)
            # What is fixed for a zone's life is all that counts on the map: only a new zone makes a difference there.
            new = {row.tenant for row in told if (row.tenant, row.zone_id) not in self._zones}
            self._zones.update({(row.tenant, row.zone_id): row for row in told})
            self._conditions = {**self._conditions, **{row.zone_id: row.conditions for row in told}}
            self._draw(new)

    def take_shapes(self, rows: Iterable[ZoneShapeRow]) -> None:
        """Take outlines that are new."""
        with self._taking:
            told = list(rows)
            for row in told:
                self._shapes.setdefault(row.tenant, {})[row.shape_id] = row
            self._draw({row.tenant for row in told})

    def zone_at(self, tenant: str, lat: float, lng: float, at: datetime) -> PlacedZone | None:
        """See ZoneMap."""
        drawn = self._of(tenant)
        if drawn is None:
            return None
        number = drawn.cover.first(lat, lng, at.timestamp())
        if number < 0:
            return None
        zone = drawn.outlined[number].zone
        surge = condition_at(self._conditions.get(zone.zone_id, ()), ConditionKind.SURGE, at)
        return zone if surge is None else replace(zone, surge_percent=surge.factor_percent or zone.surge_percent)

    def conditions_at(self, tenant: str, lat: float, lng: float, at: datetime) -> frozenset[ConditionKind]:
        """See ZoneMap."""
        drawn = self._of(tenant)
        if drawn is None:
            return frozenset()
        here = (drawn.outlined[number].zone.zone_id for number in drawn.cover.holding(lat, lng, at.timestamp()))
        return frozenset(one.kind for zone_id in here for one in self._conditions.get(zone_id, ()) if one.in_effect(at))

    def serves(self, tenant: str, lat: float, lng: float, at: datetime) -> bool:
        """See ZoneMap."""
        if self.zone_at(tenant, lat, lng, at) is not None:
            return True
        drawn = self._of(tenant)
        return drawn is None or not any(one.in_effect(at) for one in drawn.outlined)

    def _of(self, tenant: str) -> _Map | None:
        if not self._is_loaded():
            raise ZonesUnknown
        return self._maps.get(tenant)

    def _draw(self, tenants: Collection[str]) -> None:
        if not tenants:
            return
        from domain.area_cover import AreaCover  # compiled loops, which a process without zones need not load

        drawn = dict(self._maps)
        for tenant in tenants:
            outlined = sorted(self._outlined(tenant), key=lambda one: one.rank)
            spans = [(one.begins_at.timestamp(), one.ends_at.timestamp() if one.ends_at else inf) for one in outlined]
            drawn[tenant] = _Map(outlined, AreaCover([one.outline for one in outlined], spans))
        self._maps = drawn

    def _outlined(self, tenant: str) -> list[_Outlined]:
        of_zone: dict[UUID, list[ZoneShapeRow]] = {}
        for shape in self._shapes.get(tenant, {}).values():
            of_zone.setdefault(shape.zone_id, []).append(shape)
        found = []
        for zone_id, shapes in of_zone.items():
            # The two read models move by themselves: a shape may come before its zone, and waits for it here.
            zone = self._zones.get((tenant, zone_id))
            if zone is not None:
                found += _through_time(zone, shapes)
        return found


def _through_time(zone: ZoneRow, shapes: Iterable[ZoneShapeRow]) -> list[_Outlined]:
    placed = PlacedZone(zone.zone_id, zone.slug, zone.time_zone, zone.state_code)
    entries = Timeline([Dated(shape.effective_from, shape.version, shape) for shape in shapes]).entries
    ends: list[datetime | None] = [entry.effective_from for entry in entries[1:]]
    return [
        _Outlined(
            placed,
            entry.value.geometry,
            entry.effective_from,
            ends_at,
            # The highest priority, then the smallest, then the lowest id.
            (-zone.priority, entry.value.area_m2, zone.zone_id.hex),
        )
        for entry, ends_at in zip(entries, [*ends, None], strict=True)
        if entry.value is not None and entry.value.geometry is not None
    ]
