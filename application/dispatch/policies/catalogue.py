"""Which policies are there, by name?"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, cast

from application.dispatch.policies.names import PolicyName
from application.dispatch.seen_work_times import SeenWorkTimes
from application.dispatch.work_times import FixedWorkTimes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from application.dispatch.snapshot import Policy
    from application.dispatch.work_times import WorkTimes


def _made_by(path: str) -> Callable[[], Policy]:
    """Imported when it is made: some bring compiled loops along, which only the process that decides has to load."""
    module, _, name = path.partition(":")

    def make() -> Policy:
        return cast("Policy", getattr(import_module(f"application.dispatch.policies.{module}"), name)())

    return make


POLICIES: Final[Mapping[PolicyName, Callable[[], Policy]]] = {
    PolicyName.NEAREST_FIRST_COME: _made_by("nearest_first_come:NearestFirstCome"),
    PolicyName.NEAREST: _made_by("nearest:Nearest"),
    PolicyName.BROADCAST: _made_by("broadcast:Broadcast"),
    PolicyName.LOOK_AHEAD: _made_by("look_ahead:LookAhead"),
    PolicyName.ASSIGNMENT: _made_by("assignment:Assignment"),
    PolicyName.TOURS: _made_by("tours:Tours"),
}
"""Made anew for each dispatcher, since a policy may remember its last plan."""


def work_times_for(name: PolicyName) -> WorkTimes:
    """What the policy reckons jobs to take, made anew: the yardstick a fixed time, all others what jobs took."""
    return FixedWorkTimes() if name is PolicyName.LOOK_AHEAD else SeenWorkTimes()
