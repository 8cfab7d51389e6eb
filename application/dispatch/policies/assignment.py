"""The assignment that costs least in sum, where a cost is more than the minutes until help is there.

A minute driven keeps the unit from others who wait; a unit that leaves its place leaves those who call next without it;
help after the target is worth less; and nobody may wait until they give up. What costs more now and gains later is
thus compared in one currency: minutes of somebody's waiting.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from application.dispatch.policies.assigning import NOBODY_LEFT, assigned
from application.dispatch.policies.look_ahead import arrival_terms
from application.dispatch.policies.names import PolicyName
from application.dispatch.policies.outlook import Memory, Outlook
from application.dispatch.policies.pairs import by_tenant
from application.dispatch.policies.weights import MEASURED
from application.dispatch.snapshot import Plan
from application.dispatch.units import Units

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from application.dispatch.policies.pairs import Pairs, Terms
    from application.dispatch.policies.weights import Weights
    from application.dispatch.snapshot import Snapshot
    from domain.matching.recent_demand import RecentDemand

EVERY: Final = timedelta(seconds=2)
"""As often as dispatch looks at a city at rest: a request that waits for the next tick waits for nothing."""

STEEPEST: Final = 50.0
"""Beyond e to this power a share is 0 or 1 to the last digit."""


class Costs:
    """What pairs cost in one snapshot of one tenant. Implements ``Reckons``."""

    def __init__(self, snapshot: Snapshot, demand: RecentDemand, weights: Weights) -> None:
        idle = int(Units.of(snapshot.units).idle.sum())
        self._weights = weights
        self._wait_per_unit = max(0, len(snapshot.searches) - idle) / max(1, len(snapshot.units))
        self._outlook = Outlook(demand, snapshot, weights.looks_ahead_s)

    def terms(self, pairs: Pairs) -> Terms:
        """Minutes by name, (n, K)."""
        weights, until_free_s = self._weights, pairs.until_free_s()
        drive_s = np.where(np.isfinite(pairs.drive_s), pairs.drive_s, 0.0)  # who cannot come is left out by the drive
        response_s = pairs.age_s[:, None] + until_free_s + drive_s
        lost_s = np.maximum(0.0, response_s - weights.lost_after_s)
        return {
            **arrival_terms(pairs),
            "keeps_busy": drive_s / 60 * (weights.keeps_busy * self._wait_per_unit),
            "uncovered": self._outlook.later_min(pairs) * weights.uncovered,
            "late": _share_after(response_s - weights.target_s, weights.blur_s) * weights.late_min,
            "lost": lost_s / 60 * weights.lost,
        }


class Assignment:
    """Implements ``Policy`` and ``TellsCosts``; remembers where help was called for of late, tenant by tenant.

    It remembers only of plans that offered something: those are in the log, so that what it knows follows from there.
    """

    name: str = PolicyName.ASSIGNMENT
    version: str = "2"
    rests_for: timedelta = EVERY
    looks_ahead: bool = True

    def __init__(self, weights: Weights = MEASURED) -> None:
        self._weights = weights
        self._memories: dict[str, Memory] = {}
        self._reckoned: tuple[Snapshot | None, dict[str, Costs]] = None, {}

    def decide(self, snapshot: Snapshot) -> Plan:
        """Tenant by tenant; offers to those who are idle, plans for those who will be."""
        plans = []
        self._reckoned = snapshot, {}
        for part in by_tenant(snapshot):
            memory = self._memories.setdefault(part.searches[0].tenant, Memory())
            if not any(unit.is_idle for unit in part.units):
                plans.append(Plan((), unserved={search.request_id: NOBODY_LEFT for search in part.searches}))
                continue  # nobody can be asked: in a storm that is most of the time
            demand = memory.with_new(part.searches)
            costs = self._reckoned[1][part.searches[0].tenant] = Costs(part, demand, self._weights)
            plan = assigned(part, costs, self._weights.overdue_after)
            if plan.now:
                memory.see(part.searches)
            plans.append(plan)
        return Plan(
            [match for plan in plans for match in plan.now],
            [match for plan in plans for match in plan.later],
            {request_id: why for plan in plans for request_id, why in plan.unserved.items()},
            sum(plan.work for plan in plans),
        )

    def cost_terms(self, pairs: Pairs, snapshot: Snapshot) -> Terms:
        """The terms as they were in the plan of that snapshot."""
        seen, reckoned = self._reckoned
        if seen is not snapshot:
            seen, reckoned = self._reckoned = snapshot, self._reckon_again(snapshot)
        costs = reckoned.get(pairs.searches[0].tenant)
        return {} if costs is None else costs.terms(pairs)

    def _reckon_again(self, snapshot: Snapshot) -> dict[str, Costs]:
        """For a snapshot that this policy made no plan of."""
        return {
            tenant: Costs(part, self._memories.get(tenant, Memory()).with_new(part.searches), self._weights)
            for part in by_tenant(snapshot)
            for tenant in [part.searches[0].tenant]
        }


def _share_after(over_s: NDArray[np.float64], blur_s: float) -> NDArray[np.float64]:
    """The logistic curve: 0 long before, a half at the target, 1 long after."""
    share: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-np.clip(over_s / blur_s, -STEEPEST, STEEPEST)))
    return share
