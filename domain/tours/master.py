"""What are jobs and units worth, given the tours known so far?

The linear master: serve every job at least once, use every unit at most once. Serving twice is never needed, so the
relaxation stays a bound whatever the drives are.
"""

from __future__ import annotations

from collections.abc import Iterable

import highspy
import numpy as np

from domain.tours.instance import Floats, Instance
from domain.tours.plan import Tour

NO_INDEX = np.array([], np.int32)
NO_VALUE = np.array([], np.float64)


class Master:
    """Tours come in, prices come out. A contractor per job is known from the start, so there is always a solution."""

    def __init__(self, instance: Instance) -> None:
        self.jobs, self.units = instance.jobs, instance.units
        self.tours: list[Tour] = []
        self._known: set[tuple[int, tuple[int, ...]]] = set()
        self._highs = quiet_highs()
        self._highs.setOptionValue("solver", "simplex")
        rows(self._highs, self.jobs, self.units)
        self.add(Tour(-1, (job,), float(instance.contractor_cost[job])) for job in range(self.jobs))

    def add(self, tours: Iterable[Tour]) -> int:
        """Make tours known; returns how many were new."""
        new = []
        for tour in tours:
            if tour[:2] not in self._known:
                self._known.add(tour[:2])
                new.append(tour)
        self.tours += new
        columns(self._highs, self.jobs, new, upper=highspy.kHighsInf)
        return len(new)

    def solve(self) -> tuple[float, Floats, Floats]:
        """The least cost of mixing the known tours, prices of jobs (n,) and rents of units (m,), all >= 0."""
        self._highs.run()
        worth = np.array(self._highs.getSolution().row_dual, np.float64)
        prices, rents = worth[: self.jobs], -worth[self.jobs :]
        return float(self._highs.getObjectiveValue()), np.maximum(prices, 0.0), np.maximum(rents, 0.0)

    def shares(self) -> list[tuple[float, Tour]]:
        """How much of each tour the last solution uses."""
        values = np.array(self._highs.getSolution().col_value)
        return [(float(values[at]), self.tours[at]) for at in np.nonzero(values > 1e-6)[0]]


def quiet_highs() -> highspy.Highs:
    """One thread, no output: what it finds then depends on nothing but its input."""
    highs = highspy.Highs()  # type: ignore[no-untyped-call]  # its stub forgets the result
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    return highs


def rows(highs: highspy.Highs, jobs: int, units: int) -> None:
    """Every job at least once, every unit at most once."""
    for _ in range(jobs):
        highs.addRow(1.0, highspy.kHighsInf, 0, NO_INDEX, NO_VALUE)
    for _ in range(units):
        highs.addRow(-highspy.kHighsInf, 1.0, 0, NO_INDEX, NO_VALUE)


def columns(highs: highspy.Highs, jobs: int, tours: list[Tour], upper: float) -> None:
    """A column per tour, from 0 to ``upper``."""
    if not tours:
        return
    starts: list[int] = []
    where: list[int] = []
    for tour in tours:
        starts.append(len(where))
        where += tour.jobs
        if tour.unit >= 0:
            where.append(jobs + tour.unit)
    highs.addCols(
        len(tours),
        np.array([tour.cost for tour in tours], np.float64),
        np.zeros(len(tours)),
        np.full(len(tours), upper),
        len(where),
        np.array(starts, np.int32),
        np.array(where, np.int32),
        np.ones(len(where)),
    )
