"""Are idle units scarce, so that one request must not hold several?"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from application.dispatch.board import Search
    from application.dispatch.snapshot import Snapshot
    from domain.catalogue import Capability, VehicleClass

    Wants = tuple[str, frozenset[Capability], VehicleClass]
    Can = tuple[str, frozenset[Capability], frozenset[VehicleClass]]


class Scarcity:
    """Open requests and units of a snapshot, counted by what they want and can do; counted when first asked.

    Distances do not count: in a city that has nobody to spare the unit beside is the one that the next request gets.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._scarce: dict[Wants, bool] = {}
        self._wants: Counter[Wants] = Counter()
        self._can: Counter[Can] = Counter()
        self._working: Counter[Can] = Counter()

    def is_for(self, search: Search) -> bool:
        """Whether no more idle units could serve it than open requests want one of those, or than work already.

        Where most of those who could serve it work, the next call needs whoever is idle.
        """
        if not self._wants:
            self._count()
        wants = (search.tenant, search.needs, search.vehicle_class)
        if wants not in self._scarce:
            able = [can for can in self._can if _suits(can, wants)]
            competing = sum(n for each, n in self._wants.items() if any(_suits(can, each) for can in able))
            working = sum(n for can, n in self._working.items() if _suits(can, wants))
            self._scarce[wants] = sum(self._can[can] for can in able) <= max(competing, working)
        return self._scarce[wants]

    def _count(self) -> None:
        self._wants.update((each.tenant, each.needs, each.vehicle_class) for each in self._snapshot.searches)
        for unit in self._snapshot.units:
            can = (unit.shift.tenant, unit.shift.capabilities, unit.shift.vehicle_classes)
            (self._can if unit.is_idle else self._working)[can] += 1


def _suits(can: Can, wants: Wants) -> bool:
    return can[0] == wants[0] and wants[1] <= can[1] and wants[2] in can[2]
