"""Who calls for help in the demo city, when and for what? A function of the clock and a seed: it needs no memory.

Whoever starts the demo again in the middle of a minute gets the same calls of that minute under the same keys: nobody
calls twice. Where the figures come from stands in docs/guides/demo.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import exp
from typing import Final
from zoneinfo import ZoneInfo

from interfaces.demo.places import TIME_ZONE, Point, area_by_lot, nearest_workshop, spot_in
from interfaces.simulation.day import chance, drawn

CITY_TIME: Final = ZoneInfo(TIME_ZONE)

MIX: Final = (
    ("battery_jump", 27),
    ("flat_tyre", 22),
    ("tow", 19),
    ("mechanic", 9),
    ("flatbed_tow", 8),
    ("fuel_delivery", 6),
    ("lockout", 5),
    ("winch_out", 2),
    ("ev_charge", 2),
)
"""Services per hundred calls in a dry month."""
MONSOON_MIX: Final = {"battery_jump": 3, "tow": 6, "flatbed_tow": 2, "winch_out": 3, "flat_tyre": -2}
"""What is added in a wet month: flooded underpasses, damp ignition, vehicles in the mud."""
MONSOON: Final = range(6, 11)
# June to October bring Bengaluru most of its rain; calls grow by a third.
MONSOON_FACTOR: Final = 1.3

VEHICLES: Final = (("car", 46), ("suv", 16), ("two_wheeler", 24), ("three_wheeler", 7), ("van", 4), ("truck", 3))
FUELS: Final = (("petrol", 62), ("diesel", 24), ("cng", 8), ("electric", 6))
# Trucks of the catalogue carry whatever rolls, but a two-wheeler has nothing to be locked out of.
NOT_FOR_TWO_WHEELERS: Final = frozenset({"lockout", "winch_out", "flatbed_tow"})
TOWS: Final = frozenset({"tow", "flatbed_tow"})

BY_HOUR: Final = (
    *(0.40, 0.30, 0.25, 0.25, 0.30, 0.45, 0.75, 1.15, 1.50, 1.60, 1.40, 1.20),
    *(1.10, 1.10, 1.10, 1.15, 1.25, 1.45, 1.65, 1.70, 1.40, 1.10, 0.85, 0.60),
)  # fmt: skip
"""Calls in each hour of the city's day, relative to the mean; peaks follow the two rush hours."""
BY_WEEKDAY: Final = (1.12, 1.02, 1.00, 1.00, 1.08, 0.96, 0.82)
"""Monday first: batteries that stood over Sunday fail on Monday."""

# A customer's day has so many people: two of them rarely break down at once, and they come back to be regulars.
CUSTOMERS: Final = 300
WALLET_PERCENT: Final = 55
# Two in a hundred stand where it is dangerous and say so.
SOS_PERCENT: Final = 2


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One call that will be made; ``key`` says which one it is, whoever makes it and however often."""

    key: str
    at: datetime
    customer: int
    service: str
    vehicle_class: str
    fuel: str
    area: str
    place: Point
    drop: Point | None
    drop_name: str
    sos: bool

    @property
    def pays_by_wallet(self) -> bool:
        """Whether this customer keeps money with the service."""
        return chance("wallet", self.customer) * 100 < WALLET_PERCENT


@dataclass(frozen=True, slots=True)
class Demand:
    """How busy the city is: one call every so many seconds on average over a dry week."""

    seed: int
    every_s: float

    def calls_per_minute(self, at: datetime) -> float:
        """The mean at that instant."""
        local = at.astimezone(CITY_TIME)
        wet = MONSOON_FACTOR if local.month in MONSOON else 1.0
        return 60 / self.every_s * BY_HOUR[local.hour] * BY_WEEKDAY[local.weekday()] * wet

    def between(self, after: datetime, until: datetime) -> list[Breakdown]:
        """Every call due after the first instant and not after the second, in order."""
        minute = after.astimezone(UTC).replace(second=0, microsecond=0)
        found: list[Breakdown] = []
        while minute <= until:
            found += [call for call in self._of_minute(minute) if after < call.at <= until]
            minute += timedelta(minutes=1)
        return found

    def opening(self, at: datetime, calls: int) -> list[Breakdown]:
        """Calls of the first seconds, so that whoever starts the demo need not wait for one."""
        stamp = at.astimezone(UTC).strftime("opening-%Y%m%dT%H%M%S")
        return [self._call(f"{stamp}-{number}", at + timedelta(seconds=2 * number)) for number in range(calls)]

    def of_member(self, number: int, at: datetime) -> Breakdown:
        """The flat tyre that a member has on that day."""
        call = self._call(f"member-{at.astimezone(UTC):%Y%m%d}-{number}", at)
        on_the_spot = replace(call, customer=number, drop=None, drop_name="", sos=False)
        return replace(on_the_spot, service="flat_tyre", vehicle_class="car", fuel="petrol")

    def _of_minute(self, minute: datetime) -> list[Breakdown]:
        stamp = minute.strftime("%Y%m%dT%H%M")
        count = poisson(self.calls_per_minute(minute), chance("count", self.seed, stamp))
        offsets = sorted(60 * chance("second", self.seed, stamp, number) for number in range(count))
        return [self._call(f"{stamp}-{n}", minute + timedelta(seconds=s)) for n, s in enumerate(offsets)]

    def _call(self, key: str, at: datetime) -> Breakdown:
        about = (self.seed, key)
        local = at.astimezone(CITY_TIME)
        vehicle = drawn(VEHICLES, "vehicle", *about)
        fuel = drawn(FUELS, "fuel", *about)
        service = _fitting(drawn(mix_of(local.month), "service", *about), vehicle, fuel)
        area = area_by_lot(*about)
        place = spot_in(area, *about)
        drop_name, drop = nearest_workshop(place) if service in TOWS else ("", None)
        return Breakdown(
            key=key,
            at=at,
            customer=int(chance("customer", *about) * CUSTOMERS),
            service=service,
            vehicle_class=vehicle,
            fuel="electric" if service == "ev_charge" else fuel,
            area=area.name,
            place=place,
            drop=drop,
            drop_name=drop_name,
            sos=chance("sos", *about) * 100 < SOS_PERCENT,
        )


def mix_of(month: int) -> tuple[tuple[str, int], ...]:
    """Services and their weights in that month."""
    if month not in MONSOON:
        return MIX
    return tuple((service, weight + MONSOON_MIX.get(service, 0)) for service, weight in MIX)


def poisson(mean: float, share: float) -> int:
    """The count at that share of the Poisson distribution (its inverse distribution function)."""
    count, term = 0, exp(-mean)
    reached = term
    while share >= reached and count < 1_000:
        count += 1
        term *= mean / count
        reached += term
    return count


def _fitting(service: str, vehicle: str, fuel: str) -> str:
    """What is asked for, once it is known what stands there."""
    if service == "fuel_delivery" and fuel == "electric":
        service = "ev_charge"
    if vehicle == "two_wheeler" and service in NOT_FOR_TWO_WHEELERS:
        return "mechanic"
    if vehicle in {"two_wheeler", "three_wheeler", "truck"} and service == "ev_charge":
        return "battery_jump"
    return service
