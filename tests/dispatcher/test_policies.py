"""What does every policy keep to, whatever it prefers? One job for a unit, only who is able, danger first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from application.dispatch.board import by_urgency
from application.dispatch.compared import TellsCosts
from application.dispatch.nearest import eligible
from application.dispatch.policies.assignment import Assignment
from application.dispatch.policies.broadcast import ASKED_AT_ONCE, Broadcast
from application.dispatch.policies.catalogue import POLICIES, work_times_for
from application.dispatch.policies.look_ahead import LookAhead
from application.dispatch.policies.names import PolicyName
from application.dispatch.policies.nearest import Nearest
from application.dispatch.policies.pairs import of_candidates
from application.dispatch.policies.tours import Tours
from application.dispatch.policies.weights import MEASURED
from application.dispatch.seen_work_times import SeenWorkTimes
from application.dispatch.work_times import EXPECTED_S, FixedWorkTimes
from domain.catalogue import Service
from tests.dispatcher.small_cities import small_city
from tests.support.effort import examples
from tests.support.roadside import NOON, some_id

if TYPE_CHECKING:
    from application.dispatch.board import Search
    from application.dispatch.snapshot import Match, Plan, Snapshot, Unit

cities = st.builds(small_city, st.integers(0, 2**32 - 1), st.integers(0, 9), st.integers(0, 9))
every_policy = pytest.mark.parametrize("name", list(POLICIES))
looking_ahead = pytest.mark.parametrize(
    "name", [name for name in POLICIES if name not in {"nearest_first_come", "broadcast", "nearest"}]
)


def able(search: Search, snapshot: Snapshot) -> list[Unit]:
    return [unit for unit in snapshot.units if eligible(search, unit.shift)]


def minutes(search: Search, unit: Unit, snapshot: Snapshot) -> float:
    drive_s = float(snapshot.travel.drive_s([unit.shift.cell], [search.cell], snapshot.at)[0, 0])
    return ((unit.free_at - snapshot.at).total_seconds() + drive_s) / 60


def given_in(plan: Plan) -> dict[object, Match]:
    return {match.search.request_id: match for match in (*plan.now, *plan.later)}


@every_policy
@settings(deadline=None, max_examples=examples(30))
@given(snapshot=cities)
def test_each_unit_has_one_job_that_it_is_able_to_do(name: PolicyName, snapshot: Snapshot) -> None:
    plan = POLICIES[name]().decide(snapshot)
    matches = [*plan.now, *plan.later]
    assert all(match.unit.is_idle for match in plan.now)
    assert all(eligible(match.search, match.unit.shift) for match in matches)
    assert len({match.unit.shift.shift_id for match in matches}) == len(matches)
    if name is not PolicyName.BROADCAST:
        assert len({match.search.request_id for match in matches}) == len(matches)
    asked = {match.search.request_id for match in plan.now} | {match.search.request_id for match in plan.later}
    assert asked | set(plan.unserved) == {search.request_id for search in snapshot.searches}
    assert not asked & set(plan.unserved)


@every_policy
@settings(deadline=None, max_examples=examples(30))
@given(snapshot=cities)
def test_the_same_snapshots_give_the_same_plans(name: PolicyName, snapshot: Snapshot) -> None:
    one, other = POLICIES[name](), POLICIES[name]()
    for seed in range(4):
        before = small_city(seed, 8, 6, at=NOON - timedelta(minutes=9 - seed))
        assert one.decide(before) == other.decide(before)
    assert one.decide(snapshot) == other.decide(snapshot)


@every_policy
@settings(deadline=None, max_examples=examples(30))
@given(snapshot=cities)
def test_danger_comes_first(name: PolicyName, snapshot: Snapshot) -> None:
    """Nobody idle who could help in danger is asked for anybody whose turn comes later, and the danger left waiting."""
    plan = POLICIES[name]().decide(snapshot)
    served = {match.search.request_id for match in plan.now}
    for search in snapshot.searches:
        if (search.sos or search.dangers) and search.request_id not in served:
            for match in plan.now:
                if eligible(search, match.unit.shift):
                    assert by_urgency(match.search) < by_urgency(search)
            if name is not PolicyName.NEAREST_FIRST_COME:
                asked = {match.unit.shift.shift_id for match in plan.now}
                assert all(unit.shift.shift_id in asked for unit in able(search, snapshot) if unit.is_idle)


@settings(deadline=None)
@given(snapshot=st.builds(small_city, st.integers(0, 2**32 - 1), st.integers(0, 9), st.integers(0, 9)))
def test_nobody_is_bypassed_longer_than_the_bound(snapshot: Snapshot) -> None:
    """Once overdue, no unit that could serve a request goes to one that was made later, danger apart."""
    for policy in (Assignment(), Tours()):
        check_bypassed(policy.decide(snapshot), snapshot)


def check_bypassed(plan: Plan, snapshot: Snapshot) -> None:
    served = {match.search.request_id for match in plan.now}
    for search in snapshot.searches:
        is_overdue = snapshot.at - search.requested_at >= MEASURED.overdue_after
        if is_overdue and search.request_id not in served:
            for match in plan.now:
                other = match.search
                if eligible(search, match.unit.shift) and not (other.sos or other.dangers):
                    assert other.requested_at <= search.requested_at


@pytest.mark.parametrize("seed", range(30))
def test_look_ahead_is_the_least_sum_of_arrivals(seed: int) -> None:
    """As a trial of all permutations finds it, with as many served as can be."""
    snapshot = small_city(3 * seed + 1, 1 + seed % 5, 1 + seed % 4, danger=False)
    matches = given_in(LookAhead().decide(snapshot)).values()
    best = (0, 0.0)
    searches, units = snapshot.searches, [*snapshot.units, *([None] * len(snapshot.searches))]
    for order in permutations(units, len(searches)):
        pairs = [(search, unit) for search, unit in zip(searches, order, strict=True) if unit is not None]
        if all(eligible(search, unit.shift) for search, unit in pairs):
            told = len(pairs), -sum(minutes(search, unit, snapshot) for search, unit in pairs)
            best = max(best, told)
    assert len(matches) == best[0]
    assert sum(minutes(match.search, match.unit, snapshot) for match in matches) == pytest.approx(-best[1], abs=1e-6)


@pytest.mark.parametrize("seed", range(10))
def test_nearest_takes_the_nearest_of_all_pairs_first(seed: int) -> None:
    snapshot = small_city(seed, 6, 6, danger=False)
    waiting, idle = list(snapshot.searches), [unit for unit in snapshot.units if unit.is_idle]
    expected = {}
    while True:
        pairs = [(minutes(s, u, snapshot), s, u) for s in waiting for u in idle if eligible(s, u.shift)]
        if not pairs:
            break
        _, search, unit = min(pairs, key=lambda pair: pair[0])
        expected[search.request_id] = unit.shift.shift_id
        waiting.remove(search)
        idle.remove(unit)
    told = {match.search.request_id: match.unit.shift.shift_id for match in Nearest().decide(snapshot).now}
    assert told == expected


def test_broadcast_asks_the_nearest_at_once() -> None:
    snapshot = small_city(1, 1, 30, danger=False)
    plan = Broadcast().decide(snapshot)
    (search,) = snapshot.searches
    idle = sorted(minutes(search, unit, snapshot) for unit in able(search, snapshot) if unit.is_idle)
    told = [minutes(search, match.unit, snapshot) for match in plan.now]
    assert told == pytest.approx(idle[:ASKED_AT_ONCE])


@looking_ahead
@pytest.mark.parametrize("seed", range(5))
def test_what_an_explanation_says_is_what_was_compared(name: PolicyName, seed: int) -> None:
    policy = POLICIES[name]()
    for n in range(5):
        policy.decide(small_city(100 + n, 9, 6, at=NOON - timedelta(minutes=9 - n)))
    snapshot = small_city(seed * 3 + 1, 8, 6, danger=False)
    snapshot = replace(snapshot, searches=[replace(s, requested_at=NOON, updated_at=NOON) for s in snapshot.searches])
    plan = policy.decide(snapshot)
    for match in (*plan.now, *plan.later):
        assert isinstance(policy, TellsCosts)
        pairs = of_candidates(snapshot, [match.search], [match.unit], np.zeros((1, 1), np.int64))
        terms = policy.cost_terms(pairs, snapshot)
        told = {name: float(much[0, 0]) for name, much in terms.items() if much[0, 0] or name == "drive"}
        assert told == pytest.approx(dict(match.cost_terms))
        assert {"drive"} <= set(told)


def test_the_nearest_waits_for_the_next_call_when_another_is_nearly_as_near() -> None:
    """Where calls come from one place, the unit there is spared as long as another one is about as near."""
    policy = Assignment()
    busy_place, beside = small_city(4, 1, 1).searches[0], small_city(5, 2, 2)
    one, other = (replace(unit, doing=None, free_at=NOON) for unit in small_city(7, 0, 2).units)
    ready = frozenset(busy_place.needs)
    at_place = replace(one, shift=replace(one.shift, tenant="demo", cell=busy_place.cell, capabilities=ready))
    for n in range(120):
        call = replace(
            busy_place, request_id=some_id(2_000 + n), tenant="demo", requested_at=NOON, sos=False, dangers=0
        )
        call = replace(call, declined_by=frozenset(), passed_over={})
        assert policy.decide(replace(beside, searches=[call], units=[at_place])).now
    units = [at_place, replace(other, shift=replace(other.shift, tenant="demo", capabilities=ready))]
    asked = replace(busy_place, tenant="demo", request_id=some_id(3_000), declined_by=frozenset())
    snapshot = replace(beside, searches=[replace(busy_place, tenant="demo")], units=units)
    terms = policy.cost_terms(of_candidates(snapshot, [asked], units, np.array([[0, 1]])), snapshot)
    uncovered_there, uncovered_far = terms["uncovered"][0]
    assert uncovered_there > uncovered_far + 1


def test_who_is_overdue_is_not_expected_now_but_by_the_yardstick() -> None:
    assert isinstance(work_times_for(PolicyName.LOOK_AHEAD), FixedWorkTimes)
    assert isinstance(work_times_for(PolicyName.ASSIGNMENT), SeenWorkTimes)
    assert FixedWorkTimes().remaining_s(Service.TOW, EXPECTED_S + 1) == 0
    assert SeenWorkTimes().remaining_s(Service.TOW, EXPECTED_S + 1) > 0


def test_a_large_city_is_assigned_from_candidates_and_the_rest_looks_further() -> None:
    """Nobody waits while somebody able has nothing to do, whoever else was among the nearest."""
    snapshot = small_city(2, 60, 150, danger=False)
    plan = LookAhead().decide(snapshot)
    served = given_in(plan)
    for search in snapshot.searches:
        if search.request_id not in served:
            taken = {match.unit.shift.shift_id for match in served.values()}
            assert all(unit.shift.shift_id in taken for unit in able(search, snapshot))
    assert np.isfinite([sum(match.cost_terms.values()) for match in served.values()]).all()
