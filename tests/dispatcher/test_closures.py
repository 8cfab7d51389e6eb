"""Is nobody sent into a closed zone by himself, does who waits there reach the desk, and does it end by itself?"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from application.dispatch.approach import Pace
from application.dispatch.drives import DriveWatch, Vigilance
from application.dispatch.due import Rules
from application.dispatch.policies.closures import ZONE_CLOSED, ZONES_UNKNOWN, heeding_closures
from application.dispatch.policies.look_ahead import LookAhead
from application.dispatch.policies.nearest_first_come import NearestFirstCome
from application.dispatch.swaps import Swapping, Swaps
from application.report_en_route import ReportEnRoute, report_en_route
from application.trade import FREE_EVERYWHERE
from application.zones import ZonesUnknown
from domain.zone_conditions import Condition, ConditionKind
from infra.dispatch.whereabouts import LastPositions
from tests.dispatcher.city import City, near
from tests.dispatcher.drive_board import MemoryDrives
from tests.dispatcher.small_cities import small_city
from tests.dispatcher.test_drives import Road
from tests.support.roadside import NOON
from tests.support.trade import Town

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.anyio

CLOSED_FOR = timedelta(minutes=3)
CLOSURE = Condition(ConditionKind.CLOSURE, NOON, NOON + CLOSED_FOR)
FLOOD = Condition(ConditionKind.FLOOD, NOON + timedelta(seconds=5))


@dataclass
class Flooding(Town):
    """Closed and flooded for a while."""

    conditions: tuple[Condition, ...] = field(default=(CLOSURE, FLOOD))


class NothingRead(Town):
    """A process that has just begun."""

    def conditions_at(self, _tenant: str, _lat: float, _lng: float, _at: datetime) -> frozenset[ConditionKind]:
        raise ZonesUnknown


class HeedfulCity(City):
    """A city whose dispatcher knows the zones, as its process does."""

    zones: Town = Flooding()

    def close(self) -> None:
        self.rules = Rules(replace(FREE_EVERYWHERE, zones=self.zones))
        self.dispatch = self.new_dispatch()
        judgement = replace(self.judgement, policy=heeding_closures(self.judgement.policy, self.zones))
        self.dispatch._judgement = judgement


async def test_who_waits_in_a_closed_zone_reaches_the_desk_and_is_offered_when_it_opens() -> None:
    city = HeedfulCity()
    city.close()
    _, shift_id = await city.on_duty(near(1))
    request_id = await city.calls()
    reasons = set()
    while city.now < NOON + CLOSED_FOR:
        await city.dispatch.round(city.now)
        assert city.offers(request_id) == []
        reasons.add(city.request(request_id).escalation)
        timer = city.timer(request_id)
        assert timer is not None
        city.later(seconds=1)
    assert reasons == {0, 3}
    assert "flood" in city.request(request_id).hazards
    assert city.topics(request_id).count("escalated") == 1
    await city.rounds(12)
    assert city.live_offer(request_id).shift_id == shift_id


async def on_a_road_that_closes(kilometres: float) -> Road:
    """A crew under way to a place where nobody else may be sent any more."""
    city = City()
    crew, shift_id = await city.on_duty(near(kilometres))
    request_id = await city.calls()
    await city.rounds(1)
    await city.accepts(crew, request_id)
    await city.run(report_en_route, ReportEnRoute(crew, request_id, city.now))
    return Road(city, crew, shift_id, request_id)


async def test_who_stands_before_a_closed_zone_keeps_the_job_until_a_person_decides_or_it_opens() -> None:
    road = await on_a_road_that_closes(4)
    closure = Condition(ConditionKind.CLOSURE, road.city.now, road.city.now + CLOSED_FOR)
    trade = replace(FREE_EVERYWHERE, zones=Town(conditions=(closure,)))
    city = road.city
    road.watch = DriveWatch(
        MemoryDrives(city.board), LastPositions(city.positions), city.engine, Vigilance(trade=trade), city.told
    )
    await road.drives(CLOSED_FOR.total_seconds(), lambda _s: 5)
    assert road.happened() == ["drive_nudged", "drive_called"]
    assert city.topics(road.request_id).count("escalated") == 1
    assert (city.request(road.request_id).state, city.request(road.request_id).escalation) == ("en_route", 3)
    await road.drives(60, lambda _s: 5)
    assert road.happened()[-1] == "assignment_revoked"


@pytest.mark.parametrize("zones", [Town(conditions=(CLOSURE,)), NothingRead()])
async def test_nobody_is_sent_back_for_another_who_would_be_sent_into_a_closed_zone(zones: Town) -> None:
    road = await on_a_road_that_closes(4)
    city = road.city
    await city.says_it_is_at(road.shift_id, 30)
    await city.on_duty(near(3))
    board, seen = MemoryDrives(city.board), LastPositions(city.positions)
    closed = Swapping(trade=replace(FREE_EVERYWHERE, zones=zones), may_ask=True)
    assert await Swaps(board, city.board, seen, Pace(), city.engine, closed, city.told).look(city.now) == 0
    is_open = Swapping(may_ask=True)
    assert await Swaps(board, city.board, seen, Pace(), city.engine, is_open, city.told).look(city.now) == 1


def test_others_are_served_meanwhile_and_the_reason_is_told() -> None:
    snapshot = replace(small_city(3, 6, 9), at=NOON)
    plan = heeding_closures(NearestFirstCome(), Town(conditions=(CLOSURE,))).decide(snapshot)
    assert plan.now == []
    assert set(plan.unserved.values()) == {ZONE_CLOSED}
    assert len(plan.unserved) == len(snapshot.searches)
    assert heeding_closures(NearestFirstCome(), Town()).decide(snapshot) == NearestFirstCome().decide(snapshot)


def test_a_process_that_has_not_read_its_zones_asks_nobody() -> None:
    snapshot = small_city(3, 6, 9)
    plan = heeding_closures(NearestFirstCome(), NothingRead()).decide(snapshot)
    assert (plan.now, set(plan.unserved.values())) == ([], {ZONES_UNKNOWN})


def test_it_is_called_and_tells_what_the_policy_behind_it_does() -> None:
    snapshot = small_city(3, 6, 9)
    behind = LookAhead()
    policy = heeding_closures(behind, Town())
    assert (policy.name, policy.version, policy.rests_for) == (behind.name, behind.version, behind.rests_for)
    assert hasattr(policy, "cost_terms") == hasattr(behind, "cost_terms")
    assert policy.decide(snapshot) == LookAhead().decide(snapshot)
