"""By which zones, prices and codes do the stories of the tests trade? One town, one tariff, plain codes."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import product
from uuid import UUID

from application.prices import PricesUnknown
from application.trade import Trade
from application.zones import PlacedZone
from domain import pricing
from domain.catalogue import Service, VehicleClass
from domain.price_terms import FeeTerms
from domain.pricing import Priced
from domain.tariff_terms import PublishedTariff, TariffRow, TariffTerms, check_terms
from domain.zone_conditions import Condition, ConditionKind, condition_at
from tests.support.roadside import some_id

ZONE, TARIFF = some_id(81), some_id(82)
THE_ZONE = PlacedZone(ZONE, "bengaluru", "Asia/Kolkata", "29")
TOW_MINOR, HELP_MINOR, PER_KM_MINOR = 100_000, 50_000, 2_500
FEES = FeeTerms(
    free_within_s=120,
    assigned_minor=5_000,
    en_route_minor=10_000,
    on_scene_minor=20_000,
    gone_minor=15_000,
    unsuccessful_percent=40,
)
TERMS = TariffTerms(
    currency="INR",
    rows=tuple(
        TariffRow(service, size, TOW_MINOR if "tow" in service else HELP_MINOR, PER_KM_MINOR, included_km=5)
        for service, size in product(Service, VehicleClass)
    ),
    peaks=(),
    tax_percent_bp=1_800,
    fees=FEES,
    quote_valid_s=1_800,
    tolerance_percent=10,
    commission_percent_bp=1_500,
    time_zone="Asia/Kolkata",
    state_code="29",
    rounds_to_minor=100,
)
check_terms(TERMS)
TARIFF_BEGINS = datetime(2026, 1, 1, tzinfo=UTC)
HELP_TOTAL, TOW_TOTAL = 59_000, 118_000
"""With 18 % tax, when nothing is towed beyond what is included."""


@dataclass
class Town:
    """Implements ``application.zones.ZoneMap``: one zone between two latitudes."""

    south: float = 12.5
    north: float = 13.5
    conditions: tuple[Condition, ...] = ()

    def zone_at(self, tenant: str, lat: float, lng: float, at: datetime) -> PlacedZone | None:
        """See the port."""
        surge = condition_at(self.conditions, ConditionKind.SURGE, at)
        factor = surge.factor_percent if surge else None
        return replace(THE_ZONE, surge_percent=factor or 100) if self.serves(tenant, lat, lng, at) else None

    def conditions_at(self, _tenant: str, _lat: float, _lng: float, at: datetime) -> frozenset[ConditionKind]:
        """See the port."""
        return frozenset(one.kind for one in self.conditions if one.in_effect(at))

    def serves(self, tenant: str, lat: float, lng: float, at: datetime) -> bool:
        """See the port."""
        assert tenant
        assert at.tzinfo
        return self.south <= lat <= self.north and -180 <= lng <= 180


@dataclass
class OneTariff:
    """Implements ``application.prices.PriceBook``: one tariff, that may become dearer, or be withdrawn (None)."""

    terms: TariffTerms | None = TERMS
    version: int = 1
    is_known: bool = True
    first: TariffTerms = TERMS

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
        """See the port."""
        tariff = self.tariff_at(tenant, place, at, partner_id)
        if tariff is None:
            return None
        zone, state = (place.time_zone, place.state_code) if place else (None, None)
        surge_percent = place.surge_percent if place else 100
        supply = pricing.supply_of(tariff.terms, zone, state, customer_state_code, surge_percent)
        return pricing.quote(tariff, service, vehicle_class, tow_distance_m, supply, at)

    def tariff_at(
        self, tenant: str, place: PlacedZone | None, at: datetime, partner_id: UUID | None = None
    ) -> PublishedTariff | None:
        """See the port: no partner has one of its own."""
        del partner_id
        assert tenant
        assert place is None or place.zone_id == ZONE
        assert at.tzinfo
        if not self.is_known:
            raise PricesUnknown
        return None if self.terms is None else PublishedTariff(TARIFF, self.version, TARIFF_BEGINS, self.terms)

    def published(self, tenant: str, tariff_id: UUID, tariff_version: int) -> PublishedTariff | None:
        """See the port."""
        assert tenant
        if tariff_id != TARIFF:
            return None
        return PublishedTariff(TARIFF, tariff_version, TARIFF_BEGINS, self.first)

    def become_dearer(self, base_minor: int) -> None:
        """Another version, in which everything costs more."""
        rows = tuple(replace(row, base_minor=row.base_minor + base_minor) for row in TERMS.rows)
        self.terms, self.version = replace(TERMS, rows=rows), self.version + 1


class PlainCodes:
    """Implements ``application.start_codes.StartCodes``: the attempt, four times."""

    def code_of(self, tenant: str, request_id: UUID, attempt: int) -> str:
        """See the port."""
        assert tenant
        return str(attempt % 10) * 4 if request_id.version else ""

    def is_right(self, tenant: str, request_id: UUID, attempt: int, code: str) -> bool:
        """See the port."""
        return code == self.code_of(tenant, request_id, attempt)


def a_trade(prices: OneTariff | None = None) -> Trade:
    """The town and its tariff."""
    return Trade(Town(), prices or OneTariff())
