"""Which policies are there, by name?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from application.dispatch.policies.assignment import Assignment
from application.dispatch.policies.broadcast import Broadcast
from application.dispatch.policies.look_ahead import LookAhead
from application.dispatch.policies.names import PolicyName
from application.dispatch.policies.nearest import Nearest
from application.dispatch.policies.nearest_first_come import NearestFirstCome
from application.dispatch.seen_work_times import SeenWorkTimes
from application.dispatch.work_times import FixedWorkTimes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from application.dispatch.snapshot import Policy
    from application.dispatch.work_times import WorkTimes

POLICIES: Final[Mapping[PolicyName, Callable[[], Policy]]] = {
    PolicyName.NEAREST_FIRST_COME: NearestFirstCome,
    PolicyName.NEAREST: Nearest,
    PolicyName.BROADCAST: Broadcast,
    PolicyName.LOOK_AHEAD: LookAhead,
    PolicyName.ASSIGNMENT: Assignment,
}
"""Made anew for each dispatcher, since a policy may remember its last plan."""


def work_times_for(name: PolicyName) -> WorkTimes:
    """What the policy reckons jobs to take, made anew: the yardstick a fixed time, all others what jobs took."""
    return FixedWorkTimes() if name is PolicyName.LOOK_AHEAD else SeenWorkTimes()
