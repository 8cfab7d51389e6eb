"""Which small snapshots are tried, and what is the best plan for one?"""

from itertools import permutations

import numpy as np
from hypothesis import strategies as st

from domain.tours.instance import Instance


@st.composite
def snapshots(draw: st.DrawFn, most_jobs: int = 5, most_units: int = 3) -> Instance:
    """Of any shape: lopsided drives, deadlines that passed, units that can do nothing, contractors for nothing."""
    n, m = draw(st.integers(0, most_jobs)), draw(st.integers(0, most_units))
    chance = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scale = draw(st.sampled_from((0.0, 1.0, 30.0)))
    whole = draw(st.booleans())  # whole minutes make ties

    def minutes(low: float, high: float, *shape: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        drawn = chance.uniform(low, high, shape)
        return np.round(drawn) if whole else drawn

    return Instance(
        drive_min_units=minutes(0, scale, m, n),
        drive_min=minutes(0, scale, n, n),
        free_min=minutes(0, 30, m),
        deadline_min=minutes(-30, draw(st.sampled_from((0.0, 60.0))), n),
        work_min=minutes(0, draw(st.sampled_from((0.0, 0.3, 40.0))), n),
        contractor_cost=minutes(0, draw(st.sampled_from((0.0, 20.0, 180.0))), n),
        capable=chance.random((m, n)) < draw(st.sampled_from((0.0, 0.5, 0.85, 1.0))),
    )


def least_cost(instance: Instance) -> float:
    """By trying everything: the best tour of each unit for each set of jobs, then the best sharing of the sets."""
    full = 1 << instance.jobs
    left = np.zeros(full)
    for jobs in range(full):
        left[jobs] = sum(instance.contractor_cost[j] for j in range(instance.jobs) if not jobs >> j & 1)
    best = np.full(full, np.inf)
    best[0] = 0.0
    for unit in range(instance.units):
        alone = [_cheapest(instance, unit, jobs) for jobs in range(full)]
        best = np.array([min(best[jobs & ~part] + alone[part] for part in _parts(jobs)) for jobs in range(full)])
    return float((best + left).min())


def _cheapest(instance: Instance, unit: int, jobs: int) -> float:
    members = [job for job in range(instance.jobs) if jobs >> job & 1]
    if not all(instance.capable[unit, job] for job in members):
        return float("inf")
    return min(instance.tour_cost(unit, order) for order in permutations(members))


def _parts(jobs: int) -> list[int]:
    return [part for part in range(jobs + 1) if part & ~jobs == 0]
