"""Every ten seconds the assignment that gets help to all soonest in sum, over who is idle and who will be free.

The yardstick of the benchmark: a job is reckoned to take 2,000 s at the vehicle whatever others took, and who is
overdue is free at any moment. Whoever works is planned with but not asked: the request waits for them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from application.dispatch.policies.assigning import assigned
from application.dispatch.policies.names import PolicyName

if TYPE_CHECKING:
    from application.dispatch.policies.pairs import Pairs, Terms
    from application.dispatch.snapshot import Plan, Snapshot

EVERY: Final = timedelta(seconds=10)
"""The tick of the yardstick."""


class LookAhead:
    """Yardstick D. Implements ``Policy`` and ``TellsCosts``; remembers nothing."""

    name: str = PolicyName.LOOK_AHEAD
    version: str = "1"
    rests_for: timedelta = EVERY
    looks_ahead: bool = True

    def decide(self, snapshot: Snapshot) -> Plan:
        """Least sum of arrivals; offers to those who are idle."""
        return assigned(snapshot, self)

    def terms(self, pairs: Pairs) -> Terms:
        """The minutes until the unit would be there."""
        return arrival_terms(pairs)

    def cost_terms(self, pairs: Pairs, _snapshot: Snapshot) -> Terms:
        """The same, for whoever explains a plan."""
        return self.terms(pairs)


def arrival_terms(pairs: Pairs) -> Terms:
    """Drive and the wait for the unit; and what keeps an offer from going again to who let it pass."""
    return {
        "drive": pairs.drive_s / 60,
        "until_free": pairs.until_free_s() / 60,
        "passed_over": pairs.passed_over(),
    }
