"""Which tours cost at most so much more than their jobs' and unit's prices pay?"""

from __future__ import annotations

import numba
import numpy as np

from domain.tours.city import CITY, INT_MATRIX, INTS, MATRIX, VECTOR, City
from domain.tours.compiled import compiled
from domain.tours.completion import completion_bound
from domain.tours.instance import Floats, Ints
from domain.tours.plan import Tour

# Promising tours are short: in a plan a unit has two or three jobs, hardly ever six.
DEEPEST = 8
# A unit with more tours than these within reach is cut off; the restricted programme needs some dozens of each.
MOST_PER_UNIT = 1_000


def tours_within(city: City, price: Floats, rent: Floats, slack: float) -> list[tuple[float, Tour]]:
    """All tours of reduced cost at most ``slack`` with that cost; of one unit's orders of the same jobs the cheapest.

    ``rent`` (m,), at least zero, is what a unit is worth in the master.
    """
    later, width = completion_bound(city, price)
    jobs = np.zeros((MOST_PER_UNIT, DEEPEST), np.int64)
    sizes, costs = np.zeros(MOST_PER_UNIT, np.int64), np.zeros(MOST_PER_UNIT)
    tours: list[tuple[float, Tour]] = []
    for unit in range(len(city.free)):
        floor = float(rent[unit]) - slack
        count = _enumerate(city, unit, price, later, width, floor, jobs, sizes, costs)
        best: dict[frozenset[int], tuple[float, Tour]] = {}
        for size, row, cost in zip(sizes[:count].tolist(), jobs[:count].tolist(), costs[:count].tolist(), strict=True):
            served = tuple(row[:size])
            key = frozenset(served)
            if key not in best or cost < best[key][1].cost:
                reduced = cost + float(rent[unit]) - sum(float(price[job]) for job in served)
                best[key] = reduced, Tour(unit, served, cost)
        tours += best.values()
    return tours


@compiled(
    numba.int64, CITY, numba.int64, VECTOR, MATRIX, numba.float64, numba.float64, INT_MATRIX, INTS, VECTOR
)  # fmt: skip
def _enumerate(
    city: City, unit: int, price: Floats, later: Floats, width: float, floor: float, jobs: Ints, sizes: Ints,
    costs: Floats,
) -> int:  # fmt: skip
    """Write all tours that gain at least ``floor``; returns how many, at most as many as there is room for."""
    n = len(price)
    last = later.shape[0] - 1
    path, at = np.zeros(DEEPEST, np.int64), np.zeros(DEEPEST + 1, np.int64)
    now, gain, cost = np.zeros(DEEPEST + 1), np.zeros(DEEPEST + 1), np.zeros(DEEPEST + 1)
    used = np.zeros(n, np.bool_)
    now[0] = city.free[unit]
    depth = found = 0
    while depth >= 0 and found < len(sizes):
        if depth == DEEPEST or at[depth] == n:
            depth -= 1
            if depth >= 0:
                used[path[depth]] = False
            continue
        k = at[depth]
        at[depth] += 1
        if used[k] or not city.capable[unit, k]:
            continue
        drive = city.leg[n + unit if depth == 0 else path[depth - 1], k]
        spent = cost[depth] + drive + max(0.0, now[depth] + drive - city.deadline[k])
        ends = now[depth] + drive + city.work[k]
        gained = gain[depth] + price[k] - (spent - cost[depth])
        slot = int(ends / width)
        if gained + (later[slot, k] if slot < last else 0.0) < floor:
            continue
        path[depth] = k
        if gained >= floor:
            jobs[found, : depth + 1] = path[: depth + 1]
            sizes[found], costs[found] = depth + 1, spent
            found += 1
        used[k] = True
        depth += 1
        at[depth], now[depth], gain[depth], cost[depth] = 0, ends, gained, spent
    return found
