"""Which calls and crews does the demo city have over some days? Its own demand and companies, for a simulation."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from domain.catalogue import Service, VehicleClass
from domain.request_terms import TOWED
from interfaces.demo.companies import COMPANIES, EVERY_VEHICLE, LIGHT_VEHICLES
from interfaces.demo.demand import Breakdown
from interfaces.demo.demand import Demand as CityDemand
from interfaces.demo.manners import OTHER_WORK_MIN, STEPS_S, WORK_MIN
from interfaces.simulate.demand import Call, in_order
from interfaces.simulate.supply import Crew
from interfaces.simulation.day import chance

if TYPE_CHECKING:
    from datetime import datetime

PATIENCE_MIN: Final = (40, 150)
"""Between these, evenly, somebody in the city gives up when nobody has set out. Ours: nobody publishes it."""


def city_calls(seed: int, begins_at: datetime, days: int, every_s: float) -> tuple[Call, ...]:
    """All calls of those days, one every so many seconds on average over a dry week."""
    just_before = begins_at - timedelta(microseconds=1)
    ends_at = begins_at + timedelta(days=days) - timedelta(microseconds=1)
    return in_order([_call(each, seed) for each in CityDemand(seed, every_s).between(just_before, ends_at)])


def city_crews(count: int) -> tuple[Crew, ...]:
    """The first so many of the demo's companies, each with one truck at its base, always on duty."""
    return tuple(
        Crew(
            f"company-{company.number}",
            company.base,
            tuple(service for service in Service if service.value in company.capabilities),
            tuple(map(VehicleClass, EVERY_VEHICLE if company.is_heavy else LIGHT_VEHICLES)),
        )
        for company in COMPANIES[:count]
    )


def _call(breakdown: Breakdown, seed: int) -> Call:
    def some(least_and_most: tuple[int, int], what: str) -> float:
        least, most = least_and_most
        return least + (most - least) * chance(what, seed, breakdown.key)

    service = Service(breakdown.service)
    work_s = 60 * some(WORK_MIN.get(breakdown.service, OTHER_WORK_MIN), "work") + some(STEPS_S["on_scene"], "finding")
    at = breakdown.at
    return Call(
        breakdown.key,
        at.replace(microsecond=at.microsecond // 1000 * 1000),
        breakdown.place,
        service,
        VehicleClass(breakdown.vehicle_class),
        round(work_s),
        60.0 * round(some(PATIENCE_MIN, "patience")),
        breakdown.drop if service in TOWED else None,
    )
