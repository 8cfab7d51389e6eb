"""Which tours does the linear master need, and what lower bound do its prices prove?

Prices are smoothed towards those of the best bound (Wentges, 1997). Every pricing proves a bound, at whatever prices
and however far it got: the sum of the prices less each unit's ceiling.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np

from domain.tours.budget import Budget
from domain.tours.city import City
from domain.tours.instance import Floats, Instance
from domain.tours.master import Master
from domain.tours.plan import Plan, Tour
from domain.tours.pricing import Priced, price_tours

# Columns per unit and round: fewer mean more rounds, more a slower master.
KEEP = 6
# A search of one unit begins shallow: at prices far from the end the exact best tour is worth little and costs much.
FEW_NODES = 100
MOST_NODES = 50_000
DEEPER = 4
# Units of work per node and job; and what one pricing may take of the work that is left.
NODE_WORK = 1.6e-5
MOST_AT_A_TIME = 0.1
# Of the cost: nearer, the bound has nothing to win.
NEAR_ENOUGH = 5e-4
SMOOTHING = 0.75
SMOOTHING_AT_THE_END = 0.3
# Of the cost: so near, it is time to look deeper.
SHALLOW_ENDS = 0.02
MOST_ROUNDS = 500


@dataclass(frozen=True)
class Relaxed:
    """The end of column generation: the proven bound, the prices that go with the master's last solution, its parts."""

    bound: float
    objective: float
    prices: Floats
    rents: Floats
    shares: list[tuple[float, Tour]]
    rounds: int


def proven_bound(prices: Floats, priced: Priced) -> float:
    """No plan costs less (Lagrange): what all jobs are worth, less what each unit gains at most."""
    return max(0.0, float(prices.sum() - np.maximum(priced.ceiling, 0.0).sum()) - 1e-6)


def relax(
    instance: Instance,
    city: City,
    plan: Plan,
    budget: Budget,
    reserve: float,
    crew: Executor,
    tell: Callable[[float, float], None],
) -> Relaxed:
    """Solve the relaxation, or stop when only ``reserve`` of the budget is left. ``tell`` hears objective and bound."""
    master = Master(instance)
    master.add(plan.chosen(instance))
    bound, alpha, rounds, nodes = 0.0, SMOOTHING, 0, FEW_NODES
    hoped, centre = 0.0, first_guess(instance, plan)
    objective, prices, rents = master.solve()
    while rounds < MOST_ROUNDS:
        rounds += 1
        at = alpha * centre + (1.0 - alpha) * prices
        at = np.minimum(at, instance.contractor_cost)
        priced = price_tours(city, at, KEEP, min(nodes, _affordable(instance, budget)), crew)
        budget.spend(_work(instance, priced))
        bound = max(bound, proven_bound(at, priced))
        found = float(at.sum()) - priced.best()
        if found > hoped:
            hoped, centre = found, at
        new = master.add(tour for tour in priced.tours if _reduced(tour, prices, rents) < -1e-6)
        tell(objective, bound)
        if objective - bound <= NEAR_ENOUGH * objective:
            break
        if nodes < MOST_NODES and (new == 0 or objective - hoped <= SHALLOW_ENDS * objective):
            nodes, hoped, alpha = nodes * DEEPER, 0.0, min(alpha, SMOOTHING_AT_THE_END)
        elif new == 0:
            if alpha == 0.0:
                break
            alpha = 0.0 if alpha < 0.1 else alpha / 2
        objective, prices, rents = master.solve()
        if budget.left() <= reserve:
            break
    shares = _shares(master)
    return Relaxed(bound, objective, np.minimum(prices, instance.contractor_cost), rents, shares, rounds)


def first_guess(instance: Instance, plan: Plan) -> Floats:
    """What each job costs the plan: the master's own first prices are extreme, most of them nothing or a contractor."""
    guess = instance.contractor_cost.copy()
    for unit, jobs in enumerate(plan.tours):
        whole = instance.tour_cost(unit, jobs)
        for job in jobs:
            guess[job] = whole - instance.tour_cost(unit, tuple(other for other in jobs if other != job))
    return np.clip(guess, 0.0, instance.contractor_cost)


def _shares(master: Master) -> list[tuple[float, Tour]]:
    master.solve()  # columns may have come since
    return master.shares()


def _reduced(tour: Tour, prices: Floats, rents: Floats) -> float:
    return tour.cost - float(sum(prices[job] for job in tour.jobs)) + float(rents[tour.unit])


def _affordable(instance: Instance, budget: Budget) -> int:
    """Nodes per unit."""
    share = MOST_AT_A_TIME * budget.work_left() / (NODE_WORK * instance.units * instance.jobs)
    return max(FEW_NODES, int(min(share, MOST_NODES)))


def _work(instance: Instance, priced: Priced) -> float:
    """In thousandths of a second of the machine this was written on, about; the same on every machine."""
    return 5.0 + 3e-4 * instance.jobs**2 + NODE_WORK * priced.nodes * instance.jobs
