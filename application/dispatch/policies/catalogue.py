"""Which policies are there, by name?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from application.dispatch.policies.names import PolicyName
from application.dispatch.policies.nearest_first_come import NearestFirstCome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from application.dispatch.snapshot import Policy

POLICIES: Final[Mapping[PolicyName, Callable[[], Policy]]] = {
    PolicyName.NEAREST_FIRST_COME: NearestFirstCome,
}
"""Made anew for each dispatcher, since a policy may remember its last plan."""
