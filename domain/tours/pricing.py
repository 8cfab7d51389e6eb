"""Which tours of a unit gain most at given prices of the jobs, and how much could any tour gain at most?

Depth first over job sequences, best first, cut off by the completion bound. What is cut off for want of nodes or depth
still counts in the ceiling, so the ceiling is proven even where the search was not finished.
"""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass

import numba
import numpy as np

from domain.tours.city import CITY, INT_CUBE, INT_MATRIX, INTS, MATRIX, VECTOR, City
from domain.tours.compiled import compiled, several
from domain.tours.completion import completion_bound
from domain.tours.instance import Floats, Ints
from domain.tours.plan import Tour

# A tour of this many jobs at ten minutes each fills a shift; longer ones only count in the ceiling.
DEEPEST = 24
# Below the noise of a sum of a few hundred minutes in double precision.
TINY = 1e-6


@dataclass(frozen=True)
class Priced:
    """``ceiling[unit]``: no tour of it gains more. ``tours`` with what each gains."""

    ceiling: Floats
    tours: list[Tour]
    gains: list[float]
    nodes: int

    def best(self) -> float:
        """What the best tours found gain together: at most the ceilings."""
        best: dict[int, float] = {}
        for tour, gain in zip(self.tours, self.gains, strict=True):
            best[tour.unit] = max(gain, best.get(tour.unit, 0.0))
        return sum(best.values())


def price_tours(city: City, price: Floats, keep: int, most_nodes: int, crew: Executor) -> Priced:
    """The ``keep`` best tours of each unit; the units are shared out among two threads, which changes no result."""
    units = len(city.free)
    gain, width = completion_bound(city, price)
    jobs = np.zeros((units, keep, DEEPEST), np.int64)
    sizes = np.zeros((units, keep), np.int64)
    gains = np.zeros((units, keep))
    ceiling = np.zeros(units)
    nodes = np.zeros(units, np.int64)
    shares = [np.arange(first, units, 2) for first in (0, 1)]
    runs = [
        crew.submit(_price_units, share, city, price, gain, width, most_nodes, jobs, sizes, gains, ceiling, nodes)
        for share in shares
    ]
    for run in runs:
        run.result()
    found = [(int(u), int(s)) for u, s in np.argwhere(sizes > 0)]
    tours = []
    for u, s in found:
        served = tuple(jobs[u, s, : sizes[u, s]].tolist())
        tours.append(Tour(u, served, float(sum(price[list(served)]) - gains[u, s])))
    return Priced(ceiling, tours, [float(gains[u, s]) for u, s in found], int(nodes.sum()))


@compiled(numba.float64, CITY, numba.int64, numba.int64, numba.float64, numba.float64)
def _step(city: City, node: int, job: int, now: float, gain: float) -> float:
    """The gain after driving from the node to the job, its price left aside."""
    drive = city.leg[node, job]
    return float(gain - drive - max(0.0, now + drive - city.deadline[job]))


@compiled(
    numba.int64, CITY, numba.int64, VECTOR, MATRIX, numba.float64, numba.int64, numba.float64, numba.float64,
    numba.boolean[::1], numba.float64, INTS, VECTOR,
)  # fmt: skip
def _expand(
    city: City, unit: int, price: Floats, later: Floats, width: float, node: int, now: float, gain: float,
    used: np.ndarray[tuple[int], np.dtype[np.bool_]], floor: float, order: Ints, value: Floats,
) -> int:  # fmt: skip
    """The jobs that may come next, the most promising first; returns how many."""
    count = 0
    last = later.shape[0] - 1
    for k in range(len(price)):
        if used[k] or not city.capable[unit, k]:
            continue
        bound = _step(city, node, k, now, gain) + price[k]
        ends = int((now + city.leg[node, k] + city.work[k]) / width)
        if ends < last:
            bound += later[ends, k]
        if bound > floor + TINY:
            order[count] = k
            value[count] = bound
            count += 1
    ranks = np.argsort(-value[:count])
    order[:count] = order[:count][ranks]
    value[:count] = value[:count][ranks]
    return count


@compiled(numba.float64, INT_MATRIX, INTS, VECTOR, INTS, numba.int64, numba.float64)
def _note(jobs: Ints, sizes: Ints, gains: Floats, path: Ints, size: int, gain: float) -> float:
    """Keep a tour if it is among the best; returns what one has to gain from now on to be kept."""
    slot = 0
    for s in range(len(gains)):
        if sizes[s] == 0:
            slot = s
            break
        if gains[s] < gains[slot]:
            slot = s
    if sizes[slot] == 0 or gain > gains[slot]:
        jobs[slot, :size] = path[:size]
        sizes[slot] = size
        gains[slot] = gain
    least = gains[0]
    for s in range(len(gains)):
        if sizes[s] == 0:
            return 0.0
        least = min(least, gains[s])
    return float(least)


@compiled(
    several(numba.float64, numba.int64), CITY, numba.int64, VECTOR, MATRIX, numba.float64, numba.int64,
    INT_MATRIX, INTS, VECTOR,
)  # fmt: skip
def _price_unit(
    city: City, unit: int, price: Floats, later: Floats, width: float, most_nodes: int, jobs: Ints, sizes: Ints,
    gains: Floats,
) -> tuple[float, int]:  # fmt: skip
    n = len(price)
    path = np.zeros(DEEPEST, np.int64)
    order, value = np.zeros((DEEPEST, n), np.int64), np.zeros((DEEPEST, n))
    count, at = np.zeros(DEEPEST, np.int64), np.zeros(DEEPEST, np.int64)
    now, gain, used = np.zeros(DEEPEST + 1), np.zeros(DEEPEST + 1), np.zeros(n, np.bool_)
    now[0] = city.free[unit]
    count[0] = _expand(city, unit, price, later, width, n + unit, now[0], 0.0, used, 0.0, order[0], value[0])
    depth, nodes, floor, ceiling = 0, 0, 0.0, 0.0
    while depth >= 0:
        if at[depth] >= count[depth] or value[depth, at[depth]] <= floor + TINY:
            depth -= 1
            if depth >= 0:
                used[path[depth]] = False
            continue
        bound, job = value[depth, at[depth]], order[depth, at[depth]]
        if nodes >= most_nodes or depth + 1 == DEEPEST:
            ceiling = max(ceiling, bound)
        if nodes >= most_nodes:
            at[depth] = count[depth]  # the rest of this level promises less
            continue
        at[depth], nodes = at[depth] + 1, nodes + 1
        node = n + unit if depth == 0 else path[depth - 1]
        path[depth] = job
        gain[depth + 1] = _step(city, node, job, now[depth], gain[depth]) + price[job]
        now[depth + 1] = now[depth] + city.leg[node, job] + city.work[job]
        if gain[depth + 1] > floor + TINY:
            floor = _note(jobs, sizes, gains, path, depth + 1, gain[depth + 1])
            ceiling = max(ceiling, gain[depth + 1])
        if depth + 1 < DEEPEST:
            used[job] = True
            depth += 1
            at[depth] = 0
            count[depth] = _expand(
                city, unit, price, later, width, job, now[depth], gain[depth], used, floor, order[depth], value[depth]
            )
    return ceiling + TINY, nodes


@compiled(
    numba.void, INTS, CITY, VECTOR, MATRIX, numba.float64, numba.int64, INT_CUBE, INT_MATRIX, MATRIX, VECTOR, INTS
)  # fmt: skip
def _price_units(
    share: Ints, city: City, price: Floats, later: Floats, width: float, most_nodes: int, jobs: Ints, sizes: Ints,
    gains: Floats, ceiling: Floats, nodes: Ints,
) -> None:  # fmt: skip
    for unit in share:
        ceiling[unit], nodes[unit] = _price_unit(
            city, unit, price, later, width, most_nodes, jobs[unit], sizes[unit], gains[unit]
        )
