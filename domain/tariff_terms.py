"""What does a tariff say: prices per service and vehicle class, peaks, taxes, fees? And which make no sense?"""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise, product
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.catalogue import Service, VehicleClass
from domain.money import checked_currency
from domain.price_terms import FeeTerms
from domain.refusal import BadInput

MOST_MINOR = 100_000_000
"""A million rupees for one line of a grid: a hundred times the dearest recovery; more is a slipped decimal point."""

MOST_INCLUDED_KM = 100
"""Included in the base price at most; the largest membership plans give 100 km."""

MOST_PEAKS = 21
"""Peak windows of a week: three a day. More is a price list by the hour, which no customer can foresee."""

LEAST_MULTIPLIER_PERCENT, MOST_MULTIPLIER_PERCENT = 50, 300
"""Ride-hailing rules allow half to twice the base; three times leaves room for a flood, not for a slip."""

MOST_TAX_BP = 2_800
"""28 %, the highest rate of GST that a service could fall under."""

LONGEST_QUOTE_S = 86_400
"""A quote holds for a day at most: peaks and fleets change by the hour."""

LONGEST_FREE_S = 3_600
"""An hour of calling off for free; by then the provider has been there and gone."""

MINUTES_OF_A_DAY = 1_440
BASIS_POINTS = 10_000


class BadTariff(BadInput):
    """This tariff makes no sense; ``why`` says which rule it breaks and ``where`` where."""

    code = "bad_tariff"


class UnknownTimeZone(BadInput):
    """This is not the name of a time zone in the IANA database, such as Asia/Kolkata."""

    code = "unknown_time_zone"


class UnknownState(BadInput):
    """This is not the GST code of an Indian state or union territory: two digits, such as 29 for Karnataka."""

    code = "unknown_state"


GST_STATES = frozenset(f"{number:02}" for number in (*range(1, 25), 26, 27, *range(29, 39), 97))
"""The GST codes in use: 01 to 38 without 25 (merged into 26) and 28 (old Andhra); 97 is other territory."""


@dataclass(frozen=True, slots=True)
class TariffRow:
    """The price of one service for one vehicle class, before tax; towing beyond ``included_km`` costs by distance."""

    service: Service
    vehicle_class: VehicleClass
    base_minor: int
    per_km_minor: int = 0
    included_km: int = 0


@dataclass(frozen=True, slots=True)
class Peak:
    """When all costs more: ISO weekdays (Monday is 1), and local minutes of the day without the last one."""

    days: tuple[int, ...]
    from_minute: int
    to_minute: int
    multiplier_percent: int


@dataclass(frozen=True, slots=True)
class TariffTerms:
    """One published tariff. Amounts are in minor units before tax, the fees with tax; rates are in basis points.

    ``time_zone`` and ``state_code`` (GST, where the supplier is registered) count where a place lies in no zone; a
    zone has its own. A total is rounded to multiples of ``rounds_to_minor`` by a line of its own. A fare up to
    ``tolerance_percent`` above the quote needs no approval; the platform keeps ``commission_percent_bp`` of the net.
    """

    currency: str
    rows: tuple[TariffRow, ...]
    peaks: tuple[Peak, ...]
    tax_percent_bp: int
    fees: FeeTerms
    quote_valid_s: int
    tolerance_percent: int
    commission_percent_bp: int
    time_zone: str
    state_code: str
    rounds_to_minor: int

    def row(self, service: Service, vehicle_class: VehicleClass) -> TariffRow:
        """The price of that service for that class; a checked tariff has every one."""
        return next(row for row in self.rows if row.service is service and row.vehicle_class is vehicle_class)


@dataclass(frozen=True, slots=True)
class PublishedTariff:
    """A tariff as it is in effect: its terms, and under which id and version they were published."""

    tariff_id: UUID
    tariff_version: int
    effective_from: datetime
    terms: TariffTerms


def checked_time_zone(name: str) -> str:
    """The same name, when it is one of the IANA database; raises UnknownTimeZone."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise UnknownTimeZone(time_zone=name[:64]) from error
    return name


def checked_state(code: str) -> str:
    """The same code, when GST knows it; raises UnknownState."""
    if code not in GST_STATES:
        raise UnknownState(state_code=code[:8])
    return code


def check_terms(terms: TariffTerms) -> None:
    """Refuse a tariff that could not price every service, or that nobody can have meant.

    Raises BadTariff, UnknownTimeZone, UnknownState or UnknownCurrency.
    """
    checked_time_zone(terms.time_zone)
    checked_state(terms.state_code)
    checked_currency(terms.currency)
    _check_rows(terms.rows)
    _check_peaks(terms.peaks)
    _check_rates(terms)
    _check_fees(terms.fees)


def _check_rows(rows: tuple[TariffRow, ...]) -> None:
    priced = [(row.service, row.vehicle_class) for row in rows]
    missing = [(s, v) for s, v in product(Service, VehicleClass) if (s, v) not in priced]
    if missing:
        service, vehicle_class = missing[0]
        raise _bad("rows", f"no price for {service.value} of a {vehicle_class.value}", missing=len(missing))
    if len(priced) != len(set(priced)):
        raise _bad("rows", "a service has two prices for the same vehicle class")
    for row in rows:
        where = f"{row.service.value} of a {row.vehicle_class.value}"
        if not (0 <= row.base_minor <= MOST_MINOR and 0 <= row.per_km_minor <= MOST_MINOR):
            raise _bad("rows", f"{where}: a price is 0 to {MOST_MINOR} minor units")
        if not 0 <= row.included_km <= MOST_INCLUDED_KM:
            raise _bad("rows", f"{where}: 0 to {MOST_INCLUDED_KM} km are included")


def _check_peaks(peaks: tuple[Peak, ...]) -> None:
    if len(peaks) > MOST_PEAKS:
        raise _bad("peaks", f"at most {MOST_PEAKS} peaks")
    for peak in peaks:
        if not peak.days or len(set(peak.days)) != len(peak.days) or not set(peak.days) <= set(range(1, 8)):
            raise _bad("peaks", "a peak has weekdays from 1 (Monday) to 7, each once")
        if not 0 <= peak.from_minute < peak.to_minute <= MINUTES_OF_A_DAY:
            raise _bad("peaks", "a peak ends after it begins, on the same day; one over midnight is two")
        if not LEAST_MULTIPLIER_PERCENT <= peak.multiplier_percent <= MOST_MULTIPLIER_PERCENT:
            raise _bad("peaks", f"a multiplier is {LEAST_MULTIPLIER_PERCENT} to {MOST_MULTIPLIER_PERCENT} percent")
    windows = sorted((day, peak.from_minute, peak.to_minute) for peak in peaks for day in peak.days)
    for (day, _, ends), (next_day, begins, _) in pairwise(windows):
        if day == next_day and begins < ends:
            raise _bad("peaks", f"two peaks overlap on day {day}")


def _check_rates(terms: TariffTerms) -> None:
    if not 0 <= terms.tax_percent_bp <= MOST_TAX_BP or terms.tax_percent_bp % 2:
        raise _bad("tax_percent_bp", f"a rate is 0 to {MOST_TAX_BP} basis points, and even: it is split in halves")
    if not 1 <= terms.quote_valid_s <= LONGEST_QUOTE_S:
        raise _bad("quote_valid_s", f"a quote holds for 1 to {LONGEST_QUOTE_S} s")
    if not 0 <= terms.tolerance_percent <= 100:
        raise _bad("tolerance_percent", "a tolerance is 0 to 100 percent")
    if not 0 <= terms.commission_percent_bp <= BASIS_POINTS:
        raise _bad("commission_percent_bp", f"a commission is 0 to {BASIS_POINTS} basis points")
    if terms.rounds_to_minor not in (1, 5, 10, 50, 100, 500, 1000):
        raise _bad("rounds_to_minor", "a total is rounded to 1, 5, 10, 50, 100, 500 or 1000 minor units")


def _check_fees(fees: FeeTerms) -> None:
    amounts = (fees.assigned_minor, fees.en_route_minor, fees.on_scene_minor, fees.gone_minor)
    if not all(0 <= amount <= MOST_MINOR for amount in amounts):
        raise _bad("fees", f"a fee is 0 to {MOST_MINOR} minor units")
    if not fees.assigned_minor <= fees.en_route_minor <= fees.on_scene_minor:
        raise _bad("fees", "a fee does not fall as the provider comes nearer")
    if not 0 <= fees.free_within_s <= LONGEST_FREE_S:
        raise _bad("fees", f"calling off is free for 0 to {LONGEST_FREE_S} s")
    if not 0 <= fees.unsuccessful_percent <= 100:
        raise _bad("fees", "a visit that could not help costs 0 to 100 percent")


def _bad(where: str, why: str, **facts: int) -> BadTariff:
    return BadTariff(f"{where}: {why}", where=where, why=why, **facts)
