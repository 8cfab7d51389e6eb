"""Which zones and prices did a log tell, at any instant? The tables that the api follows, folded from events."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from infra.in_memory.folding import Table, fact_of
from infra.prices.table import PriceTable
from infra.zones.table import ZoneTable
from projections.tariffs import TariffVersionRow, tariffs
from projections.zone_shapes import ZoneShapeRow, zone_shapes
from projections.zones import ZoneRow, zones

if TYPE_CHECKING:
    from collections.abc import Iterable

    from application.log import LoggedEvent

KINDS: Final = ("zone.", "tariff.")


def always() -> bool:
    """Whether all is loaded: what is folded from a log is there at once."""
    return True


@dataclass(slots=True)
class City:
    """Zones and prices as they stand after the events that were heard."""

    zones: ZoneTable = field(default_factory=lambda: ZoneTable(always))
    prices: PriceTable = field(default_factory=lambda: PriceTable(always))
    _zones: Table[ZoneRow] = field(init=False)
    _shapes: Table[ZoneShapeRow] = field(init=False)
    _tariffs: Table[TariffVersionRow] = field(init=False)

    def __post_init__(self) -> None:
        self._zones = Table(zones, lambda _, row: self.zones.take_zones([row] if row else ()))
        self._shapes = Table(zone_shapes, lambda _, row: self.zones.take_shapes([row] if row else ()))
        self._tariffs = Table(tariffs, lambda _, row: self.prices.take([row] if row else ()))

    @property
    def published(self) -> list[TariffVersionRow]:
        """Every version of every tariff, and their withdrawals."""
        return list(self._tariffs.rows.values())

    def hear(self, events: Iterable[LoggedEvent]) -> None:
        """Take in what of these events is about zones and prices; in the log's order."""
        for event in events:
            if event.topic.startswith(KINDS):
                fact = fact_of(event)
                for table in (self._zones, self._shapes, self._tariffs):
                    table.fold(fact)

    def has_zone(self, tenant: str, zone_id: object) -> bool:
        """Whether the tenant ever defined that zone."""
        return (tenant, zone_id) in self._zones.rows


def city_of(events: Iterable[LoggedEvent]) -> City:
    """The city that a log tells of."""
    city = City()
    city.hear(events)
    return city
