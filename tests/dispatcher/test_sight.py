"""Does a policy see the city as it is: who waits, who is idle, and when and where those who work will be free?"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from application.confirm_arrival import ConfirmArrival, confirm_arrival
from application.dispatch.approach import Pace
from application.dispatch.board import FinishedJob
from application.dispatch.rounds import Judgement, Rounds
from application.dispatch.snapshot import Plan
from application.dispatch.work_times import COUNTS_AS, EXPECTED_S, MeanWorkTimes
from application.report_en_route import ReportEnRoute, report_en_route
from domain.catalogue import Service
from domain.geography import distance_m
from infra.dispatch.whereabouts import LastPositions
from tests.dispatcher.city import City, near
from tests.support.roadside import CALL, NOON, some_id

if TYPE_CHECKING:
    from application.dispatch.snapshot import Snapshot

pytestmark = pytest.mark.anyio


@dataclass
class Looker:
    """A policy that only looks. Implements ``Policy``."""

    name: str = "looker"
    version: str = "1"
    rests_for: timedelta = timedelta(0)
    seen: list[Snapshot] = field(default_factory=list)

    def decide(self, snapshot: Snapshot) -> Plan:
        self.seen.append(snapshot)
        return Plan(())


def looking(city: City, policy: Looker) -> Rounds:
    where = LastPositions(city.positions)
    return Rounds(city.board, city.engine, city.limits, city.told, city.rules, where, Judgement(policy))


async def test_a_unit_on_its_way_is_free_after_the_drive_the_work_and_the_tow() -> None:
    city = City()
    busy, _ = await city.on_duty(near(2))
    first = await city.calls(drop_cell=near(9))
    await city.rounds(1)
    await city.accepts(busy, first)
    city.later(seconds=60)
    await city.calls()
    policy = Looker()
    await looking(city, policy).round(city.now)
    (unit,) = policy.seen[0].units
    assert not unit.is_idle
    assert unit.shift.cell == near(9)
    pace = Pace()
    driven_s = sum(
        distance_m(*way) * pace.detour_percent / 100 / (pace.kmh / 3.6)
        for way in ((near(2), CALL.cell), (CALL.cell, near(9)))
    )
    left_s = (unit.free_at - city.now).total_seconds()
    assert left_s == pytest.approx(driven_s - 60 + EXPECTED_S, abs=1.0)


async def test_at_the_vehicle_only_the_rest_of_the_work_is_left_and_never_less_than_nothing() -> None:
    city = City()
    busy, _ = await city.on_duty(near(2))
    first = await city.calls()
    await city.rounds(1)
    await city.accepts(busy, first)
    await city.run(report_en_route, ReportEnRoute(busy, first, city.now))
    await city.run(confirm_arrival, ConfirmArrival(busy, first, None, city.now))
    await city.calls()
    for minutes, left_s in ((10, EXPECTED_S - 600), (600, 0.0)):
        policy = Looker()
        rounds = looking(city, policy)
        for seconds in (0, 3):  # the first widens the search
            await rounds.round(city.now + timedelta(minutes=minutes, seconds=seconds - 3))
        (unit,) = policy.seen[0].units
        assert (unit.free_at - policy.seen[0].at).total_seconds() == pytest.approx(left_s)


async def test_a_plan_stands_until_it_has_rested_but_not_for_somebody_in_danger() -> None:
    city = City()
    await city.on_duty(near(2))
    policy = Looker(rests_for=timedelta(seconds=10))
    rounds = looking(city, policy)
    await city.calls()
    for _ in range(3):
        await rounds.round(city.now)
        city.later(seconds=3)
        await city.calls()
    assert len(policy.seen) == 1
    await city.calls(sos=True)
    await rounds.round(city.now)
    assert len(policy.seen) == 2
    city.later(seconds=10)
    for _ in range(2):  # the first widens the searches
        await rounds.round(city.now)
    assert len(policy.seen) == 3


async def test_with_nobody_to_ask_those_who_wait_are_not_read_at_every_change() -> None:
    city = City()
    for seconds in (0, 1, 3):
        await city.calls()
        city.later(seconds=seconds)
        await city.dispatch.round(city.now)
    assert city.told.looks == 2


def test_work_times_move_from_the_first_guess_to_what_jobs_took() -> None:
    times = MeanWorkTimes()
    job = FinishedJob(some_id(1), Service.FLAT_TYRE, near(0), NOON, NOON, 600.0, NOON)
    times.learn(replace(job, request_id=some_id(number)) for number in range(30))
    expected_s = (COUNTS_AS * EXPECTED_S + 30 * 600.0) / (COUNTS_AS + 30)
    assert times.remaining_s(Service.FLAT_TYRE, 0) == pytest.approx(expected_s)
    assert times.remaining_s(Service.FLAT_TYRE, 5_000) == 0
    assert times.remaining_s(Service.LOCKOUT, 100) == EXPECTED_S - 100
