"""How does a plan get better by taking neighbouring jobs out of their tours and putting them back elsewhere?

Slack induction by string removals (Christiaens and Vanden Berghe, 2020) under simulated annealing: strings of jobs near
a random one leave their tours; each returns where it costs least, blind to a place now and then, or to a contractor.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from domain.tours.city import CITY, INT_MATRIX, INTS, MATRIX, City
from domain.tours.compiled import compiled, named
from domain.tours.instance import Floats, Ints
from domain.tours.plan import Plan

# More jobs in a row than a unit does in a day.
LONGEST = 16
# How often a place is overlooked: the value of the paper.
BLINK = 0.01


class State(NamedTuple):
    """Tours and their times; a second one beside it keeps what to go back to."""

    route: Ints  # (m, LONGEST)
    size: Ints  # (m,)
    leaves: Floats  # (m, LONGEST) when the job of that place is done
    spent: Floats  # (m, LONGEST) cost up to and with that place
    owner: Ints  # (n,) unit, -1 contractor, -2 out of its tour
    touched: Ints  # (m + 1,) units that changed; how many stands last
    removed: Ints  # (n + 1,) jobs that are out; how many stands last


STATE = named(State, INT_MATRIX, INTS, MATRIX, MATRIX, INTS, INTS, INTS)


def state_of(city: City, plan: Plan) -> State:
    """The plan's tours, timed; jobs of tours that are too long go to contractors."""
    m, n = len(city.free), len(city.work)
    state = State(
        np.zeros((m, LONGEST), np.int64),
        np.zeros(m, np.int64),
        np.zeros((m, LONGEST)),
        np.zeros((m, LONGEST)),
        np.full(n, -1, np.int64),
        np.zeros(m + 1, np.int64),
        np.zeros(n + 1, np.int64),
    )
    for unit, jobs in enumerate(plan.tours):
        kept = jobs[:LONGEST]
        state.route[unit, : len(kept)] = kept
        state.size[unit] = len(kept)
        state.owner[list(kept)] = unit
        _retime(city, state, unit, 0)
    return state


def tours_of(state: State) -> list[tuple[int, ...]]:
    """As a plan has them."""
    return [tuple(jobs[:size]) for jobs, size in zip(state.route.tolist(), state.size.tolist(), strict=True)]


def neighbours(city: City) -> Ints:
    """(n, n): all jobs by the drive from each."""
    n = len(city.work)
    return np.ascontiguousarray(np.argsort(city.leg[:n], axis=1, kind="stable"))


@compiled(numba.void, CITY, STATE, numba.int64, numba.int64)
def _retime(city: City, state: State, unit: int, at: int) -> None:
    for q in range(at, state.size[unit]):
        node = len(city.work) + unit if q == 0 else state.route[unit, q - 1]
        job = state.route[unit, q]
        drive = city.leg[node, job]
        arrival = (city.free[unit] if q == 0 else state.leaves[unit, q - 1]) + drive
        before = 0.0 if q == 0 else state.spent[unit, q - 1]
        state.spent[unit, q] = before + drive + max(0.0, arrival - city.deadline[job])
        state.leaves[unit, q] = arrival + city.work[job]


@compiled(numba.float64, STATE, numba.int64)
def _cost(state: State, unit: int) -> float:
    size = state.size[unit]
    return 0.0 if size == 0 else state.spent[unit, size - 1]


@compiled(numba.float64, CITY, STATE)
def total(city: City, state: State) -> float:
    """What the plan costs."""
    cost = 0.0
    for unit in range(len(city.free)):
        cost += _cost(state, unit)
    for job in range(len(city.work)):
        if state.owner[job] < 0:
            cost += city.contractor[job]
    return cost


@compiled(numba.void, STATE, STATE, numba.int64)
def _copy(source: State, target: State, unit: int) -> None:
    size = source.size[unit]
    target.size[unit] = size
    target.route[unit, :size] = source.route[unit, :size]
    target.leaves[unit, :size] = source.leaves[unit, :size]
    target.spent[unit, :size] = source.spent[unit, :size]


@compiled(numba.void, STATE, STATE, numba.int64)
def _touch(state: State, kept: State, unit: int) -> None:
    """Remember the tour before it is changed for the first time."""
    count = state.touched[-1]
    for at in range(count):
        if state.touched[at] == unit:
            return
    state.touched[count] = unit
    state.touched[-1] = count + 1
    _copy(state, kept, unit)


@compiled(numba.void, STATE, numba.int64)
def _take_out(state: State, job: int) -> None:
    state.removed[state.removed[-1]] = job
    state.removed[-1] += 1
    state.owner[job] = -2


@compiled(numba.void, CITY, STATE, numba.int64, numba.int64, numba.float64)
def _cut(city: City, state: State, unit: int, job: int, longest: float) -> None:
    """Take a string of random length that holds the job out of the unit's tour."""
    size = state.size[unit]
    length = min(size, int(np.random.random() * min(float(size), longest) + 1.0))  # noqa: NPY002  compiled: seeded
    where = 0
    while state.route[unit, where] != job:
        where += 1
    low, high = max(0, where - length + 1), min(where, size - length)
    first = low + np.random.randint(high - low + 1)  # noqa: NPY002  compiled: seeded
    for at in range(first, first + length):
        _take_out(state, state.route[unit, at])
    for at in range(first + length, size):
        state.route[unit, at - length] = state.route[unit, at]
    state.size[unit] = size - length
    _retime(city, state, unit, first)


@compiled(numba.void, CITY, INT_MATRIX, STATE, STATE, numba.float64)
def _ruin(city: City, near: Ints, state: State, kept: State, removal: float) -> None:
    n, m = len(city.work), len(city.free)
    longest = 1.0 + n / m
    strings = int(np.random.random() * (4.0 * removal / (1.0 + longest) - 1.0) + 1.0)  # noqa: NPY002  compiled: seeded
    seed = np.random.randint(n)  # noqa: NPY002  compiled: seeded
    for z in range(n):
        if strings <= 0:
            break
        job = near[seed, z]
        unit = state.owner[job]
        if unit == -1:
            _take_out(state, job)
            strings -= 1
        elif unit >= 0:
            before = state.touched[-1]
            _touch(state, kept, unit)
            if state.touched[-1] > before:
                _cut(city, state, unit, job, longest)
                strings -= 1


@compiled(numba.void, CITY, STATE)
def _sort(city: City, state: State) -> None:
    """In which order the jobs return: at random, by deadline, by work, dearest drive first."""
    mode = np.random.randint(4)  # noqa: NPY002  compiled: seeded
    count = state.removed[-1]
    key = np.zeros(count)
    for q in range(count):
        job = state.removed[q]
        if mode == 0:
            key[q] = np.random.random()  # noqa: NPY002  compiled: seeded
        elif mode == 1:
            key[q] = city.deadline[job]
        elif mode == 2:
            key[q] = -city.work[job]
        else:
            key[q] = -city.leg[state.removed[0], job]
    order = np.argsort(key)
    state.removed[:count] = state.removed[:count][order]


@compiled(numba.float64, CITY, STATE, numba.int64, numba.int64, numba.int64, numba.float64)
def _dearer(city: City, state: State, unit: int, at: int, job: int, limit: float) -> float:
    """What the tour costs more with the job at that place; anything from ``limit`` on means too much."""
    n = len(city.work)
    node = n + unit if at == 0 else state.route[unit, at - 1]
    now = city.free[unit] if at == 0 else state.leaves[unit, at - 1]
    more = -(_cost(state, unit) - (0.0 if at == 0 else state.spent[unit, at - 1]))
    for q in range(at, state.size[unit] + 1):
        step = job if q == at else state.route[unit, q - 1]
        drive = city.leg[node, step]
        now += drive
        more += drive + max(0.0, now - city.deadline[step])
        if more >= limit:
            break
        now += city.work[step]
        node = step
    return float(more)


@compiled(numba.void, CITY, STATE, STATE, numba.int64)
def _put_back(city: City, state: State, kept: State, job: int) -> None:
    n = len(city.work)
    best, unit, place = city.contractor[job], -1, 0
    for u in range(len(city.free)):
        if not city.capable[u, job] or state.size[u] == LONGEST:
            continue
        for at in range(state.size[u] + 1):
            node = n + u if at == 0 else state.route[u, at - 1]
            now = city.free[u] if at == 0 else state.leaves[u, at - 1]
            drive = city.into[job, node]
            least = drive + max(0.0, now + drive - city.deadline[job])
            if at < state.size[u]:
                least += city.leg[job, state.route[u, at]] - city.leg[node, state.route[u, at]]
            if least >= best or np.random.random() < BLINK:  # noqa: NPY002  compiled: seeded
                continue
            more = _dearer(city, state, u, at, job, best)
            if more < best:
                best, unit, place = more, u, at
    state.owner[job] = unit
    if unit >= 0:
        _touch(state, kept, unit)
        for at in range(state.size[unit], place, -1):
            state.route[unit, at] = state.route[unit, at - 1]
        state.route[unit, place] = job
        state.size[unit] += 1
        _retime(city, state, unit, place)


@compiled(numba.void, STATE, STATE)
def _go_back(state: State, kept: State) -> None:
    for q in range(state.removed[-1]):
        state.owner[state.removed[q]] = -1
    for q in range(state.touched[-1]):
        unit = state.touched[q]
        _copy(kept, state, unit)
        for at in range(state.size[unit]):
            state.owner[state.route[unit, at]] = unit


@compiled(numba.float64, CITY, INT_MATRIX, STATE, STATE, STATE, numba.int64, numba.int64, numba.float64, numba.float64,
          numba.float64)  # fmt: skip
def improve(
    city: City, near: Ints, state: State, kept: State, best: State, seed: int, steps: int, hot: float, cold: float,
    removal: float,
) -> float:  # fmt: skip
    """Anneal ``state`` from ``hot`` to ``cold`` minutes; ``best``, the same plan at first, takes the best one met."""
    np.random.seed(seed)  # noqa: NPY002  compiled: this is the thread's own generator
    now = least = total(city, state)
    for step in range(steps):
        heat = hot * (cold / hot) ** (step / steps)
        state.touched[-1] = state.removed[-1] = 0
        _ruin(city, near, state, kept, removal)
        _sort(city, state)
        for q in range(state.removed[-1]):
            _put_back(city, state, kept, state.removed[q])
        after = total(city, state)
        if after < now - heat * np.log(np.random.random()):  # noqa: NPY002  compiled: seeded
            now = after
            if now < least - 1e-9:
                least = now
                for unit in range(len(city.free)):
                    _copy(state, best, unit)
                best.owner[:] = state.owner
        else:
            _go_back(state, kept)
    return least
