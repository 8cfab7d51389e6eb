"""Whole tours: what each unit does next and after that, so that nobody's job is planned as if it were the last.

The solver of ``domain.tours`` with the request's own instant as its deadline: a plan costs the minutes driven plus the
minutes until help is there, over all jobs that wait. It begins with the plan of before and counts its work. Where the
city is too large for it, or a number is beyond it, ``assignment`` decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from application.dispatch.approach import FARTHEST_S
from application.dispatch.policies.assigning import told
from application.dispatch.policies.assignment import EVERY, Assignment
from application.dispatch.policies.first_in_line import first_in_line
from application.dispatch.policies.look_ahead import arrival_terms
from application.dispatch.policies.names import PolicyName
from application.dispatch.policies.nearest_first_come import NOBODY_FITS
from application.dispatch.policies.pairs import by_tenant, pairs_of
from application.dispatch.policies.weights import MEASURED
from application.dispatch.snapshot import Plan
from domain.tours.budget import Work
from domain.tours.instance import Instance
from domain.tours.solve import solve

if TYPE_CHECKING:
    from datetime import timedelta
    from uuid import UUID

    from application.dispatch.policies.pairs import Pairs, Terms
    from application.dispatch.policies.weights import Weights
    from application.dispatch.snapshot import Match, Snapshot

NEXT_IN_TOUR: Final = "next_in_tour"
"""It is meant for a unit that has another job before it."""

MOST_PAIRS: Final = 200_000
"""Jobs times units: the largest snapshot that the solver was measured on is 770 x 200."""

WORK: Final = 40.0
"""Units of work for a plan at most, about a millisecond each: a tick must not last until the city has moved on."""

WORK_PER_PAIR: Final = 0.02
"""Units of work for each pair of a job and a unit: a handful of jobs is solved before the most is spent."""

WORK_MIN: Final = 2_000 / 60
"""What a job takes at the vehicle, for what comes after it."""

LEFT_OUT_MIN: Final = 1_440.0
"""A request that no tour holds waits another day: nobody is left out whom somebody could serve."""

SEED: Final = 25
"""Of the solver's own chance: the same everywhere, so that the same snapshots give the same plans."""


class Tours:
    """Implements ``Policy`` and ``TellsCosts``; remembers its last tours, and what ``assignment`` remembers.

    As there, only of plans that offered something: those are in the log.
    """

    name: str = PolicyName.TOURS
    version: str = "2"
    rests_for: timedelta = EVERY
    looks_ahead: bool = True

    def __init__(self, weights: Weights = MEASURED, work: float = WORK) -> None:
        self._overdue_after, self._work = weights.overdue_after, work
        self._otherwise = Assignment(weights)
        self._before: dict[UUID, tuple[UUID, ...]] = {}

    def decide(self, snapshot: Snapshot) -> Plan:
        """Tenant by tenant: danger and the overdue first, then the first jobs of the best tours found."""
        plans = [self._of_tenant(part) for part in by_tenant(snapshot)]
        return Plan(
            [match for plan in plans for match in plan.now],
            [match for plan in plans for match in plan.later],
            {request_id: why for plan in plans for request_id, why in plan.unserved.items()},
            sum(plan.work for plan in plans),
        )

    def terms(self, pairs: Pairs) -> Terms:
        """The minutes until help is there, and those that the unit drives for it."""
        return {**arrival_terms(pairs), "keeps_busy": pairs.drive_s / 60}

    def cost_terms(self, pairs: Pairs, _snapshot: Snapshot) -> Terms:
        """What each unit would cost as the first job of its tour."""
        return self.terms(pairs)

    def _of_tenant(self, part: Snapshot) -> Plan:
        front = first_in_line(part, self._overdue_after)
        too_large = len(front.others) * max(len(front.units), len(front.others)) > MOST_PAIRS
        if too_large:
            return self._otherwise.decide(part)
        unserved = {search.request_id: NOBODY_FITS for search in front.without}
        now, later, work = list(front.now), list(front.later), front.work
        if front.others and front.units:
            pairs = pairs_of(part, front.others, front.units, most=len(front.units))
            work += pairs.numbers.size
            for match, after in self._toured(part, pairs):
                (now if match.unit.is_idle else later).append(match)
                unserved.update(dict.fromkeys(after, NEXT_IN_TOUR))
        planned = {match.search.request_id for match in (*now, *later)} | unserved.keys()
        unserved.update({one.request_id: NOBODY_FITS for one in front.others if one.request_id not in planned})
        return Plan(now, later, unserved, work)

    def _toured(self, part: Snapshot, pairs: Pairs) -> list[tuple[Match, list[UUID]]]:
        """The first job of each tour, and the requests that come after it."""
        instance = _instance(part, pairs)
        job_of = {search.request_id: n for n, search in enumerate(pairs.searches)}
        previous = [
            [job_of[one] for one in self._before.get(unit.shift.shift_id, ()) if one in job_of] for unit in pairs.units
        ]
        budget = Work(min(self._work, WORK_PER_PAIR * pairs.numbers.size))
        tours = solve(instance, budget, SEED, previous).plan.tours
        terms = self.terms(pairs)
        found: list[tuple[Match, list[UUID]]] = []
        before: dict[UUID, tuple[UUID, ...]] = {}
        for unit, jobs in enumerate(tours):
            ids = [pairs.searches[job].request_id for job in jobs]
            before[pairs.units[unit].shift.shift_id] = tuple(ids)
            if jobs:
                k = int(np.flatnonzero(pairs.numbers[jobs[0]] == unit)[0])
                found.append((pairs.match(jobs[0], k, told(terms, jobs[0], k)), ids[1:]))
        if any(match.unit.is_idle for match, _ in found):
            self._before.update(before)
        return found


def _instance(part: Snapshot, pairs: Pairs) -> Instance:
    m, n = len(pairs.units), len(pairs.searches)
    capable = np.zeros((m, n), np.bool_)
    to_jobs = np.zeros((m, n))
    rows, places = np.nonzero((pairs.numbers >= 0) & np.isfinite(pairs.drive_s))
    capable[pairs.numbers[rows, places], rows] = True
    to_jobs[pairs.numbers[rows, places], rows] = (pairs.drive_s / 60 + pairs.passed_over())[rows, places]
    cells = [search.cell for search in pairs.searches]
    between = np.minimum(part.travel.drive_s(cells, cells, part.at), FARTHEST_S) / 60
    return Instance(
        drive_min_units=to_jobs,
        drive_min=np.ascontiguousarray(between),
        free_min=pairs.free_s / 60,
        deadline_min=-pairs.age_s / 60,
        work_min=np.full(n, WORK_MIN),
        contractor_cost=pairs.age_s / 60 + LEFT_OUT_MIN,
        capable=capable,
    )
