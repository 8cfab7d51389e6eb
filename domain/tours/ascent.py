"""Which prices of jobs prove a good bound without the linear master? Uphill from what the jobs cost a plan.

Subgradient steps (Held, Wolfe and Crowder, 1974): the price of a job rises that no unit's best tour serves, and falls
where several do. Every step proves a bound. A step costs one coarse search of tours, so that it helps where the city
is too large for column generation in the time there is, and where contractors are so dear that the master's own prices
prove nothing for long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from domain.tours.cuts import fees_of
from domain.tours.instance import Floats, Instance
from domain.tours.pricing import price_tours, pricing_work, proven_bound

if TYPE_CHECKING:
    from domain.tours.budget import Budget
    from domain.tours.city import City
    from domain.tours.plan import Plan

# What leaving a job out saves is more than it is worth: together they would be worth more than the plan costs.
FIRST_SHARE = 0.8
# Of the distance to the plan's cost; half as long after so many steps that gained nothing, from the best prices again.
STEP, SHORTER, PATIENCE = 0.6, 0.5, 3
# How much of the last direction is kept: less zigzag.
KEPT = 0.5
SHORTEST = 1e-3
NODES = 50
COARSER = 2.0
# Of the cost: nearer, there is nothing to win.
NEAR_ENOUGH = 1e-3


class Ascended(NamedTuple):
    """The bound that was proven, and the prices that prove it."""

    bound: float
    prices: Floats


def first_guess(instance: Instance, plan: Plan) -> Floats:
    """What each job costs the plan: the master's own first prices are extreme, most of them nothing or a contractor."""
    guess = instance.contractor_cost.copy()
    for unit, jobs in enumerate(plan.tours):
        whole = instance.tour_cost(unit, jobs)
        for job in jobs:
            guess[job] = whole - instance.tour_cost(unit, tuple(other for other in jobs if other != job))
    return np.clip(guess, 0.0, instance.contractor_cost)


def ascend(instance: Instance, city: City, plan: Plan, budget: Budget, reserve: float) -> Ascended:
    """As far up as it gets until ``reserve`` of the budget is left; no step is begun that would take more."""
    no_fees = fees_of(instance.jobs, [], np.zeros(0))
    prices = best = FIRST_SHARE * first_guess(instance, plan)
    bound, step, fruitless, direction = 0.0, STEP, 0, np.zeros(instance.jobs)
    takes = pricing_work(city, 0) / COARSER / max(budget.work_left() / max(budget.left(), 1e-9), 1e-9)
    while budget.left() - takes > reserve and step > SHORTEST and plan.cost - bound > NEAR_ENOUGH * plan.cost:
        before = budget.left()
        priced = price_tours(city, prices, no_fees, 1, NODES, coarser=COARSER)
        budget.spend(pricing_work(city, priced.nodes) / COARSER)
        takes = max(before - budget.left(), takes if budget.seconds_left() is None else 0.0)
        proven = proven_bound(prices, no_fees, priced)
        if proven > bound:
            bound, best, fruitless = proven, prices, 0
        else:
            fruitless += 1
        if fruitless >= PATIENCE:
            prices, step, fruitless = best, step * SHORTER, 0
        left_out = np.ones(instance.jobs)
        for tour in priced.tours:
            left_out[list(tour.jobs)] -= 1.0
        direction = left_out + KEPT * direction
        length = step * max(0.0, plan.cost - proven) / max(float(direction @ direction), 1e-9)
        prices = np.clip(prices + length * direction, 0.0, instance.contractor_cost)
    return Ascended(bound, best)
