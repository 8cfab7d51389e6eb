"""What do tariffs and estimates look like on the wire?"""

from typing import Annotated

from pydantic import Field, StringConstraints

from domain.catalogue import Fuel, Service, VehicleClass
from domain.price_terms import FeeTerms
from domain.tariff_terms import Peak, TariffRow, TariffTerms
from interfaces.http.shapes.partners import PartnerId
from interfaces.http.shapes.prices import Currency, FeesShown, Minor, PriceLineShown
from interfaces.http.shapes.values import (
    Body,
    Instant,
    InstantTold,
    Location,
    Metres,
    Position,
    Shown,
    TariffId,
    Version,
    ZoneId,
)
from interfaces.http.shapes.zones import EffectiveFrom, Slug, StateCode, TimeZone

ClockTime = Annotated[
    str,
    StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$"),
    Field(description="By the zone's own clock; 24:00 ends a day.", examples=["08:00"]),
]
AMOUNTS = {"ge": -(2**53), "le": 2**53}
Amount = Annotated[int, Field(description="In minor units.", examples=[24_900], **AMOUNTS)]
Number = Annotated[int, Field(examples=[10], **AMOUNTS)]


class TariffRowBody(Body):
    """The price of one service for one vehicle class, before tax."""

    service: Service
    vehicle_class: VehicleClass
    base_minor: Amount
    per_km_minor: Amount = 0
    included_km: Annotated[Number, Field(description="Towed for the base price.", examples=[5])] = 0


class PeakBody(Body):
    """When everything costs more. One over midnight is written as two."""

    days: Annotated[
        list[Number], Field(max_length=7, description="ISO weekdays: Monday is 1.", examples=[[1, 2, 3, 4, 5]])
    ]
    from_time: ClockTime
    to_time: Annotated[ClockTime, Field(examples=["10:00"])]
    multiplier_percent: Annotated[Number, Field(examples=[120])]


class FeesBody(Body):
    """What ending early costs the customer whose fault it is, taxes included."""

    free_within_s: Annotated[Number, Field(examples=[300])] = 0
    assigned_minor: Annotated[Amount, Field(examples=[5_000])] = 0
    en_route_minor: Annotated[Amount, Field(examples=[10_000])] = 0
    on_scene_minor: Annotated[Amount, Field(examples=[15_000])] = 0
    gone_minor: Annotated[Amount, Field(examples=[15_000])] = 0
    unsuccessful_percent: Annotated[Number, Field(examples=[50])] = 0


# 9 services of 6 vehicle classes are 54 rows; a longer list repeats itself.
Rows = Annotated[list[TariffRowBody], Field(max_length=100, description="Every service for every vehicle class.")]


class TariffBody(Body):
    """Prices for a zone, or for everywhere."""

    zone_id: ZoneId | None = None
    partner_id: Annotated[PartnerId | None, Field(description="For the jobs that this partner bears alone.")] = None
    effective_from: EffectiveFrom = None
    currency: Currency
    rows: Rows
    peaks: Annotated[list[PeakBody], Field(max_length=21, default_factory=list)]
    tax_percent_bp: Annotated[Number, Field(description="Basis points.", examples=[1_800])]
    fees: FeesBody = FeesBody()
    quote_valid_s: Annotated[Number, Field(examples=[1_800])] = 1_800
    tolerance_percent: Annotated[Number, Field(description="A fare above the quote by no more needs no approval.")] = 10
    commission_percent_bp: Annotated[Number, Field(description="Of the net, in basis points.", examples=[1_500])]
    time_zone: TimeZone
    state_code: StateCode
    rounds_to_minor: Annotated[Number, Field(description="Totals are multiples of it.", examples=[100])] = 100


class DefaultTariffBody(Body):
    """The tariff that ships with VehicAid, for a zone or for everywhere."""

    zone_id: ZoneId | None = None
    partner_id: Annotated[PartnerId | None, Field(description="For the jobs that this partner bears alone.")] = None
    effective_from: EffectiveFrom = None
    state_code: StateCode = "29"


class TariffWithdrawalBody(Body):
    """From when on nothing is charged by a tariff."""

    effective_from: EffectiveFrom = None


class TariffDone(Shown):
    """Where a tariff stands after a command."""

    id: TariffId
    version: Version
    position: Position
    zone_id: ZoneId | None
    partner_id: PartnerId | None
    tariff_version: Annotated[int | None, Field(description="What applies from then on; null: nothing is charged.")]
    effective_from: Instant


class TariffListed(Shown):
    """One version of a tariff, or its withdrawal."""

    id: TariffId
    tariff_version: Annotated[int, Field(ge=1)]
    zone_id: ZoneId | None
    partner_id: PartnerId | None
    effective_from: Instant
    withdrawn: bool
    currency: Currency | None
    published_at: Instant


class TariffPage(Shown):
    """A page of versions of tariffs, the last published first."""

    data: list[TariffListed]
    next_cursor: str | None


class TariffRowShown(Shown):
    """The price of one service for one vehicle class, before tax."""

    service: Service
    vehicle_class: VehicleClass
    base_minor: Minor
    per_km_minor: Minor
    included_km: int


class PeakShown(Shown):
    """When everything costs more."""

    days: list[int]
    from_time: ClockTime
    to_time: ClockTime
    multiplier_percent: int


class TermsShown(Shown):
    """What a version of a tariff says."""

    tariff_version: Annotated[int, Field(ge=1)]
    effective_from: Instant
    currency: Currency
    rows: list[TariffRowShown]
    peaks: list[PeakShown]
    tax_percent_bp: int
    fees: FeesShown
    quote_valid_s: int
    tolerance_percent: int
    commission_percent_bp: int
    time_zone: TimeZone
    state_code: StateCode
    rounds_to_minor: int


class VersionListed(Shown):
    """A version of a tariff, and when it takes effect."""

    tariff_version: Annotated[int, Field(ge=1)]
    effective_from: Instant
    withdrawn: bool


class TariffShown(Shown):
    """A tariff: its terms in effect at an instant, and all its versions."""

    id: TariffId
    version: Version
    zone_id: ZoneId | None
    partner_id: PartnerId | None
    in_effect: Annotated[TermsShown | None, Field(description="Null while nothing is charged by it.")]
    versions: list[VersionListed]


class EstimateBody(Body):
    """What would be asked for, where and when."""

    service: Service
    vehicle_class: VehicleClass
    fuel: Fuel = Fuel.UNKNOWN
    location: Location
    drop_location: Annotated[Location | None, Field(description="Where to, when something is towed.")] = None
    at: Annotated[
        InstantTold | None,
        Field(description="Now when left out.", examples=["2026-12-01T09:00:00+05:30"]),
    ] = None
    customer_state_code: Annotated[
        StateCode | None, Field(description="Where a registered customer is at home: decides the tax.")
    ] = None
    min_position: Annotated[
        int | None, Field(ge=0, le=2**62, description="Estimate by what was published up to this position.")
    ] = None


class ZoneNamed(Shown):
    """The zone that a place lies in."""

    id: ZoneId
    slug: Slug
    time_zone: TimeZone
    state_code: StateCode


class PriceShown(Shown):
    """A price with its lines, and what ending early would cost."""

    currency: Currency
    total_minor: Minor
    lines: list[PriceLineShown]
    tow_distance_m: Metres | None
    fees: FeesShown
    tariff_id: TariffId
    tariff_version: Annotated[int, Field(ge=1)]
    place_of_supply: StateCode
    sac: Annotated[str, Field(description="Services accounting code.", examples=["996744"])]


class EstimateShown(Shown):
    """What it would cost; nobody is held to it."""

    served: Annotated[bool, Field(description="Whether help comes to that place.")]
    zone: ZoneNamed | None
    price: Annotated[PriceShown | None, Field(description="Null where nothing is charged.")]
    at: Instant


def minutes(text: str) -> int:
    """A time of the clock as minutes of the day."""
    hours, _, rest = text.partition(":")
    return int(hours) * 60 + int(rest)


def clock(minute: int) -> str:
    """Minutes of the day as a time of the clock."""
    return f"{minute // 60:02}:{minute % 60:02}"


def terms_of_body(body: TariffBody) -> TariffTerms:
    """The terms that were sent, not yet checked."""
    return TariffTerms(
        currency=body.currency,
        rows=tuple(TariffRow(**row.model_dump()) for row in body.rows),
        peaks=tuple(
            Peak(tuple(peak.days), minutes(peak.from_time), minutes(peak.to_time), peak.multiplier_percent)
            for peak in body.peaks
        ),
        tax_percent_bp=body.tax_percent_bp,
        fees=FeeTerms(**body.fees.model_dump()),
        quote_valid_s=body.quote_valid_s,
        tolerance_percent=body.tolerance_percent,
        commission_percent_bp=body.commission_percent_bp,
        time_zone=body.time_zone,
        state_code=body.state_code,
        rounds_to_minor=body.rounds_to_minor,
    )
