"""What do jobs cost? The price book of this process: every tariff of every tenant, by place and instant."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

from application.prices import PricesUnknown
from domain.pricing import Priced, quote, supply_of
from domain.tariff_terms import PublishedTariff, TariffTerms
from domain.timeline import Dated, Timeline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from application.zones import PlacedZone
    from domain.catalogue import Service, VehicleClass
    from projections.tariffs import TariffVersionRow


@dataclass(frozen=True, slots=True)
class _Tariff:
    """One tariff through time, and where it holds (no zone: everywhere)."""

    tariff_id: UUID
    zone_id: UUID | None
    partner_id: UUID | None
    timeline: Timeline[TariffTerms]

    def with_version(self, dated: Dated[TariffTerms]) -> _Tariff:
        """The same with one version more, or told again."""
        others = (entry for entry in self.timeline.entries if entry.version != dated.version)
        return replace(self, timeline=Timeline([*others, dated]))

    def version_at(self, at: datetime) -> PublishedTariff | None:
        """The version in effect at an instant."""
        return self.told(self.timeline.at(at))

    def told(self, entry: Dated[TariffTerms] | None) -> PublishedTariff | None:
        """A version as prices are made under it; None when it says that there is none."""
        if entry is None or entry.value is None:
            return None
        return PublishedTariff(self.tariff_id, entry.version, entry.effective_from, entry.value)


class PriceTable:
    """Implements ``application.prices.PriceBook`` from rows of the read model ``tariffs``.

    Until ``is_loaded`` says so, it refuses to answer. ``take`` may run on another thread than the questions: what
    they see is replaced as a whole.
    """

    def __init__(self, is_loaded: Callable[[], bool]) -> None:
        self._is_loaded = is_loaded
        self._by_place: Mapping[tuple[str, UUID | None, UUID | None], _Tariff] = {}
        self._by_id: Mapping[tuple[str, UUID], _Tariff] = {}

    def take(self, rows: Iterable[TariffVersionRow]) -> None:
        """Take versions that are new, or told again after a rebuild."""
        by_id = dict(self._by_id)
        for row in rows:
            held = by_id.get((row.tenant, row.tariff_id)) or _Tariff(
                row.tariff_id, row.zone_id, row.partner_id, Timeline()
            )
            dated = Dated(row.effective_from, row.tariff_version, row.terms)
            by_id[row.tenant, row.tariff_id] = held.with_version(dated)
        self._by_place = {(tenant, held.zone_id, held.partner_id): held for (tenant, _), held in by_id.items()}
        self._by_id = by_id

    def tariff_at(
        self, tenant: str, place: PlacedZone | None, at: datetime, partner_id: UUID | None = None
    ) -> PublishedTariff | None:
        """See PriceBook."""
        self._check_loaded()
        zones = (place.zone_id, None) if place is not None else (None,)
        for owner, zone_id in product((partner_id, None) if partner_id is not None else (None,), zones):
            held = self._by_place.get((tenant, zone_id, owner))
            found = None if held is None else held.version_at(at)
            if found is not None:
                return found
        return None

    def price(
        self,
        tenant: str,
        place: PlacedZone | None,
        service: Service,
        vehicle_class: VehicleClass,
        tow_distance_m: int | None,
        at: datetime,
        customer_state_code: str | None = None,
        partner_id: UUID | None = None,
    ) -> Priced | None:
        """See PriceBook."""
        tariff = self.tariff_at(tenant, place, at, partner_id)
        if tariff is None:
            return None
        time_zone, state_code = (place.time_zone, place.state_code) if place is not None else (None, None)
        surge_percent = place.surge_percent if place is not None else 100
        supply = supply_of(tariff.terms, time_zone, state_code, customer_state_code, surge_percent)
        return quote(tariff, service, vehicle_class, tow_distance_m, supply, at)

    def published(self, tenant: str, tariff_id: UUID, tariff_version: int) -> PublishedTariff | None:
        """See PriceBook."""
        self._check_loaded()
        held = self._by_id.get((tenant, tariff_id))
        return None if held is None else held.told(held.timeline.of_version(tariff_version))

    def tariffs_in_effect(self, tenant: str, at: datetime) -> Sequence[tuple[UUID | None, PublishedTariff]]:
        """Every tariff of a tenant for everybody that is in effect at an instant, with its zone."""
        self._check_loaded()
        held = [
            (one.zone_id, one.version_at(at))
            for (of, _), one in self._by_id.items()
            if of == tenant and one.partner_id is None
        ]
        return [(zone_id, published) for zone_id, published in held if published is not None]

    def _check_loaded(self) -> None:
        if not self._is_loaded():
            raise PricesUnknown
