"""Where do we help, at what price, and how is somebody found? What a command is told beside its words."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from application.search_plan import SearchPlan
from domain.geography import centre_of
from domain.pricing import towed_distance_m
from domain.request_terms import TOWED, Quote
from domain.trade_terms import OutsideServedArea

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.prices import PriceBook
    from application.zones import PlacedZone, ZoneMap
    from domain.catalogue import Service, VehicleClass
    from domain.pricing import Priced
    from domain.tariff_terms import PublishedTariff
    from domain.zone_conditions import ConditionKind

SOS_QUOTE_HOLDS = timedelta(days=7)
"""Who was in danger has other things to do than to confirm a price: there is a week for it (I8)."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a price depends on: the place, the destination, the service, the vehicle."""

    cell: str
    drop_cell: str | None
    service: Service
    vehicle_class: VehicleClass
    sos: bool = False

    @property
    def towed_m(self) -> int | None:
        """How far the vehicle is towed by road; None when it is not, or nobody knows where to. Raises BadCell."""
        if self.service not in TOWED or self.drop_cell is None:
            return None
        return towed_distance_m(self.cell, self.drop_cell)


@dataclass(frozen=True, slots=True)
class Trade:
    """Zones and prices as they are in effect, and how a search goes. Places are cells: decisions replay from events."""

    zones: ZoneMap
    prices: PriceBook
    search: SearchPlan = field(default=SearchPlan())
    search_begins_before: timedelta = timedelta(minutes=45)
    """How long before a scheduled hour somebody is looked for: half an hour to drive, the rest to be found."""

    def zone_of(self, tenant: str, cell: str, at: datetime) -> PlacedZone | None:
        """The zone of a cell's centre; raises BadCell, BadPlace or ZonesUnknown."""
        return self.zones.zone_at(tenant, *centre_of(cell), at)

    def conditions_of(self, tenant: str, cell: str, at: datetime) -> frozenset[ConditionKind]:
        """What is the matter at a cell's centre; raises BadCell, BadPlace or ZonesUnknown."""
        return self.zones.conditions_at(tenant, *centre_of(cell), at)

    def served_zone(self, tenant: str, cell: str, at: datetime) -> PlacedZone | None:
        """The same, for who asks for help; raises OutsideServedArea as well."""
        if not self.zones.serves(tenant, *centre_of(cell), at):
            raise OutsideServedArea
        return self.zone_of(tenant, cell, at)

    def price_of(self, tenant: str, job: Job, at: datetime, partner_id: UUID | None = None) -> Priced | None:
        """What a job costs, or None where nothing is charged; raises BadCell, ZonesUnknown or PricesUnknown.

        Nobody in danger pays a surge. What a partner bears costs what its own tariff says, where it has one.
        """
        zone = self.zone_of(tenant, job.cell, at)
        if zone is not None and job.sos:
            zone = replace(zone, surge_percent=100)
        return self.prices.price(tenant, zone, job.service, job.vehicle_class, job.towed_m, at, partner_id=partner_id)


def quote_from(priced: Priced, quote_version: int, *, holds_until: datetime | None = None) -> Quote:
    """A price as it is told to a customer, until the tariff's instant or the later one that is given."""
    return Quote(
        quote_version=quote_version,
        currency=priced.currency,
        lines=priced.lines,
        total_minor=priced.total_minor,
        valid_until=max(priced.valid_until, holds_until or priced.valid_until),
        tariff_id=priced.tariff_id,
        tariff_version=priced.tariff_version,
        tow_distance_m=priced.tow_distance_m,
        fees=priced.fees,
    )


class ServesEverywhere:
    """No zone: help comes everywhere. Implements ``application.zones.ZoneMap``."""

    def zone_at(self, _tenant: str, _lat: float, _lng: float, _at: datetime) -> PlacedZone | None:
        """There is none."""
        return None

    def conditions_at(self, _tenant: str, _lat: float, _lng: float, _at: datetime) -> frozenset[ConditionKind]:
        """Nothing is the matter."""
        return frozenset()

    def serves(self, _tenant: str, _lat: float, _lng: float, _at: datetime) -> bool:
        """Everywhere."""
        return True


class ChargesNothing:
    """No tariff: nothing is charged. Implements ``application.prices.PriceBook``."""

    def price(
        self,
        _tenant: str,
        _place: PlacedZone | None,
        _service: Service,
        _vehicle_class: VehicleClass,
        _tow_distance_m: int | None,
        _at: datetime,
        _customer_state_code: str | None = None,
        partner_id: UUID | None = None,  # noqa: ARG002  (the port's name)
    ) -> Priced | None:
        """There is none."""
        return None

    def tariff_at(
        self, _tenant: str, _place: PlacedZone | None, _at: datetime, _partner_id: UUID | None = None
    ) -> PublishedTariff | None:
        """There is none."""
        return None

    def published(self, _tenant: str, _tariff_id: UUID, _tariff_version: int) -> PublishedTariff | None:
        """There is none."""
        return None


FREE_EVERYWHERE = Trade(ServesEverywhere(), ChargesNothing())
"""How a tenant without zones and tariffs trades."""
