"""Which of the promising tours make the best whole plan, of a neighbourhood or of everything?

A restricted set-covering programme for HiGHS that begins with the tours driven so far, so it never ends worse.
"""

from __future__ import annotations

from collections.abc import Iterable

import highspy
import numpy as np

from domain.tours.instance import Instance
from domain.tours.master import columns, quiet_highs, rows
from domain.tours.plan import Plan, Tour, without_repeats


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


def reassemble(
    instance: Instance, plan: Plan, pool: Pool, units: list[int], jobs: set[int], seconds: float | None, nodes: int
) -> tuple[Plan, int]:
    """The best plan found when ``units`` share ``jobs`` anew, all else as it is; and the simplex steps it took.

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
    picked, steps = _choose(tours, units, sorted(jobs), used, seconds, nodes)
    if picked is None:
        return plan, steps
    tours_now = list(plan.tours)
    for unit in units:
        tours_now[unit] = ()
    for tour in picked:
        if tour.unit >= 0:
            tours_now[tour.unit] = tour.jobs
    found = without_repeats(instance, [Tour(u, served_now, 0.0) for u, served_now in enumerate(tours_now)])
    return (found if found.cost < plan.cost - 1e-9 else plan), steps


def _choose(
    tours: list[Tour], units: list[int], jobs: list[int], used: np.ndarray[tuple[int], np.dtype[np.float64]],
    seconds: float | None, nodes: int,
) -> tuple[list[Tour] | None, int]:  # fmt: skip
    row = {job: at for at, job in enumerate(jobs)}
    rank = {unit: at for at, unit in enumerate(units)}
    highs = quiet_highs()
    if seconds is not None:
        highs.setOptionValue("time_limit", seconds)
    highs.setOptionValue("mip_max_nodes", nodes)
    rows(highs, len(jobs), len(units))
    renumbered = [Tour(rank.get(t.unit, -1), tuple(row[job] for job in t.jobs), t.cost) for t in tours]
    columns(highs, len(jobs), renumbered, upper=1.0)
    whole = np.full(len(tours), highspy.HighsVarType.kInteger)
    highs.changeColsIntegrality(len(tours), np.arange(len(tours), dtype=np.int32), whole)
    start = highspy.HighsSolution()
    start.col_value = used.tolist()
    start.value_valid = True
    highs.setSolution(start)
    highs.run()
    info = highs.getInfo()
    values = np.array(highs.getSolution().col_value)
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible or len(values) != len(tours):
        return None, int(info.simplex_iteration_count)
    return [tours[at] for at in np.nonzero(values > 0.5)[0]], int(info.simplex_iteration_count)
