"""What becomes of searches in a closed zone? Nobody is asked for them; the rest is up to the policy behind.

A person at the desk may still send somebody. A process that has not read its zones yet asks nobody, for a moment.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from application.dispatch.compared import TellsCosts
from application.zones import ZonesUnknown
from domain.geography import centre_of
from domain.zone_conditions import ConditionKind

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from application.dispatch.board import Search
    from application.dispatch.policies.pairs import Pairs, Terms
    from application.dispatch.snapshot import Plan, Policy, Snapshot
    from application.zones import ZoneMap

ZONE_CLOSED: Final = "zone_closed"
ZONES_UNKNOWN: Final = "zones_unknown"


class HeedsClosures:
    """A policy that is not told of searches in closed zones. Implements ``Policy``."""

    def __init__(self, policy: Policy, zones: ZoneMap) -> None:
        self._policy, self._zones = policy, zones

    @property
    def name(self) -> str:
        """That of the policy behind: closures are no other way to choose."""
        return self._policy.name

    @property
    def version(self) -> str:
        """That of the policy behind."""
        return self._policy.version

    @property
    def rests_for(self) -> timedelta:
        """As long as the policy behind."""
        return self._policy.rests_for

    def decide(self, snapshot: Snapshot) -> Plan:
        """The plan of the policy behind for all who wait where zones are open."""
        kept = {search.request_id: why for search in snapshot.searches if (why := self._kept_by(search, snapshot.at))}
        if not kept:
            return self._policy.decide(snapshot)
        others = [search for search in snapshot.searches if search.request_id not in kept]
        plan = self._policy.decide(replace(snapshot, searches=others))
        return replace(plan, unserved={**plan.unserved, **kept})

    def _kept_by(self, search: Search, at: datetime) -> str | None:
        try:
            conditions = self._zones.conditions_at(search.tenant, *centre_of(search.cell), at)
        except ZonesUnknown:
            return ZONES_UNKNOWN
        return ZONE_CLOSED if ConditionKind.CLOSURE in conditions else None


class _TellingCosts(HeedsClosures):
    """The same of a policy that tells its costs. Implements ``TellsCosts``."""

    def __init__(self, policy: Policy, telling: TellsCosts, zones: ZoneMap) -> None:
        super().__init__(policy, zones)
        self._telling = telling

    @property
    def looks_ahead(self) -> bool:
        """As the policy behind."""
        return self._telling.looks_ahead

    def cost_terms(self, pairs: Pairs, snapshot: Snapshot) -> Terms:
        """Those of the policy behind."""
        return self._telling.cost_terms(pairs, snapshot)


def heeding_closures(policy: Policy, zones: ZoneMap) -> HeedsClosures:
    """The policy, kept away from closed zones; it tells its costs if it did before."""
    return _TellingCosts(policy, policy, zones) if isinstance(policy, TellsCosts) else HeedsClosures(policy, zones)
