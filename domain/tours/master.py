"""What are jobs and units worth, given the tours known so far?

The linear master: serve every job at least once, use every unit at most once, and keep the cuts. A plan that
serves every job just once is allowed in it, so it stays a bound whatever the drives are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import highspy
import numpy as np

from domain.tours.cuts import Three
from domain.tours.instance import Floats, Instance
from domain.tours.plan import Tour

NO_INDEX = np.array([], np.int32)
NO_VALUE = np.array([], np.float64)


class Worth(NamedTuple):
    """What the master says: the least cost of mixing the known tours; prices of jobs, rents of units, fees of cuts."""

    cost: float
    prices: Floats  # (n,), at least zero
    rents: Floats  # (m,)
    fees: Floats  # (cuts,)


class Master:
    """Tours and cuts come in, prices come out. A contractor per job is known from the start, so there is a solution."""

    def __init__(self, instance: Instance) -> None:
        self.jobs, self.units = instance.jobs, instance.units
        self.tours: list[Tour] = []
        self.cuts: list[Three] = []
        self._known: set[tuple[int, tuple[int, ...]]] = set()
        self._with_job: list[list[int]] = [[] for _ in range(self.jobs)]
        self._cuts_of: list[list[int]] = [[] for _ in range(self.jobs)]
        self._highs = quiet_highs()
        self._highs.setOptionValue("solver", "simplex")
        # The last solution stays allowed when tours come, so the primal method goes on from it.
        self._highs.setOptionValue("simplex_strategy", 4)
        rows(self._highs, self.jobs, self.units, 0)
        self.add(Tour(-1, (job,), float(instance.contractor_cost[job])) for job in range(self.jobs))

    def add(self, tours: Iterable[Tour]) -> int:
        """Make tours known; returns how many were new."""
        new: list[Tour] = []
        for tour in tours:
            if tour[:2] not in self._known:
                self._known.add(tour[:2])
                for job in tour.jobs:
                    self._with_job[job].append(len(self.tours) + len(new))
                new.append(tour)
        self.tours += new
        columns(self._highs, self.jobs, self.units, new, self._cuts_of, upper=highspy.kHighsInf)
        return len(new)

    def cut(self, threes: Iterable[Three]) -> int:
        """Forbid to mix more than one tour of those that serve two of three jobs; returns how many cuts were new."""
        before = len(self.cuts)
        for three in threes:
            if three in self.cuts:
                continue
            times = Counter(at for job in three for at in self._with_job[job])
            where = np.array([at for at, members in times.items() if members >= 2], np.int32)
            self._highs.addRow(-highspy.kHighsInf, 1.0, len(where), where, np.ones(len(where)))
            for job in three:
                self._cuts_of[job].append(len(self.cuts))
            self.cuts.append(three)
        return len(self.cuts) - before

    def solve(self, seconds: float | None) -> Worth | None:
        """Prices of the best mix; None when ``seconds`` are not enough for it."""
        if seconds is not None:
            self._highs.setOptionValue("time_limit", self._highs.getRunTime() + max(0.01, seconds))
        self._highs.run()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        worth = np.array(self._highs.getSolution().row_dual, np.float64)
        units = self.jobs + self.units
        prices, rents, fees = worth[: self.jobs], -worth[self.jobs : units], -worth[units:]
        cost = float(self._highs.getObjectiveValue())
        return Worth(cost, np.maximum(prices, 0.0), np.maximum(rents, 0.0), np.maximum(fees, 0.0))

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


def rows(highs: highspy.Highs, jobs: int, units: int, cuts: int) -> None:
    """Every job at least once, every unit at most once, every cut kept."""
    low = np.concatenate([np.ones(jobs), np.full(units + cuts, -highspy.kHighsInf)])
    high = np.concatenate([np.full(jobs, highspy.kHighsInf), np.ones(units + cuts)])
    highs.addRows(len(low), low, high, 0, np.zeros(len(low), np.int32), NO_INDEX, NO_VALUE)


def columns(
    highs: highspy.Highs, jobs: int, units: int, tours: Sequence[Tour], cuts_of: Sequence[Sequence[int]], upper: float
) -> None:
    """A column per tour, from 0 to ``upper``; ``cuts_of`` a job are the cuts it is in."""
    if not tours:
        return
    starts: list[int] = []
    where: list[int] = []
    for tour in tours:
        starts.append(len(where))
        where += tour.jobs
        if tour.unit >= 0:
            where.append(jobs + tour.unit)
        times = Counter(cut for job in tour.jobs for cut in cuts_of[job])
        where += [jobs + units + cut for cut, members in times.items() if members >= 2]
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
