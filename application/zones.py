"""In which zone does a place lie, and is it served? The port; answered from memory, so it never waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from domain.zone_conditions import ConditionKind


@dataclass(frozen=True, slots=True)
class PlacedZone:
    """The zone that a place lies in, with what a command needs to know of it at an instant.

    ``surge_percent`` is what everything costs there in percent of the tariff.
    """

    zone_id: UUID
    slug: str
    time_zone: str
    state_code: str
    surge_percent: int = 100


class ZonesUnknown(Exception):
    """This process has not read its zones yet; ask again in a moment."""


class ZoneMap(Protocol):
    """All zones of all tenants, as they are in effect at an instant."""

    def zone_at(self, tenant: str, lat: float, lng: float, at: datetime) -> PlacedZone | None:
        """The zone that a point (degrees, WGS 84) lies in at an instant, borders included; None outside all of them.

        Where zones overlap: the one of the highest priority, then the smallest, then the lowest id.
        Raises BadPlace or ZonesUnknown.
        """
        ...

    def conditions_at(self, tenant: str, lat: float, lng: float, at: datetime) -> frozenset[ConditionKind]:
        """What is the matter at that point: in any zone that holds it, for water does not ask which zone counts.

        Raises BadPlace or ZonesUnknown.
        """
        ...

    def serves(self, tenant: str, lat: float, lng: float, at: datetime) -> bool:
        """Whether help comes to that point: it lies in a zone, or the tenant has no zone in effect.

        Raises BadPlace or ZonesUnknown.
        """
        ...
