"""Several are asked at once, and whoever accepts first has the job: as marketplaces do it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from application.dispatch.board import by_urgency
from application.dispatch.policies.assigning import NOBODY_LEFT, told, totals
from application.dispatch.policies.look_ahead import arrival_terms
from application.dispatch.policies.names import PolicyName
from application.dispatch.policies.nearest_first_come import NOBODY_FITS
from application.dispatch.policies.pairs import pairs_of
from application.dispatch.snapshot import AT_EVERY_CHANGE, Plan

if TYPE_CHECKING:
    from datetime import timedelta
    from uuid import UUID

    from application.dispatch.snapshot import Match, Snapshot

ASKED_AT_ONCE: Final = 8
"""As the marketplaces we know of do; more would only ring more phones for one job."""


class Broadcast:
    """Asks the nearest idle units of each request, in order of urgency; nobody is asked for two requests at once."""

    name: str = PolicyName.BROADCAST
    version: str = "1"
    rests_for: timedelta = AT_EVERY_CHANGE

    def __init__(self, asked_at_once: int = ASKED_AT_ONCE) -> None:
        self._asked_at_once = asked_at_once

    def decide(self, snapshot: Snapshot) -> Plan:
        """Up to so many offers for each request, the nearest unit's first; as long as there are idle units."""
        idle = [unit for unit in snapshot.units if unit.is_idle]
        line = sorted(snapshot.searches, key=by_urgency)
        if not line or not idle:
            return Plan((), unserved={search.request_id: NOBODY_LEFT for search in line})
        pairs = pairs_of(snapshot, line, idle, most=len(idle))
        terms = arrival_terms(pairs)
        costs = totals(terms, pairs)
        is_free = np.ones(len(idle), np.bool_)
        now: list[Match] = []
        unserved: dict[UUID, str] = {}
        for n, search in enumerate(line):
            able = np.isfinite(costs[n])
            among = np.flatnonzero(able & is_free[pairs.numbers[n]])
            asked = among[np.argsort(costs[n, among], kind="stable")][: self._asked_at_once]
            is_free[pairs.numbers[n, asked]] = False
            now += [pairs.match(n, k, told(terms, n, k)) for k in asked.tolist()]
            if not len(asked):
                unserved[search.request_id] = NOBODY_LEFT if able.any() else NOBODY_FITS
        return Plan(now, unserved=unserved, work=pairs.numbers.size)
