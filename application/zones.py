"""In which zone does a place lie, and is it served? The port; answered from memory, so it never waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class PlacedZone:
    """The zone that a place lies in, with what a command needs to know of it."""

    zone_id: UUID
    slug: str
    time_zone: str
    state_code: str


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

    def serves(self, tenant: str, lat: float, lng: float, at: datetime) -> bool:
        """Whether help comes to that point: it lies in a zone, or the tenant has no zone in effect.

        Raises BadPlace or ZonesUnknown.
        """
        ...
