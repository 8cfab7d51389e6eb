"""How does ruin and recreate go on beside the other steps of a solve, and how do they exchange plans?

Where seconds count, in a thread of its own on the other core, without pause. Where work is counted, it takes a turn
whenever it is given one, so that nothing depends on how fast threads are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event, Thread
from typing import NamedTuple

import numpy as np

from domain.tours.budget import Budget
from domain.tours.chains import LONGEST_KEPT, SLOTS, State
from domain.tours.city import City
from domain.tours.instance import Floats, Instance, Ints
from domain.tours.plan import Plan, plan_of
from domain.tours.ruin_and_recreate import improve, insert, time_all

# Minutes: hot enough to leave the first plan behind, cold enough to keep what was found.
HOT, COLD = 20.0, 1.0
# Then again and again from the best plan, warm enough to move some tours of it; each time so much of the budget.
WARM, COOL = 4.0, 0.5
AGAIN = 0.1
# Tours in the album: fewer than half of its slots, some megabytes.
MOST_KEPT = 100_000
# One call of the compiled loop: some hundredths of a second, the clock is looked at in between.
CHUNK = 2_000
# Units of work per step, on the machine this was written on.
STEP_WORK = 0.012


class Album(NamedTuple):
    """Tours of good plans: jobs (k, LONGEST_KEPT) with -1 after the last, units (k,), costs (k,)."""

    jobs: Ints
    units: Ints
    costs: Floats


class Annealing:
    """A plan that is annealed, with the best one met."""

    def __init__(self, instance: Instance, city: City, plan: Plan, seed: int) -> None:
        self._instance, self._city = instance, city
        n, m = instance.jobs, instance.units
        self._state = State(
            np.full(n + m, -1), np.full(n + m, -1), np.full(n, -1), np.zeros(n + m),
            np.concatenate([np.zeros(n), city.free]), np.zeros(n + m), np.full(n + m, -1), np.zeros(n, np.int64),
            np.zeros(n), np.zeros(m, np.int64), np.zeros(m + 1, np.int64), np.zeros(2 * n, np.int64),
            np.zeros(m, np.bool_), np.zeros(3, np.int64), np.zeros(2), np.array([_scattered(seed)]),
            np.zeros((MOST_KEPT, LONGEST_KEPT), np.int64), np.zeros(MOST_KEPT, np.int64), np.zeros(MOST_KEPT),
            np.zeros(SLOTS, np.int64),
        )  # fmt: skip
        self.take(plan)
        insert(city, self._state)

    def take(self, plan: Plan) -> None:
        """Go on from that plan."""
        state, n = self._state, self._instance.jobs
        state.next[:], state.owner[:] = -1, -1
        for unit, jobs in enumerate(plan.tours):
            node = n + unit
            for job in jobs:
                state.next[node], state.prior[job], state.owner[job] = job, node, unit
                node = job
        time_all(self._city, state)
        state.cost[1], state.best[:] = state.cost[0], state.next

    def advance(self, steps: int, hot: float, cold: float) -> None:
        """So many steps."""
        improve(self._city, self._state, steps, hot, cold)

    @property
    def cost(self) -> float:
        """Of the best plan met."""
        return float(self._state.cost[1])

    def plan(self) -> Plan:
        """The best one met."""
        return plan_of(self._instance, [tuple(self._tour(unit)) for unit in range(self._instance.units)])

    def album(self) -> Album:
        """What was kept so far."""
        count = int(self._state.tally[2])
        return Album(self._state.album[:count], self._state.drivers[:count], self._state.costs[:count])

    def _tour(self, unit: int) -> Iterator[int]:
        job = int(self._state.best[self._instance.jobs + unit])
        while job >= 0:
            yield job
            job = int(self._state.best[job])


class Beside:
    """An annealing that cools until ``cold_at`` of the budget is left, and takes and gives plans all the while."""

    def __init__(self, annealing: Annealing, plan: Plan, budget: Budget, cold_at: float) -> None:
        self._annealing, self._budget, self._cold_at = annealing, budget, cold_at
        self._found, self._album, self._offered = plan, annealing.album(), plan
        self._stopped, self._cycle = Event(), -1
        self._thread = Thread(target=self._go_on) if budget.seconds_left() is not None else None
        self._failure: BaseException | None = None
        if self._thread is not None:
            self._thread.start()

    def exchange(self, plan: Plan) -> Plan:
        """The better of that plan and the best one found here."""
        best = min(plan, self._found, key=lambda one: one.cost)
        self._offered = best
        return best

    def album(self) -> Album:
        """Tours of the plans found here."""
        return self._album

    def turn(self, work: float) -> None:
        """Where work is counted: so much of it now."""
        if self._thread is None:
            for _ in range(max(1, int(min(work, self._budget.work_left()) / (CHUNK * STEP_WORK)))):
                self._step()
                self._budget.spend(CHUNK * STEP_WORK)

    def finish(self) -> None:
        """Until the budget is spent."""
        if self._thread is not None:
            self._thread.join(self._budget.seconds_left())
        while self._thread is None and self._budget.left() > 0:
            self.turn(self._budget.work_left())

    def stop(self) -> None:
        """For good."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _go_on(self) -> None:
        try:
            while not self._stopped.is_set() and self._budget.left() > 0:
                self._step()
        except BaseException as failure:  # noqa: BLE001  told by stop()
            self._failure = failure

    def _step(self) -> None:
        if self._offered.cost < self._annealing.cost - 1e-7:
            self._annealing.take(self._offered)
        passed = (1.0 - self._budget.left()) / (1.0 - self._cold_at)
        heat = HOT * (COLD / HOT) ** passed
        if passed > 1.0:
            again = (passed - 1.0) * (1.0 - self._cold_at) / AGAIN
            heat = WARM * (COOL / WARM) ** (again % 1.0)
            if int(again) > self._cycle:
                self._cycle = int(again)
                self._annealing.take(min(self._found, self._offered, key=lambda one: one.cost))
        self._annealing.advance(CHUNK, heat, heat)
        if self._annealing.cost < self._found.cost - 1e-7:
            self._found = self._annealing.plan()
        self._album = self._annealing.album()


def anneal(annealing: Annealing, steps: int, may_go_on: Callable[[], bool]) -> int:
    """Once from hot to cold in so many steps, or fewer if time runs out; returns how many."""
    parts = max(1, steps // CHUNK)
    fall = (COLD / HOT) ** (1.0 / parts)
    for part in range(parts):
        if part and not may_go_on():
            return part * CHUNK
        annealing.advance(CHUNK, HOT * fall**part, HOT * fall ** (part + 1))
    return parts * CHUNK


def _scattered(seed: int) -> int:
    """A first state of the random numbers: neighbouring seeds far from each other, never zero."""
    return (seed * 0x9E3779B97F4A7C15 + 0x1234567) % (2**63 - 1) + 1
