"""Which tours does the linear master need, and what lower bound do its prices prove?

Tours that ruin and recreate met come first, since they cost nothing to look up; then those that the search of tours
finds at prices between the master's and those of the best bound (smoothing: Wentges, 1997); then cuts, and again. Every
search proves a bound, at whatever prices and however far it got.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from domain.tours.annealing import Album
from domain.tours.ascent import ascend, first_guess
from domain.tours.budget import Budget
from domain.tours.city import City
from domain.tours.cuts import broken, fees_of
from domain.tours.instance import Floats, Instance
from domain.tours.master import Master, Worth
from domain.tours.plan import Plan, Tour
from domain.tours.pricing import NODE_WORK, price_tours, pricing_work, proven_bound

# Columns per unit and round: fewer mean more rounds, more a slower master.
KEEP = 6
KEEP_OF_ALBUM = 10
# Nodes per unit in one search; some dozens prove the exact ceiling at prices near the end, none at wild ones.
MOST_NODES = 1_000
# Units of work of a master per known tour.
TOUR_WORK = 2e-3
# A search that takes more of what is left waits for coarser bins; past the coarsest there is no column generation.
MOST_AT_A_TIME = 0.06
COARSEST = 8.0
# Far from the end twice as coarse bins do as well, in half the time.
FAR = 0.03
# Of the cost: nearer, the bound has nothing to win.
NEAR_ENOUGH = 5e-4
NEAR_ENOUGH_FOR_CUTS = 1e-3
# No price of a job is believed that is so many times what any job costs the first plan, until nothing else is found.
FIRST_MOST = 2.0
# Bounds of the first rounds are near already, unless contractors cost as much as many drives: then subgradients lead
# for a while, if there are some units of work left.
HOPELESS_AFTER, HOPELESS, ASCENT_SHARE, BRIEF = 3, 0.3, 0.15, 100.0
SMOOTHING = 0.5
SMOOTHING_WITH_CUTS = 0.3
MOST_ROUNDS = 200
# Cuts of one round, as a share of the jobs; fewer than so many of those, and there will be no further round.
CUTS_A_ROUND = 0.3
WORTH_A_ROUND = 0.1
MOST_CUT_ROUNDS = 8


@dataclass(frozen=True)
class Relaxed:
    """The end of column generation: the proven bound, the master with tours and cuts, the prices of its last mix."""

    bound: float
    master: Master
    worth: Worth
    coarser: float


def least_drives(instance: Instance) -> float:
    """No plan costs less: each job costs a contractor or the shortest drive to it, by somebody who may serve it."""
    if not instance.jobs:
        return 0.0
    legs = instance.drive_min.copy()
    np.fill_diagonal(legs, np.inf)
    able = np.where(instance.capable, 0.0, np.inf)
    drive = np.minimum(legs.min(axis=0), (instance.drive_min_units + able).min(axis=0, initial=np.inf))
    arrival = (instance.free_min[:, None] + able).min(axis=0, initial=np.inf) + drive
    cost = drive + np.maximum(0.0, arrival - instance.deadline_min)
    return float(np.minimum(cost, instance.contractor_cost).sum()) * (1.0 - 1e-12)


def relax(
    instance: Instance, city: City, plan: Plan, albums: Callable[[], list[Album]], budget: Budget, reserve: float,
    tell: Callable[[float], None],
) -> Relaxed | None:  # fmt: skip
    """Prices and bound, or as far as it gets until ``reserve`` of the budget is left; None if it cannot even begin."""
    return _Relaxing(instance, city, budget, reserve, tell).run(plan, albums)


def nodes_within(instance: Instance, work: float) -> int:
    """How many nodes of each unit the search may look at for so much work."""
    return max(1, int(work / (NODE_WORK * instance.jobs * instance.units)))


def affordable(city: City, budget: Budget) -> float:
    """How much coarser than a minute the bins have to be for one search not to take too much of what is left."""
    coarser = 1.0
    while coarser <= COARSEST and pricing_work(city, 0) / coarser > MOST_AT_A_TIME * budget.work_left():
        coarser *= 2.0
    return coarser


def from_album(album: Album, worth: Worth, most: int) -> list[Tour]:
    """The tours that pay best at those prices, so many of each unit at most. Fees are left aside: they come rarely."""
    prices = np.append(worth.prices, 0.0)  # -1 stands after the last job
    reduced = album.costs - prices[album.jobs].sum(axis=1) + worth.rents[album.units]
    taken = np.zeros(len(worth.rents), np.int64)
    tours = []
    for at in np.argsort(reduced, kind="stable"):
        if reduced[at] >= -1e-6:
            break
        unit = int(album.units[at])
        if taken[unit] < most:
            taken[unit] += 1
            row = album.jobs[at]
            tours.append(Tour(unit, tuple(row[row >= 0].tolist()), float(album.costs[at])))
    return tours


class _Relaxing:
    """One column generation: what its rounds share."""

    def __init__(
        self, instance: Instance, city: City, budget: Budget, reserve: float, tell: Callable[[float], None]
    ) -> None:
        self._instance, self._city, self._budget, self._reserve, self._tell = instance, city, budget, reserve, tell
        self._master, self._bound, self._most = Master(instance), 0.0, np.inf

    def run(self, plan: Plan, albums: Callable[[], list[Album]]) -> Relaxed | None:
        self._coarser, self._plan = affordable(self._city, self._budget), plan
        self._master.add(plan.chosen(self._instance))
        worth = self._solve() if self._coarser <= COARSEST and self._budget.left() > self._reserve else None
        if worth is None:
            return None
        worth, guess = self._from_albums(worth, albums), first_guess(self._instance, plan)
        self._most = FIRST_MOST * float(guess.max())
        centre = 0.5 * worth.prices + 0.5 * guess, worth.fees
        worth, centre = self._rounds(worth, centre, SMOOTHING, NEAR_ENOUGH)
        for _ in range(MOST_CUT_ROUNDS):
            most = max(10, int(CUTS_A_ROUND * self._instance.jobs))
            if self._budget.left() <= self._reserve or worth.cost - self._bound > 0.02 * worth.cost:
                break
            if self._master.cut(broken(self._instance.jobs, self._master.shares(), most)) < WORTH_A_ROUND * most:
                break
            again = self._solve()
            if again is None:
                break
            worth, centre = self._rounds(again, centre, SMOOTHING_WITH_CUTS, NEAR_ENOUGH_FOR_CUTS)
        return Relaxed(self._bound, self._master, worth, self._coarser)

    def _from_albums(self, worth: Worth, albums: Callable[[], list[Album]]) -> Worth:
        while self._budget.left() > self._reserve:
            new = sum(self._master.add(from_album(album, worth, KEEP_OF_ALBUM)) for album in albums())
            again = self._solve() if new else None
            if again is None:
                break
            worth = again
            if new < 0.1 * self._instance.units:
                break
        return worth

    def _rounds(
        self, worth: Worth, centre: tuple[Floats, Floats], alpha: float, near: float
    ) -> tuple[Worth, tuple[Floats, Floats]]:
        """Search, add, solve, until the bound is near or time is up. A bound is of use later even with other cuts."""
        here = 0.0
        for done in range(MOST_ROUNDS):
            if done == HOPELESS_AFTER and self._bound < HOPELESS * worth.cost and self._budget.work_left() > BRIEF:
                here, centre = self._ascended(here, centre)
            far = worth.cost - self._bound > FAR * worth.cost
            if self._budget.left() <= (self._reserve / 4 if far else self._reserve):
                break  # a bound that proves nothing yet is worth more than a somewhat better plan
            known = np.append(centre[1], np.zeros(len(worth.fees) - len(centre[1])))
            prices = alpha * centre[0] + (1.0 - alpha) * worth.prices
            prices = np.minimum(prices, np.minimum(self._instance.contractor_cost, self._most))
            charged = alpha * known + (1.0 - alpha) * worth.fees
            fees = fees_of(self._instance.jobs, self._master.cuts, charged)
            most = min(MOST_NODES, nodes_within(self._instance, MOST_AT_A_TIME * self._budget.work_left()))
            priced = price_tours(self._city, prices, fees, KEEP, most, coarser=self._coarser * (2.0 if far else 1.0))
            self._budget.spend(pricing_work(self._city, priced.nodes))
            proven = proven_bound(prices, fees, priced)
            if proven > here:
                here, centre = proven, (prices, charged)
            self._bound = max(self._bound, proven)
            self._tell(self._bound)
            new = self._master.add(priced.tours)
            again = self._solve() if new else worth
            if again is None:
                break
            worth = again
            if worth.cost - here <= near * worth.cost or (new == 0 and alpha == 0.0):
                break
            if not new:
                alpha = 0.0 if alpha < 0.1 else alpha / 2
                self._most *= 2.0
        return worth, centre

    def _ascended(self, here: float, centre: tuple[Floats, Floats]) -> tuple[float, tuple[Floats, Floats]]:
        """Prices that prove more than the master's have so far, and their bound."""
        until = self._budget.left() - ASCENT_SHARE
        bound, prices = ascend(self._instance, self._city, self._plan, self._budget, until)
        self._bound = max(self._bound, bound)
        return (bound, (prices, np.zeros(0))) if bound > here else (here, centre)

    def _solve(self) -> Worth | None:
        seconds = self._budget.seconds_left()
        worth = self._master.solve(None if seconds is None else max(0.02, seconds * (1.0 - self._reserve)))
        self._budget.spend(1.0 + TOUR_WORK * len(self._master.tours))
        return worth
