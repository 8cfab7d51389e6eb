"""A freed unit takes the nearest of those who wait: of all pairs of an idle unit and a request, the nearest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from application.dispatch.policies.assigning import NOBODY_LEFT, told, totals
from application.dispatch.policies.first_in_line import first_in_line
from application.dispatch.policies.look_ahead import arrival_terms
from application.dispatch.policies.names import PolicyName
from application.dispatch.policies.nearest_first_come import NOBODY_FITS
from application.dispatch.policies.pairs import pairs_of
from application.dispatch.snapshot import AT_EVERY_CHANGE, Plan

if TYPE_CHECKING:
    from datetime import timedelta

    from application.dispatch.policies.pairs import Pairs
    from application.dispatch.snapshot import Match, Snapshot


class Nearest:
    """Yardstick B. Implements ``Policy``; knows nothing of who will be free."""

    name: str = PolicyName.NEAREST
    version: str = "1"
    rests_for: timedelta = AT_EVERY_CHANGE

    def decide(self, snapshot: Snapshot) -> Plan:
        """Greedily by drive, whoever called first; danger still comes first."""
        front = first_in_line(snapshot)
        others, idle = front.others, [unit for unit in front.units if unit.is_idle]
        now, work = list(front.now), front.work
        unserved = {search.request_id: NOBODY_FITS for search in front.without}
        while others and idle:
            pairs = pairs_of(snapshot, others, idle)
            matches, work = _nearest_first(pairs), work + pairs.numbers.size
            now += matches
            served = {match.search.request_id for match in matches}
            taken = {match.unit.shift.shift_id for match in matches}
            others = [search for search in others if search.request_id not in served]
            idle = [unit for unit in idle if unit.shift.shift_id not in taken]
            if not matches:
                break
        unserved.update({search.request_id: NOBODY_FITS if idle else NOBODY_LEFT for search in others})
        return Plan(now, front.later, unserved, work)


def _nearest_first(pairs: Pairs) -> list[Match]:
    terms = arrival_terms(pairs)
    costs = totals(terms, pairs)
    is_free = np.ones(len(pairs.units), np.bool_)
    waits = np.ones(len(pairs.searches), np.bool_)
    matches: list[Match] = []
    for pair in np.argsort(costs, axis=None, kind="stable").tolist():
        n, k = divmod(pair, costs.shape[1])
        if not np.isfinite(costs[n, k]):
            break
        if waits[n] and is_free[pairs.numbers[n, k]]:
            waits[n] = is_free[pairs.numbers[n, k]] = False
            matches.append(pairs.match(n, k, told(terms, n, k)))
    return matches
