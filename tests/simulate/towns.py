"""In which small towns are simulations tried? A few crews, a morning of calls, as files and as values."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from application.dispatch.policies.names import PolicyName
from domain.catalogue import Service, VehicleClass
from interfaces.simulate.demand import Call, Demand, in_order
from interfaces.simulate.job import Job
from interfaces.simulate.play import Played, play
from interfaces.simulate.script import Script
from interfaces.simulate.supply import Crew, Supply
from interfaces.simulation.day import chance

if TYPE_CHECKING:
    from collections.abc import Iterable

EIGHT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
MIDDLE = (12.97, 77.59)
SERVICES = (Service.TOW, Service.FLAT_TYRE, Service.BATTERY_JUMP)
STILL = Script(policy=PolicyName.NEAREST_FIRST_COME)
"""What the world does is told by the policy whose choices are plainest."""


def near(kilometres: float) -> tuple[float, float]:
    """A place so far north of the middle."""
    return MIDDLE[0] + kilometres / 111.195, MIDDLE[1]


def call(name: str, after_min: float = 0.0, km: float = 5.0, **told: object) -> Call:
    """A flat tyre north of the middle that takes half an hour."""
    at = EIGHT + timedelta(minutes=after_min)
    plain = Call(name, at, near(km), Service.FLAT_TYRE, VehicleClass.CAR, 1_800.0)
    return replace(plain, **told)  # type: ignore[arg-type]  # a test names fields and gives them what they hold


def crew(name: str, km: float = 0.0, **told: object) -> Crew:
    """A crew that can do everything, north of the middle."""
    return replace(Crew(name, near(km)), **told)  # type: ignore[arg-type]  # as above


def morning(calls: int = 40, seed: int = 1) -> tuple[Call, ...]:
    """Calls all over the town within four hours, every third with a destination and every second impatient."""
    return in_order([_drawn(n, seed) for n in range(calls)])


def _drawn(n: int, seed: int) -> Call:
    def share(what: str) -> float:
        return chance(seed, what, n)

    place = (MIDDLE[0] + (share("lat") - 0.5) / 5, MIDDLE[1] + (share("lng") - 0.5) / 5)
    service = SERVICES[n % len(SERVICES)]
    return Call(
        f"call {n}",
        EIGHT + timedelta(seconds=round(share("at") * 14_400)),
        place,
        service,
        VehicleClass.CAR,
        round(600 + 2_400 * share("work")),
        1_800.0 if n % 2 else None,
        near(10 * share("drop")) if service is Service.TOW else None,
    )


def played(calls: Iterable[Call], crews: Iterable[Crew], script: Script = STILL) -> Played:
    """The town's story."""
    return asyncio.run(play(Demand(in_order(list(calls))), Supply(tuple(crews)), script))


def only(story: Played) -> Job:
    """The one job."""
    (job,) = story.jobs
    return job
