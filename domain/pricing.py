"""What does a job cost under a tariff, line by line? Whole minor units only; the same inputs give the same price."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.catalogue import Service, VehicleClass
from domain.geography import distance_m
from domain.price_terms import FeeTerms, LineKind, PriceLine
from domain.tariff_terms import BASIS_POINTS, PublishedTariff, TariffTerms

DETOUR_PERCENT = 135
"""Roads are 1.35 times as long as the great circle: the factor of the standard dispatch benchmark on real calls."""

METRES_OF_A_KM = 1_000

TOWING_SAC = "996744"
"""Services accounting code: towing services for commercial and private vehicles."""

REPAIR_SAC = "998714"
"""Services accounting code: maintenance and repair of transport machinery and equipment, which help on the spot is."""

MOVED = frozenset({Service.TOW, Service.FLATBED_TOW, Service.WINCH_OUT})
"""What counts as towing for the accounting code."""


@dataclass(frozen=True, slots=True)
class Supply:
    """By whose clock and under whose taxes a price is made.

    ``time_zone`` and ``state_code`` are those of the zone that serves the place: the supplier's establishment there.
    ``surge_percent`` is the factor that is published there, on all that is not tax.
    ``customer_state_code`` is where a registered customer is at home. Place of supply (IGST Act, section 12(2)) is the
    customer's state when it is on record, the supplier's otherwise: where the vehicle broke down does not count.
    """

    time_zone: str
    state_code: str
    customer_state_code: str | None = None
    surge_percent: int = 100

    @property
    def place_of_supply(self) -> str:
        """The GST code of the state that the tax belongs to."""
        return self.customer_state_code or self.state_code


@dataclass(frozen=True, slots=True)
class Priced:
    """What a job costs, and all that a quote has to remember of how that came about."""

    lines: tuple[PriceLine, ...]
    total_minor: int
    currency: str
    tariff_id: UUID | None
    tariff_version: int | None
    tow_distance_m: int | None
    fees: FeeTerms
    valid_until: datetime
    supply: Supply


def sac_of(service: Service) -> str:
    """The services accounting code that an invoice names."""
    return TOWING_SAC if service in MOVED else REPAIR_SAC


def towed_distance_m(from_cell: str, to_cell: str) -> int:
    """How far a tow goes by road, in whole metres: great circle between the cells times the detour; raises BadCell."""
    return (distance_m(from_cell, to_cell) * DETOUR_PERCENT + 50) // 100


def supply_of(
    terms: TariffTerms,
    time_zone: str | None,
    state_code: str | None,
    customer: str | None = None,
    surge_percent: int = 100,
) -> Supply:
    """The zone's clock and state, or the tariff's own where the place lies in no zone."""
    return Supply(time_zone or terms.time_zone, state_code or terms.state_code, customer, surge_percent)


def multiplier_percent(terms: TariffTerms, time_zone: str, at: datetime) -> int:
    """The peak multiplier in effect at an aware instant, by the local clock; 100 outside all peaks."""
    local = at.astimezone(ZoneInfo(time_zone))
    minute = local.hour * 60 + local.minute
    for peak in terms.peaks:
        if local.isoweekday() in peak.days and peak.from_minute <= minute < peak.to_minute:
            return peak.multiplier_percent
    return 100


def quote(
    tariff: PublishedTariff,
    service: Service,
    vehicle_class: VehicleClass,
    tow_distance_m: int | None,
    supply: Supply,
    at: datetime,
) -> Priced:
    """The price of a job at an instant: base, distance beyond what is included, peak, surge, taxes, rounding.

    ``tow_distance_m`` is None when nothing is towed, or nobody knows yet where to. Lines that come to nothing are
    left out, but for the base. Their sum is the total.
    """
    terms = tariff.terms
    lines = _net_lines(terms, service, vehicle_class, tow_distance_m, multiplier_percent(terms, supply.time_zone, at))
    surge = _rounded_percent(sum(line.amount_minor for line in lines), supply.surge_percent - 100)
    lines += _unless_zero((LineKind.SURGE, surge))
    lines += tax_lines(sum(line.amount_minor for line in lines), terms.tax_percent_bp, supply)
    lines += rounding_lines(sum(line.amount_minor for line in lines), terms.rounds_to_minor)
    return Priced(
        lines=lines,
        total_minor=sum(line.amount_minor for line in lines),
        currency=terms.currency,
        tariff_id=tariff.tariff_id,
        tariff_version=tariff.tariff_version,
        tow_distance_m=tow_distance_m,
        fees=terms.fees,
        valid_until=at + timedelta(seconds=terms.quote_valid_s),
        supply=supply,
    )


def tax_lines(net_minor: int, tax_percent_bp: int, supply: Supply) -> tuple[PriceLine, ...]:
    """The taxes on a net amount, to the minor unit, half a unit up.

    Inside the state the half rate is worked out once and stands in both lines, so central and state tax are equal
    to the paisa (the second stands for a union territory's own tax as well); across a border one integrated tax
    stands for both. No line for no tax.
    """
    if supply.place_of_supply == supply.state_code:
        half = _share(net_minor, tax_percent_bp // 2)
        return _unless_zero((LineKind.TAX_CGST, half), (LineKind.TAX_SGST, half))
    return _unless_zero((LineKind.TAX_IGST, _share(net_minor, tax_percent_bp)))


def rounding_lines(total_minor: int, to_minor: int) -> tuple[PriceLine, ...]:
    """What brings a total to the nearest multiple of ``to_minor``, half of it up; no line when it is one already."""
    rounded = (2 * total_minor + to_minor) // (2 * to_minor) * to_minor
    return _unless_zero((LineKind.ROUNDING, rounded - total_minor))


def _net_lines(
    terms: TariffTerms, service: Service, vehicle_class: VehicleClass, tow_distance_m: int | None, multiplier: int
) -> tuple[PriceLine, ...]:
    row = terms.row(service, vehicle_class)
    beyond_m = max(0, (tow_distance_m or 0) - row.included_km * METRES_OF_A_KM)
    distance = (beyond_m * row.per_km_minor + METRES_OF_A_KM // 2) // METRES_OF_A_KM
    peak = _rounded_percent(row.base_minor + distance, multiplier - 100)
    return (
        PriceLine(LineKind.BASE, row.base_minor),
        *_unless_zero((LineKind.DISTANCE, distance), (LineKind.PEAK, peak)),
    )


def _share(amount_minor: int, basis_points: int) -> int:
    return (2 * amount_minor * basis_points + BASIS_POINTS) // (2 * BASIS_POINTS)


def _rounded_percent(amount_minor: int, percent: int) -> int:
    return (2 * amount_minor * percent + 100) // 200


def _unless_zero(*lines: tuple[LineKind, int]) -> tuple[PriceLine, ...]:
    return tuple(PriceLine(kind, amount) for kind, amount in lines if amount)
