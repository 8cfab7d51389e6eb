"""Which plan for this snapshot, as good as the budget allows, and how good is it proven to be?

Ruin and recreate goes on from the beginning to the end, beside all else. Meanwhile prices and a bound come from column
generation with cuts; then one neighbourhood after the other is put together anew from the tours that promise most.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from domain.tours.annealing import CHUNK, STEP_WORK, Album, Annealing, Beside, anneal
from domain.tours.ascent import ascend
from domain.tours.budget import Budget
from domain.tours.city import City, city_of
from domain.tours.column_generation import BRIEF, Relaxed, from_album, least_drives, nodes_within, relax
from domain.tours.cuts import fees_of
from domain.tours.instance import Floats, Instance
from domain.tours.plan import Plan, Tour, still_possible
from domain.tours.pricing import price_tours, pricing_work
from domain.tours.restricted import Limit, Pool, reassemble

Tell = Callable[[str, float, float], None]

# Of the budget: for a first plan, cooled in a hurry, whose tours the master begins with; what column generation leaves.
FIRST_SHARE = 0.1
MOST_FIRST_STEPS = 150_000
FOR_NEIGHBOURHOODS = 0.35
# In which share of the budget ruin and recreate beside gets cold: then it polishes what the neighbourhoods hand over,
# which begin later in a larger city; and there it needs the time. Where it was cold at 0.4 of the budget, plans
# of 400 jobs were 0.45 % above the best known on average; with 0.2 they are 0.23 %.
LEAST_COOLING, MOST_COOLING, JOBS_TO_COOL = 0.2, 0.6, 1_200
# Minutes of reduced cost: what the best plans use lies below nearly always. And most tours of a unit, most nodes.
SLACK_MIN = 8.0
MOST_PER_UNIT = 500
MOST_NODES = 20_000
# Of what is left, for finding those tours.
POOL_SHARE = 0.15
# Jobs that are shared anew at first; more when that was easy, fewer when it could not be finished.
NEIGHBOURHOOD = 50.0
EASIER, HARDER = 1.07, 0.7
LEAST_NEIGHBOURHOOD = 12.0
# One neighbourhood's share of the whole time, and its limits: HiGHS needs some hundredths of a second for any.
MOST_AT_A_TIME = 0.05
LEAST_S, MOST_S = 0.1, 1.0
MOST_TREE = 100
# After so many neighbourhoods without gain there is none to be expected.
PATIENCE = 60
# Units of work per step of the simplex method; a neighbourhood of more steps was hard.
SIMPLEX_WORK = 0.02
HARD_STEPS = 6_000
# A bound below this share of the cost says nothing, and one of subgradients may; it leaves so much of the budget. Where
# one search of tours takes more than the third of these shares, column generation ends long before its bound is near:
# at 5 % (770 x 200 in 4 s of both cores together) its gap was 26 %, that of subgradients 14 %; at 3 % it was 4 %.
USELESS, AFTER_ASCENT, MOST_OF_A_SEARCH = 0.7, 0.04, 0.035
# Of the cost: nobody can tell the difference.
AS_GOOD = 1e-6


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
    return _Search(instance, budget, seed, tell).run(plan)


class _Search:
    """One solve: what its steps share."""

    def __init__(self, instance: Instance, budget: Budget, seed: int, tell: Tell) -> None:
        self._instance, self._budget, self._tell = instance, budget, tell
        self._city: City = city_of(instance)
        self._chance = np.random.default_rng(seed)
        self._centres: list[int] = []
        self._size = NEIGHBOURHOOD

    def run(self, plan: Plan) -> Solution:
        """All steps in turn."""
        bound = least_drives(self._instance)
        hurried = Annealing(self._instance, self._city, plan, self._seed())
        patient = Annealing(self._instance, self._city, plan, self._seed())
        if self._budget.left() <= 0:
            return self._ended(hurried.plan(), bound)
        cooling = min(MOST_COOLING, max(LEAST_COOLING, self._instance.jobs / JOBS_TO_COOL))
        beside = Beside(patient, patient.plan(), self._budget, 1.0 - cooling)
        try:
            plan = beside.exchange(self._first(hurried))
            self._tell("start", plan.cost, bound)
            known, is_brief = hurried.album(), self._budget.work_left() < BRIEF
            if not is_brief and not self._open(plan, bound):
                return self._ended(plan, bound)
            relaxed = None if not is_brief and self._too_large() else relax(
                self._instance, self._city, plan, lambda: [known, beside.album()], self._budget, FOR_NEIGHBOURHOODS,
                lambda proven: self._told_bound(beside, plan, proven),
            )  # fmt: skip
            bound = max(bound, relaxed.bound if relaxed else 0.0)
            if not is_brief and bound < USELESS * plan.cost:
                bound = max(bound, self._ascended(plan, beside))
            beside.turn(0.4 * self._budget.work_left())
            plan = beside.exchange(plan)
            self._tell("plan", plan.cost, bound)
            if relaxed is not None and relaxed.bound > 0.0:
                plan = self._reassembled(plan, relaxed, bound, known, beside)
            elif self._open(plan, bound):
                beside.finish()
        finally:
            beside.stop()
        return self._ended(beside.exchange(plan), bound)

    def _ended(self, plan: Plan, bound: float) -> Solution:
        return Solution(plan, min(bound, plan.cost))

    def _first(self, hurried: Annealing) -> Plan:
        budget = self._budget
        enough = (1.0 - FIRST_SHARE) * budget.left()
        most = int(FIRST_SHARE * budget.work_left() / STEP_WORK)
        done = anneal(hurried, min(MOST_FIRST_STEPS, max(CHUNK, most)), lambda: budget.left() > enough)
        budget.spend(done * STEP_WORK)
        return hurried.plan()

    def _told_bound(self, beside: Beside, plan: Plan, proven: float) -> None:
        self._tell("bound", beside.exchange(plan).cost, proven)

    def _too_large(self) -> bool:
        return pricing_work(self._city, 0) > MOST_OF_A_SEARCH * self._budget.work_left()

    def _ascended(self, plan: Plan, beside: Beside) -> float:
        bound = ascend(self._instance, self._city, beside.exchange(plan), self._budget, AFTER_ASCENT).bound
        self._told_bound(beside, plan, bound)
        return bound

    def _open(self, plan: Plan, bound: float) -> bool:
        return plan.cost - bound > AS_GOOD * plan.cost

    def _reassembled(self, plan: Plan, relaxed: Relaxed, bound: float, known: Album, beside: Beside) -> Plan:
        pool = self._promising(relaxed, [known, beside.album()])
        cuts = [cut for cut, fee in zip(relaxed.master.cuts, relaxed.worth.fees, strict=False) if fee > 1e-9]
        fruitless = 0
        while self._budget.left() > 0 and fruitless < PATIENCE and self._open(plan, bound):
            units, jobs = self._neighbourhood(plan)
            found = reassemble(self._instance, plan, pool, cuts, units, jobs, self._limit())
            self._budget.spend(2.0 + SIMPLEX_WORK * found.steps)
            easy = found.settled and found.steps < HARD_STEPS
            self._size = max(LEAST_NEIGHBOURHOOD, self._size * (EASIER if easy else HARDER))
            beside.turn(20.0)
            best = beside.exchange(found.plan)
            pool.add(best.chosen(self._instance) if best.cost < plan.cost - 1e-9 else ())
            fruitless = 0 if best.cost < plan.cost - 1e-9 else fruitless + 1
            if fruitless == 0:
                plan = best
                self._tell("plan", plan.cost, bound)
            if len(jobs) == self._instance.jobs and found.settled and fruitless:
                break  # nothing better is left in the pool
        return plan

    def _promising(self, relaxed: Relaxed, albums: list[Album]) -> Pool:
        """All tours of little reduced cost, and the good plans' own."""
        instance, worth, master = self._instance, relaxed.worth, relaxed.master
        prices: Floats = np.minimum(worth.prices, instance.contractor_cost)
        charged = np.append(worth.fees, np.zeros(len(master.cuts) - len(worth.fees)))
        fees = fees_of(instance.jobs, master.cuts, charged)
        most = min(MOST_NODES, nodes_within(instance, POOL_SHARE * self._budget.work_left()))
        found = price_tours(
            self._city, prices, fees, MOST_PER_UNIT, most, worth.rents - SLACK_MIN, relaxed.coarser
        )  # fmt: skip
        self._budget.spend(1e-4 * found.nodes * instance.jobs)
        pool = Pool(instance.units)
        pool.add(found.tours)
        near = worth._replace(rents=worth.rents - SLACK_MIN)
        for album in albums:
            pool.add(from_album(album, near, MOST_PER_UNIT))
        pool.add(self._near(master.tours, near))
        return pool

    def _near(self, tours: Sequence[Tour], near: tuple[float, Floats, Floats, Floats]) -> list[Tour]:
        _, prices, rents, _ = near
        return [t for t in tours if t.unit >= 0 and t.cost + rents[t.unit] < sum(prices[job] for job in t.jobs)]

    def _limit(self) -> Limit:
        seconds = self._budget.seconds_left()
        if seconds is None:
            return Limit(None, MOST_TREE)
        whole = seconds / max(self._budget.left(), 1e-9)
        return Limit(max(0.01, min(seconds, MOST_S, max(LEAST_S, MOST_AT_A_TIME * whole))), MOST_TREE)

    def _neighbourhood(self, plan: Plan) -> tuple[list[int], set[int]]:
        """Units that serve jobs near a random one, what they serve, and the contractors' jobs among them."""
        owner = {job: unit for unit, jobs in enumerate(plan.tours) for job in jobs}
        units: set[int] = set()
        jobs: set[int] = set()
        if not self._centres:  # every place gets its turn before one gets another
            self._centres = self._chance.permutation(self._instance.jobs).tolist()
        for job in np.argsort(self._instance.drive_min[self._centres.pop()], kind="stable").tolist():
            unit = owner.get(job)
            if unit is None:
                jobs.add(job)
            elif unit not in units:
                units.add(unit)
                jobs.update(plan.tours[unit])
            if len(jobs) >= self._size:
                break
        idle = [unit for unit, tour in enumerate(plan.tours) if not tour]
        near = sorted(idle, key=lambda unit: float(self._instance.drive_min_units[unit, sorted(jobs)].min()))
        return sorted(units | set(near[: max(5, len(units) // 4)])), jobs

    def _seed(self) -> int:
        return int(self._chance.integers(2**31))
