"""How does a plan get better by taking neighbouring jobs out of their tours and putting them back elsewhere?

Slack induction by string removals (Christiaens and Vanden Berghe, 2020) under simulated annealing: strings of jobs near
a random one leave their tours; each returns where it costs least, blind to a place now and then, or to a contractor.
A tour is a chain of nodes, and only places beside near nodes are tried: a step takes some microseconds in any city.
"""

from __future__ import annotations

import numba
import numpy as np

from domain.tours.chains import LONGEST_KEPT, SLOTS, STATE, State
from domain.tours.city import CITY, City
from domain.tours.compiled import compiled, lean, part

# How often a place is overlooked: the value of the paper.
BLINK = 0.01
# Jobs taken out at a time, on average. The paper has ten, for tours of ten and more jobs; ours have two to four.
REMOVAL = 6.0
# More jobs of one tour are not taken out at a time: the value of the paper.
LONGEST_STRING = 10.0
# Tours of plans so near the best (a share of its cost) go into the album.
WORTH_KEEPING = 1.01


@part
def _random(state: State) -> float:
    """In [0, 1): xorshift of 64 bits, the upper 53 of them (Marsaglia, 2003)."""
    x = np.uint64(state.chance[0])
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    state.chance[0] = np.int64(x)
    return float(x >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@part
def _retime(city: City, state: State, node: int) -> None:
    """All that comes after the node, anew."""
    more, job, now = 0.0, state.next[node], state.leaves[node]
    while job >= 0:
        drive = city.leg[node, job]
        arrival = now + drive
        cost = drive + max(0.0, arrival - city.deadline[job])
        more += cost - state.paid[job]
        state.paid[job], state.arrives[job] = cost, arrival
        now = arrival + city.work[job]
        state.leaves[job] = now
        node, job = job, state.next[job]
    state.cost[0] += more


@part
def _touch(city: City, state: State, unit: int) -> None:
    """Remember the tour before it is changed for the first time in this step."""
    if not state.marked[unit]:
        state.marked[unit] = True
        at = state.tally[1]
        state.touched[at], state.tally[1], end = unit, at + 1, state.where[at]
        job = state.next[city.work.shape[0] + unit]
        while job >= 0:
            state.kept[end] = job
            end += 1
            job = state.next[job]
        state.where[at + 1] = end


@part
def _take_out(state: State, job: int, worth: float) -> None:
    state.removed[state.tally[0]] = job
    state.tally[0] += 1
    state.owner[job] = -2
    state.cost[0] -= worth


@part
def _cut(city: City, state: State, job: int, longest: float) -> None:
    """Take a string of random length that holds the job out of its tour, which has just been remembered."""
    low, high = state.where[state.tally[1] - 1], state.where[state.tally[1]]
    size, place = high - low, 0
    for at in range(low, high):
        if state.kept[at] == job:
            place = at - low
    length = min(size, int(_random(state) * min(float(size), longest) + 1.0))
    earliest, latest = max(0, place - length + 1), min(place, size - length)
    first = low + earliest + int(_random(state) * (latest - earliest + 1))
    node = state.prior[state.kept[first]]
    rest = state.kept[first + length] if first + length < high else -1
    for at in range(first, first + length):
        _take_out(state, state.kept[at], state.paid[state.kept[at]])
    state.next[node] = rest
    if rest >= 0:
        state.prior[rest] = node
    _retime(city, state, node)


@part
def _ruin(city: City, state: State, longest: float, most: float) -> None:
    strings, seed = int(_random(state) * most + 1.0), int(_random(state) * city.work.shape[0])
    for z in range(city.near.shape[1]):
        job = city.near[seed, z]
        if strings <= 0 or job < 0:
            break
        unit = state.owner[job]
        if unit == -1:
            _take_out(state, job, city.contractor[job])
            strings -= 1
        elif unit >= 0 and not state.marked[unit]:
            _touch(city, state, unit)
            _cut(city, state, job, longest)
            strings -= 1


@part
def _sort(city: City, state: State) -> None:
    """In which order the jobs return: at random, by deadline, longest work first, farthest first."""
    mode = int(_random(state) * 4.0)
    centre = state.removed[0]
    for q in range(state.tally[0]):
        job = state.removed[q]
        if mode == 0:
            rank = _random(state)
        elif mode == 1:
            rank = city.deadline[job]
        elif mode == 2:
            rank = -city.work[job]
        else:
            rank = -city.leg[centre, job]
        at = q
        while at > 0 and state.rank[at - 1] > rank:
            state.rank[at], state.removed[at] = state.rank[at - 1], state.removed[at - 1]
            at -= 1
        state.rank[at], state.removed[at] = rank, job


@part
def _dearer(city: City, state: State, job: int, node: int, limit: float) -> float:
    """What the tour costs more with the job after the node; anything from ``limit`` on means too much."""
    drive = city.into[job, node]
    arrival = state.leaves[node] + drive
    more = drive + max(0.0, arrival - city.deadline[job])
    later = state.next[node]
    if later >= 0 and more < limit:
        onward = city.leg[job, later]
        more += onward - city.leg[node, later]
        shift = arrival + city.work[job] + onward - state.arrives[later]
        while later >= 0 and (more < limit or shift < 0.0):
            late = state.arrives[later] - city.deadline[later]
            more += max(0.0, late + shift) - max(0.0, late)
            later = state.next[later]
    return float(more)


@part
def _place(city: City, state: State, job: int) -> int:
    """The node after which the job costs least, -1 when that is a contractor. Near nodes before and after are tried."""
    best, place, n = city.contractor[job], -1, city.work.shape[0]
    for z in range(city.before.shape[1]):
        node = city.before[job, z]
        if node < 0 or city.into[job, node] >= best:
            break
        unit = state.owner[node] if node < n else node - n
        if unit >= 0 and city.fits[job, unit]:
            more = _dearer(city, state, job, node, best)
            if more < best and _random(state) >= BLINK:
                best, place = more, node
    for z in range(city.after.shape[1]):
        later = city.after[job, z]
        if later < 0 or city.leg[job, later] >= best:
            break
        unit = state.owner[later]
        if unit >= 0 and city.fits[job, unit]:
            node = state.prior[later]
            if city.into[job, node] >= city.leg[job, later]:  # else it was tried from the other side
                more = _dearer(city, state, job, node, best)
                if more < best and _random(state) >= BLINK:
                    best, place = more, node
    return place


@part
def _put_back(city: City, state: State, job: int) -> None:
    node, n = _place(city, state, job), city.work.shape[0]
    if node < 0:
        state.owner[job] = -1
        state.cost[0] += city.contractor[job]
    else:
        unit = state.owner[node] if node < n else node - n
        _touch(city, state, unit)
        rest = state.next[node]
        state.next[node], state.prior[job], state.next[job] = job, node, rest
        state.owner[job], state.paid[job] = unit, 0.0
        if rest >= 0:
            state.prior[rest] = job
        _retime(city, state, node)


@part
def _note(city: City, state: State, unit: int) -> None:
    """Keep the unit's tour in the album, unless it is there, too long, or there is no room."""
    at, cost, size = state.tally[2], 0.0, 0
    key = np.uint64(unit + 1) * np.uint64(0x9E3779B97F4A7C15)
    if at < state.costs.shape[0]:
        job = state.next[city.work.shape[0] + unit]
        while job >= 0 and size < LONGEST_KEPT:
            key = (key ^ np.uint64(job + 1)) * np.uint64(0xD6E8FEB86659FD93)
            key ^= key >> np.uint64(32)
            cost += state.paid[job]
            state.album[at, size] = job
            size += 1
            job = state.next[job]
        mark = np.int64(key | np.uint64(1))
        slot = np.int64(key >> np.uint64(40)) % SLOTS
        while state.seen[slot] != 0 and state.seen[slot] != mark:
            slot = (slot + 1) % SLOTS
        if job < 0 < size and state.seen[slot] == 0:
            state.seen[slot] = mark
            for rest in range(size, LONGEST_KEPT):
                state.album[at, rest] = -1
            state.drivers[at], state.costs[at], state.tally[2] = unit, cost, at + 1


@part
def _go_back(city: City, state: State) -> None:
    for q in range(state.tally[0]):
        state.owner[state.removed[q]] = -1
    for q in range(state.tally[1]):
        unit = state.touched[q]
        node = city.work.shape[0] + unit
        for at in range(state.where[q], state.where[q + 1]):
            job = state.kept[at]
            state.next[node], state.prior[job], state.owner[job] = job, node, unit
            node = job
        state.next[node] = -1
        _retime(city, state, city.work.shape[0] + unit)


@lean(numba.void, CITY, STATE)
def time_all(city: City, state: State) -> None:
    """Times and costs of all tours; ``state.cost[0]`` is what they and the contractors cost."""
    n = city.work.shape[0]
    state.cost[0] = 0.0
    for job in range(n):
        state.paid[job] = 0.0
        if state.owner[job] < 0:
            state.cost[0] += city.contractor[job]
    for unit in range(city.free.shape[0]):
        _retime(city, state, n + unit)


@compiled(numba.void, CITY, STATE)
def insert(city: City, state: State) -> None:
    """Put every job that a contractor has where it costs least, the first deadline first."""
    state.tally[0] = state.tally[1] = 0
    for job in range(city.work.shape[0]):
        if state.owner[job] == -1:
            state.removed[state.tally[0]], state.rank[state.tally[0]] = job, city.deadline[job]
            state.tally[0] += 1
    order = np.argsort(state.rank[: state.tally[0]])
    for q in order:
        state.owner[state.removed[q]] = -2
        state.cost[0] -= city.contractor[state.removed[q]]
    for q in order:
        _put_back(city, state, state.removed[q])
    for q in range(state.tally[1]):
        state.marked[state.touched[q]] = False
    state.cost[1] = state.cost[0]
    state.best[:] = state.next


@lean(numba.void, CITY, STATE, numba.int64, numba.float64, numba.float64)
def improve(city: City, state: State, steps: int, hot: float, cold: float) -> None:
    """Anneal the plan from ``hot`` to ``cold`` minutes; ``state.best`` is the cheapest one met."""
    heat, fall = hot, (cold / hot) ** (1.0 / steps)
    longest = min(LONGEST_STRING, max(1.0, city.work.shape[0] / city.free.shape[0]))
    most = max(0.0, 4.0 * REMOVAL / (1.0 + longest) - 1.0)
    for _ in range(steps):
        heat *= fall
        before = state.cost[0]
        state.tally[0] = state.tally[1] = 0
        _ruin(city, state, longest, most)
        _sort(city, state)
        for q in range(state.tally[0]):
            _put_back(city, state, state.removed[q])
        for q in range(state.tally[1]):
            state.marked[state.touched[q]] = False
        if state.cost[0] >= before - heat * np.log(_random(state) + 1e-300):
            _go_back(city, state)
            state.cost[0] = before
            continue
        if state.cost[0] < state.cost[1] - 1e-7:
            state.cost[1] = state.cost[0]
            for node in range(state.next.shape[0]):
                state.best[node] = state.next[node]
        if state.cost[0] < WORTH_KEEPING * state.cost[1]:
            for q in range(state.tally[1]):
                _note(city, state, state.touched[q])
