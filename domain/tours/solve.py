"""Which plan for this snapshot, as good as the budget allows, and how good is it proven to be?

A quick plan by ruin and recreate; prices and a bound from column generation; the relaxation rounded and mended; then
one neighbourhood after the other put together anew from promising tours, with ruin and recreate beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from domain.tours.budget import Budget
from domain.tours.city import City, city_of
from domain.tours.column_generation import Relaxed, relax
from domain.tours.enumeration import tours_within
from domain.tours.instance import Instance, Ints
from domain.tours.plan import Plan, plan_of, still_possible
from domain.tours.restricted import Pool, reassemble
from domain.tours.rounding import rounded
from domain.tours.ruin_and_recreate import improve, neighbours, state_of, tours_of

Tell = Callable[[str, float, float], None]

# Jobs taken out at a time, on average: the value of the paper.
REMOVAL = 10.0
# Minutes of reduced cost: what the best plans use lies below nearly always.
SLACK_MIN = 5.0
# Units that share their jobs anew: so many are solved in some hundredths of a second.
NEIGHBOURHOOD = 20
MOST_SECONDS = 0.5
MOST_TREE = 200
# After so many neighbourhoods without gain there is none to be expected.
PATIENCE = 80
# What of the budget is kept for whole plans, whatever the relaxation still wants.
FOR_PLANS = 0.4
# Ruin and recreate cools in so many parts, and stops after one when this share of the budget has gone on it.
PARTS = 6
MOST_AT_A_TIME = 0.2
# Units of work per step of ruin and recreate, per unit; and per step of the simplex method.
STEP_WORK = 1e-3
SIMPLEX_WORK = 0.02


@dataclass(frozen=True)
class Solution:
    """A plan, and what no plan can undercut."""

    plan: Plan
    bound: float

    @property
    def gap(self) -> float:
        """By how much of its cost the plan could be too dear, at most."""
        return max(0.0, self.plan.cost - self.bound) / self.plan.cost if self.plan.cost > 0 else 0.0


def solve(
    instance: Instance,
    budget: Budget,
    seed: int,
    previous: Sequence[Sequence[int]] = (),
    tell: Tell = lambda _step, _cost, _bound: None,
) -> Solution:
    """The best plan found, beginning with the tours of an earlier one; ``tell`` hears step, cost and bound so far.

    Same instance, seed and amount of work: same answer. With a deadline, how far it gets depends on the machine.
    """
    plan = still_possible(instance, previous)
    if not instance.jobs or not instance.units:
        return Solution(plan, plan.cost)
    with ThreadPoolExecutor(max_workers=2) as crew:
        return _Search(instance, budget, seed, tell, crew).run(plan)


class _Search:
    """One solve: what its steps share."""

    def __init__(self, instance: Instance, budget: Budget, seed: int, tell: Tell, crew: Executor) -> None:
        self._instance, self._budget, self._tell, self._crew = instance, budget, tell, crew
        self._city: City = city_of(instance)
        self._near: Ints = neighbours(self._city)
        self._chance = np.random.default_rng(seed)
        self._centres: list[int] = []

    def run(self, plan: Plan) -> Solution:
        """All steps in turn."""
        plan = self._beside_each_other(plan, self._steps(0.05, most=3000), hot=20.0, cold=1.0)
        self._tell("start", plan.cost, 0.0)
        relaxed = relax(
            self._instance, self._city, plan, self._budget, FOR_PLANS, self._crew,
            lambda _, bound: self._tell("bound", plan.cost, bound),
        )  # fmt: skip
        whole = rounded(self._instance, relaxed.shares)
        whole = self._beside_each_other(whole, self._steps(0.1, most=3000), hot=4.0, cold=0.4)
        plan = min(plan, whole, key=lambda one: one.cost)
        self._tell("rounded", plan.cost, relaxed.bound)
        plan = self._reassembled(plan, relaxed)
        return Solution(plan, min(relaxed.bound, plan.cost))

    def _reassembled(self, plan: Plan, relaxed: Relaxed) -> Plan:
        pool = Pool(self._instance.units)
        promising = tours_within(self._city, relaxed.prices, relaxed.rents, SLACK_MIN)
        pool.add(tour for _, tour in promising)
        pool.add(tour for _, tour in relaxed.shares)
        fruitless = 0
        while self._budget.left() > 0 and fruitless < PATIENCE and plan.cost - relaxed.bound > 1e-6:
            beside = self._crew.submit(self._annealed, plan, 300, 2.0, 0.2, self._seed())
            units, jobs = self._neighbourhood(plan)
            seconds = self._budget.seconds_left()
            limit = None if seconds is None else max(0.01, min(seconds, MOST_SECONDS))
            better, steps = reassemble(self._instance, plan, pool, units, jobs, limit, MOST_TREE)
            self._budget.spend(2.0 + SIMPLEX_WORK * steps)
            other = beside.result()
            pool.add(other.chosen(self._instance))
            best = min(better, other, key=lambda one: one.cost)
            fruitless = 0 if best.cost < plan.cost - 1e-9 else fruitless + 1
            if fruitless == 0:
                plan = best
                self._tell("plan", plan.cost, relaxed.bound)
        return plan

    def _neighbourhood(self, plan: Plan) -> tuple[list[int], set[int]]:
        """Units that serve jobs near a random one, what they serve, and the contractors' jobs among them."""
        owner = {job: unit for unit, jobs in enumerate(plan.tours) for job in jobs}
        units: set[int] = set()
        jobs: set[int] = set()
        if not self._centres:  # every place gets its turn before one gets another
            self._centres = self._chance.permutation(self._instance.jobs).tolist()
        for job in self._near[self._centres.pop()].tolist():
            unit = owner.get(job)
            if unit is None:
                jobs.add(job)
            elif unit not in units:
                units.add(unit)
                jobs.update(plan.tours[unit])
            if len(units) == NEIGHBOURHOOD:
                break
        idle = [unit for unit, tour in enumerate(plan.tours) if not tour]
        near = sorted(idle, key=lambda unit: float(self._instance.drive_min_units[unit, sorted(jobs)].min()))
        return sorted(units | set(near[: max(5, NEIGHBOURHOOD - len(units))])), jobs

    def _beside_each_other(self, plan: Plan, steps: int, hot: float, cold: float) -> Plan:
        """Two runs from the same plan, one per core; the better end. The clock is looked at between the parts."""
        ends, enough = [plan, plan], self._budget.left() - MOST_AT_A_TIME
        part, fall = max(1, steps // PARTS), (cold / hot) ** (1 / PARTS)
        for turn in range(PARTS):
            if turn and self._budget.left() <= enough:
                break
            heat = hot * fall**turn
            runs = [self._crew.submit(self._annealed, one, part, heat, heat * fall, self._seed()) for one in ends]
            ends = [run.result() for run in runs]
            self._budget.spend(part * STEP_WORK * self._instance.units)
        return min(ends, key=lambda one: one.cost)

    def _annealed(self, plan: Plan, steps: int, hot: float, cold: float, seed: int) -> Plan:
        state, kept, best = (state_of(self._city, plan) for _ in range(3))
        improve(self._city, self._near, state, kept, best, seed, steps, hot, cold, REMOVAL)
        return plan_of(self._instance, tours_of(best))

    def _seed(self) -> int:
        return int(self._chance.integers(2**31))

    def _steps(self, share: float, most: int) -> int:
        """Of ruin and recreate, for a share of what is left."""
        return max(1, min(most, int(share * self._budget.work_left() / (STEP_WORK * self._instance.units))))
