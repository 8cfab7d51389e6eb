"""Is what the solver proves true, and what it plans allowed?"""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.tours.ascent import ascend
from domain.tours.budget import Until, Work
from domain.tours.city import city_of
from domain.tours.column_generation import least_drives
from domain.tours.cuts import broken, fees_of
from domain.tours.instance import Instance
from domain.tours.plan import Plan, Tour, plan_of
from domain.tours.pricing import price_tours, pricing_work, proven_bound
from domain.tours.solve import Solution, solve
from infra.bench.snapshots import snapshot
from tests.domain.tours.snapshots import least_cost, snapshots
from tests.support.effort import examples

ENOUGH = 200.0


def _allowed(instance: Instance, plan: Plan) -> None:
    served = [job for tour in plan.tours for job in tour]
    assert sorted(served + list(plan.contractors)) == list(range(instance.jobs)), "each job once"
    assert len(plan.tours) == instance.units
    assert all(instance.capable[unit, job] for unit, tour in enumerate(plan.tours) for job in tour)
    assert plan_of(instance, plan.tours) == plan


@settings(max_examples=examples(150))
@given(snapshots())
def test_no_plan_is_cheaper_than_the_bound_and_small_ones_are_solved(instance: Instance) -> None:
    solution = solve(instance, Work(ENOUGH), seed=1)
    best = least_cost(instance)
    _allowed(instance, solution.plan)
    assert solution.bound <= best + 1e-6
    assert solution.plan.cost >= best - 1e-6
    assert solution.plan.cost <= best * 1.25 + 5.0, "a plan, not just any"


@settings(max_examples=examples(150))
@given(snapshots(), st.integers(0, 2**32 - 1), st.sampled_from((1, 3, 1000)), st.sampled_from((1.0, 8.0)))
def test_any_prices_and_fees_prove_a_bound_however_soon_the_search_is_cut_off(
    instance: Instance, seed: int, most_nodes: int, coarser: float
) -> None:
    if not instance.jobs or not instance.units:
        return
    chance = np.random.default_rng(seed)
    prices = chance.uniform(0, 1, instance.jobs) * instance.contractor_cost
    threes = [three for three in combinations(range(instance.jobs), 3) if chance.random() < 0.3]
    fees = fees_of(instance.jobs, threes, chance.uniform(-10, 30, len(threes)))
    priced = price_tours(city_of(instance), prices, fees, 2, most_nodes, coarser=coarser)
    assert proven_bound(prices, fees, priced) <= least_cost(instance) + 1e-6
    for tour, gain in zip(priced.tours, priced.gains, strict=True):
        cost = instance.tour_cost(tour.unit, tour.jobs)
        assert tour.cost == pytest.approx(cost)
        assert gain <= sum(prices[job] for job in tour.jobs) - cost + 1e-6


@settings(max_examples=examples(100))
@given(snapshots(most_jobs=6, most_units=4))
def test_the_shortest_drive_to_each_job_is_a_bound_too(instance: Instance) -> None:
    assert least_drives(instance) <= least_cost(instance) + 1e-6


@settings(max_examples=examples(60))
@given(drawn=snapshots(), dearer=st.sampled_from((0.0, 1.0, 1_000.0)), at_once=st.booleans())
def test_bounds_stay_true_where_contractors_are_dear_or_nothing_takes_time(
    *, drawn: Instance, dearer: float, at_once: bool
) -> None:
    instance = replace(drawn, contractor_cost=dearer * drawn.contractor_cost)
    if at_once:
        instance = replace(
            instance,
            drive_min=np.zeros_like(drawn.drive_min),
            drive_min_units=np.zeros_like(drawn.drive_min_units),
            work_min=np.zeros_like(drawn.work_min),
        )
    best = least_cost(instance)
    solution = solve(instance, Work(ENOUGH), seed=1)
    assert solution.bound <= best + 1e-6
    assert best - 1e-6 <= solution.plan.cost
    if at_once:
        assert solution.gap <= 1e-6, "everybody is reached by whoever is free first"
    if instance.jobs and instance.units:
        risen = ascend(instance, city_of(instance), solution.plan, Work(ENOUGH), 0.0)
        assert risen.bound <= best + 1e-6
        assert (risen.prices >= 0.0).all()
        assert (risen.prices <= instance.contractor_cost).all()


def test_dear_contractors_leave_a_bound_that_says_something() -> None:
    drawn = snapshot(100, 16, 1)
    dear = replace(drawn, contractor_cost=np.full(drawn.jobs, 50_000.0))
    solution = solve(dear, Work(400.0), seed=1)
    assert not solution.plan.contractors
    assert solution.bound > 3 * least_drives(dear)
    assert solution.gap < 0.2


def test_a_city_that_is_too_large_for_its_time_has_a_bound_that_says_something() -> None:
    city, budget = snapshot(400, 80, 1), Work(150.0)
    assert pricing_work(city_of(city), 0) > 0.1 * budget.limit, "no time for column generation"
    solution = solve(city, budget, seed=1)
    assert solution.bound > 3 * least_drives(city)
    assert budget.done < 1.1 * budget.limit


def test_three_halves_of_tours_are_cut_off() -> None:
    pairs = [(0.5, Tour(unit, jobs, 1.0)) for unit, jobs in enumerate(((0, 1), (1, 2), (2, 0)))]
    assert broken(3, pairs, most=5) == [(0, 1, 2)]
    assert broken(3, [(1.0, Tour(0, (0, 1, 2), 1.0))], most=5) == []
    assert broken(4, [(0.5, Tour(0, (0, 1, 2), 1.0)), (0.5, Tour(1, (3,), 1.0))], most=5) == []


@settings(max_examples=examples(20))
@given(snapshots(most_jobs=12, most_units=5), st.integers(0, 9))
def test_the_same_work_finds_the_same_plan(instance: Instance, seed: int) -> None:
    first, second = (solve(instance, Work(60.0), seed) for _ in range(2))
    assert first == second


@settings(max_examples=examples(30))
@given(snapshots(most_jobs=8), st.lists(st.lists(st.integers(-2, 9), max_size=4), max_size=5))
def test_an_earlier_plan_is_begun_with_as_far_as_it_still_makes_sense(
    instance: Instance, previous: list[list[int]]
) -> None:
    without_time = solve(instance, Work(0.0), seed=1, previous=previous)
    _allowed(instance, without_time.plan)
    again = solve(instance, Work(0.0), seed=1, previous=without_time.plan.tours)
    assert again.plan.cost <= without_time.plan.cost + 1e-9


def test_the_clock_is_the_one_that_is_handed_in() -> None:
    seconds = iter(range(10_000))
    budget = Until(lambda: float(next(seconds)), 5.0)
    assert budget.left() == pytest.approx(0.8)
    assert [budget.left() > 0 for _ in range(5)] == [True, True, True, False, False]


def test_the_gap_is_a_share_of_the_cost() -> None:
    assert Solution(Plan((), (), 200.0), 196.0).gap == pytest.approx(0.02)
    assert Solution(Plan((), (), 0.0), 0.0).gap == 0.0
