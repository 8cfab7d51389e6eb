"""Which zones did a tenant have, and what was the matter in them, as it was known at each instant of its log?

A closure that was lifted later was not lifted yet: so events are taken in as time passes, never ahead of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from infra.in_memory.city import City

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from application.log import LoggedEvent
    from application.zones import PlacedZone
    from domain.zone_conditions import ConditionKind

KIND: Final = "zone."


class ZonesThen:
    """Implements ``application.zones.ZoneMap`` for whoever asks, since a simulation has one tenant.

    Asked at instants that do not go back: what was heard stays heard.
    """

    def __init__(self, recorded: Iterable[LoggedEvent], tenant: str) -> None:
        told = [event for event in recorded if event.tenant == tenant and event.topic.startswith(KIND)]
        self._ahead = sorted(told, key=lambda event: event.occurred_at, reverse=True)
        self._city, self._tenant = City(), tenant

    def zone_at(self, _tenant: str, lat: float, lng: float, at: datetime) -> PlacedZone | None:
        """See ZoneMap."""
        return self._known_at(at).zones.zone_at(self._tenant, lat, lng, at)

    def conditions_at(self, _tenant: str, lat: float, lng: float, at: datetime) -> frozenset[ConditionKind]:
        """See ZoneMap."""
        return self._known_at(at).zones.conditions_at(self._tenant, lat, lng, at)

    def serves(self, _tenant: str, lat: float, lng: float, at: datetime) -> bool:
        """See ZoneMap."""
        return self._known_at(at).zones.serves(self._tenant, lat, lng, at)

    def _known_at(self, at: datetime) -> City:
        while self._ahead and self._ahead[-1].occurred_at <= at:
            self._city.hear([self._ahead.pop()])
        return self._city
