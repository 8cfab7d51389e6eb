"""Which of the promising tours make the best whole plan, of a neighbourhood or of everything?

A restricted set-covering programme for HiGHS, with the cuts that cost something, that begins with the tours driven so
far, so it never ends worse.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import highspy
import numpy as np

from domain.tours.cuts import Three
from domain.tours.instance import Instance
from domain.tours.master import columns, quiet_highs, rows
from domain.tours.plan import Plan, Tour, without_repeats

# Of the cost of a neighbourhood: what is nearer to the best is as good.
NEAR_ENOUGH = 5e-4


class Pool:
    """Tours worth a try, by unit; of one set of jobs only the cheapest order."""

    def __init__(self, units: int) -> None:
        self._by_unit: list[dict[frozenset[int], Tour]] = [{} for _ in range(units)]

    def add(self, tours: Iterable[Tour]) -> None:
        """Take them in."""
        for tour in tours:
            if tour.unit >= 0:
                key = frozenset(tour.jobs)
                known = self._by_unit[tour.unit].get(key)
                if known is None or tour.cost < known.cost:
                    self._by_unit[tour.unit][key] = tour

    def within(self, units: Iterable[int], jobs: set[int]) -> list[Tour]:
        """Those of the units that serve none but these jobs."""
        return [tour for unit in units for key, tour in self._by_unit[unit].items() if key <= jobs]

    def __len__(self) -> int:
        return sum(map(len, self._by_unit))


class Limit(NamedTuple):
    """What one programme may take."""

    seconds: float | None
    nodes: int


class Reassembled(NamedTuple):
    """The plan, the simplex steps it took, and whether nothing better is left in those tours."""

    plan: Plan
    steps: int
    settled: bool


def reassemble(
    instance: Instance, plan: Plan, pool: Pool, cuts: Sequence[Three], units: list[int], jobs: set[int], limit: Limit
) -> Reassembled:
    """The best plan found when ``units`` share ``jobs`` anew, all else as it is.

    ``jobs`` has to hold all that ``units`` serve now.
    """
    chosen = [Tour(u, plan.tours[u], instance.tour_cost(u, plan.tours[u])) for u in units if plan.tours[u]]
    served = {job for tour in chosen for job in tour.jobs}
    contractors = [Tour(-1, (job,), float(instance.contractor_cost[job])) for job in sorted(jobs)]
    driven = {tour[:2] for tour in chosen}
    tours = chosen + contractors + [tour for tour in pool.within(units, jobs) if tour[:2] not in driven]
    used = np.zeros(len(tours))
    used[: len(chosen)] = 1.0
    for at, tour in enumerate(contractors):
        used[len(chosen) + at] = float(tour.jobs[0] not in served)
    highs = _programme(tours, units, sorted(jobs), cuts, used, limit)
    highs.run()
    info, values = highs.getInfo(), np.array(highs.getSolution().col_value)
    settled = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    steps = int(info.simplex_iteration_count)
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible or len(values) != len(tours):
        return Reassembled(plan, steps, False)
    tours_now = list(plan.tours)
    for unit in units:
        tours_now[unit] = ()
    for at in np.nonzero(values > 0.5)[0].tolist():
        if tours[at].unit >= 0:
            tours_now[tours[at].unit] = tours[at].jobs
    found = without_repeats(instance, [Tour(u, served_now, 0.0) for u, served_now in enumerate(tours_now)])
    return Reassembled(found if found.cost < plan.cost - 1e-9 else plan, steps, settled)


def _programme(
    tours: list[Tour], units: list[int], jobs: list[int], cuts: Sequence[Three],
    used: np.ndarray[tuple[int], np.dtype[np.float64]], limit: Limit,
) -> highspy.Highs:  # fmt: skip
    row = {job: at for at, job in enumerate(jobs)}
    rank = {unit: at for at, unit in enumerate(units)}
    inside = [members for three in cuts if len(members := [row[job] for job in three if job in row]) >= 2]
    cuts_of: list[list[int]] = [[] for _ in jobs]
    for at, members in enumerate(inside):
        for job in members:
            cuts_of[job].append(at)
    highs = quiet_highs()
    if limit.seconds is not None:
        highs.setOptionValue("time_limit", limit.seconds)
    highs.setOptionValue("mip_max_nodes", limit.nodes)
    highs.setOptionValue("mip_rel_gap", NEAR_ENOUGH)
    rows(highs, len(jobs), len(units), len(inside))
    renumbered = [Tour(rank.get(t.unit, -1), tuple(row[job] for job in t.jobs), t.cost) for t in tours]
    columns(highs, len(jobs), len(units), renumbered, cuts_of, upper=1.0)
    whole = np.full(len(tours), highspy.HighsVarType.kInteger)
    highs.changeColsIntegrality(len(tours), np.arange(len(tours), dtype=np.int32), whole)
    start = highspy.HighsSolution()
    start.col_value = used.tolist()
    start.value_valid = True
    highs.setSolution(start)
    return highs
