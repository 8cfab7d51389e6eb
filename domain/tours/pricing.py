"""Which tours of a unit gain most at given prices of the jobs, and how much could any tour gain at most?

Depth first over job sequences, best first, cut off by the completion bound. What is cut off for want of nodes or depth
still counts in the ceiling, so the ceiling is proven even where the search was not finished.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np

from domain.tours.city import CITY, FLAG_VECTOR, INT_CUBE, INT_MATRIX, INTS, MATRIX, VECTOR, City
from domain.tours.compiled import compiled, part, several
from domain.tours.completion import COMPLETION, Completion, completion_bound
from domain.tours.cuts import FEES, Fees
from domain.tours.instance import Flags, Floats, Ints
from domain.tours.plan import Tour

# A tour of this many jobs at ten minutes each fills a shift; longer ones only count in the ceiling.
DEEPEST = 24
# Below the noise of a sum of a few hundred minutes in double precision.
TINY = 1e-6
# Units of work of a completion bound per bin and pair of jobs, and of a node per job.
PAIR_WORK = 1.5e-6
NODE_WORK = 5e-6


@dataclass(frozen=True)
class Priced:
    """``ceiling[unit]``: no tour of it gains more than that and than its floor. ``tours`` with what each gains."""

    ceiling: Floats
    tours: list[Tour]
    gains: list[float]
    nodes: int


def price_tours(
    city: City, price: Floats, fees: Fees, keep: int, most_nodes: int, floors: Floats | None = None,
    coarser: float = 1.0,
) -> Priced:  # fmt: skip
    """The ``keep`` best tours of each unit that gain more than its floor (m,): nothing, if none are given."""
    units = len(city.free)
    later = completion_bound(city, price, coarser)
    jobs = np.zeros((units, keep, DEEPEST), np.int64)
    sizes = np.zeros((units, keep), np.int64)
    gains, costs = np.zeros((units, keep)), np.zeros((units, keep))
    ceiling = np.zeros(units) if floors is None else floors.copy()
    nodes = _price_units(city, np.ascontiguousarray(price), later, fees, most_nodes, jobs, sizes, gains, costs, ceiling)
    tours, found = [], np.argwhere(sizes > 0)
    for u, s in found.tolist():
        tours.append(Tour(u, tuple(jobs[u, s, : sizes[u, s]].tolist()), float(costs[u, s])))
    return Priced(ceiling, tours, gains[found[:, 0], found[:, 1]].tolist(), nodes)


def proven_bound(prices: Floats, fees: Fees, priced: Priced) -> float:
    """No plan costs less (Lagrange): what all jobs are worth, less the fees, less what each unit gains at most."""
    gained = float(np.maximum(priced.ceiling, 0.0).sum())
    return max(0.0, float(prices.sum()) - float(fees.fee.sum()) - gained - 1e-6)


def pricing_work(city: City, nodes: int) -> float:
    """In thousandths of a second of the machine this was written on, about; the same on every machine."""
    bins = 60.0 + max(0.0, float(city.deadline.max(initial=0.0))) + float(np.median(city.contractor)) / 2
    jobs = len(city.work)
    return 1.0 + PAIR_WORK * min(bins, 768.0) * jobs**2 + NODE_WORK * nodes * jobs


@compiled(
    numba.int64, MATRIX, VECTOR, VECTOR, FLAG_VECTOR, VECTOR, COMPLETION, FEES, INTS, numba.int64, numba.float64,
    numba.float64, FLAG_VECTOR, numba.float64, INTS, VECTOR,
)  # fmt: skip
def _expand(
    leg: Floats, deadline: Floats, work: Floats, capable: Flags, price: Floats, later: Completion, fees: Fees,
    members: Ints, node: int, now: float, gain: float, used: Flags, floor: float, order: Ints, value: Floats,
) -> int:  # fmt: skip
    """The jobs that may come next, the most promising first; returns how many. ``used`` holds the jobs so far."""
    count, width = 0, later.width[0]
    best, follower, otherwise = later.gain, later.follower, later.otherwise
    begins, cuts, fee = fees.begins, fees.cuts, fees.fee
    last = best.shape[0] - 1
    for k in range(len(price)):
        if used[k] or not capable[k]:
            continue
        arrival = now + leg[node, k]
        bound = gain + price[k] - leg[node, k] - max(0.0, arrival - deadline[k])
        ends = int((arrival + work[k]) / width)
        if ends < last:
            after = follower[ends, k]
            barred = after >= 0 and (used[after] or not capable[after])
            bound += otherwise[ends, k] if barred else best[ends, k]
        if bound <= floor + TINY:
            continue
        for z in range(begins[k], begins[k + 1]):
            if members[cuts[z]] == 1:
                bound -= fee[cuts[z]]
        at = count
        if bound > floor + TINY:
            count += 1
            while at > 0 and value[at - 1] < bound:
                value[at], order[at] = value[at - 1], order[at - 1]
                at -= 1
            value[at], order[at] = bound, k
    return count


@compiled(
    numba.float64, INT_MATRIX, INTS, VECTOR, VECTOR, INTS, numba.int64, numba.float64, numba.float64, numba.float64
)
def _note(
    jobs: Ints, sizes: Ints, gains: Floats, costs: Floats, path: Ints, size: int, gain: float, cost: float, floor: float
) -> float:
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
        sizes[slot], gains[slot], costs[slot] = size, gain, cost
    if sizes[-1] == 0:
        return floor
    return float(max(floor, gains.min()))


@part
def _charge(fees: Fees, members: Ints, job: int, step: int) -> float:
    """What the tour pays more once the job is in it; or take the job out again, with a ``step`` of -1."""
    more = 0.0
    for z in range(fees.begins[job], fees.begins[job + 1]):
        more += fees.fee[fees.cuts[z]] if members[fees.cuts[z]] == 1 else 0.0
        members[fees.cuts[z]] += step
    return more


@compiled(
    several(numba.float64, numba.int64), CITY, numba.int64, VECTOR, COMPLETION, FEES, INTS, numba.int64, INT_MATRIX,
    INTS, VECTOR, VECTOR, numba.float64,
)  # fmt: skip
def _price_unit(
    city: City, unit: int, price: Floats, later: Completion, fees: Fees, members: Ints, most_nodes: int, jobs: Ints,
    sizes: Ints, gains: Floats, costs: Floats, floor: float,
) -> tuple[float, int]:  # fmt: skip
    n, leg, deadline, capable = len(price), city.leg, city.deadline, city.capable[unit]
    path, order, value = np.zeros(DEEPEST, np.int64), np.zeros((DEEPEST, n), np.int64), np.zeros((DEEPEST, n))
    count, at = np.zeros(DEEPEST, np.int64), np.full(DEEPEST, -1)  # -1: the jobs that may come next are not known yet
    now, gain, cost = np.zeros(DEEPEST), np.zeros(DEEPEST), np.zeros(DEEPEST)
    used, depth, nodes, ceiling = np.zeros(n, np.bool_), 0, 0, floor
    now[0] = city.free[unit]
    while depth >= 0:
        node = n + unit if depth == 0 else path[depth - 1]
        if at[depth] < 0:
            at[depth] = 0
            count[depth] = _expand(leg, deadline, city.work, capable, price, later, fees, members, node, now[depth],
                                   gain[depth], used, floor, order[depth], value[depth])  # fmt: skip
        bound = value[depth, at[depth]] if at[depth] < count[depth] else floor
        job = order[depth, min(at[depth], n - 1)]
        if bound <= floor + TINY or nodes >= most_nodes or depth + 1 == DEEPEST:  # the rest of this level is no better
            ceiling = max(ceiling, bound)
            depth -= 1
            if depth >= 0:
                used[path[depth]] = False
                _charge(fees, members, path[depth], -1)
            continue
        at[depth], nodes = at[depth] + 1, nodes + 1
        drive = leg[node, job]
        spent = drive + max(0.0, now[depth] + drive - deadline[job])
        path[depth], used[job], at[depth + 1] = job, True, -1
        depth += 1
        gain[depth] = gain[depth - 1] + price[job] - spent - _charge(fees, members, job, 1)
        cost[depth], now[depth] = cost[depth - 1] + spent, now[depth - 1] + drive + city.work[job]
        if gain[depth] > floor + TINY:
            ceiling = max(ceiling, gain[depth])
            floor = _note(jobs, sizes, gains, costs, path, depth, gain[depth], cost[depth], floor)
    return ceiling + TINY, nodes


@compiled(
    numba.int64, CITY, VECTOR, COMPLETION, FEES, numba.int64, INT_CUBE, INT_MATRIX, MATRIX, MATRIX, VECTOR
)  # fmt: skip
def _price_units(
    city: City, price: Floats, later: Completion, fees: Fees, most_nodes: int, jobs: Ints, sizes: Ints, gains: Floats,
    costs: Floats, ceiling: Floats,
) -> int:  # fmt: skip
    """Every unit in turn; ``ceiling`` holds the floors at first. Returns the nodes of all."""
    nodes, members = 0, np.zeros(len(fees.fee), np.int64)
    for unit in range(len(city.free)):
        ceiling[unit], more = _price_unit(
            city, unit, price, later, fees, members, most_nodes, jobs[unit], sizes[unit], gains[unit], costs[unit],
            ceiling[unit],
        )  # fmt: skip
        nodes += more
    return nodes
