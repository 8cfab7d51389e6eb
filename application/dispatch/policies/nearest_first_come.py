"""First come, first served: whose turn it is gets the nearest idle unit that may be asked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from application.dispatch.approach import arrival
from application.dispatch.board import by_urgency
from application.dispatch.nearest import FreeShifts
from application.dispatch.policies.names import PolicyName
from application.dispatch.snapshot import AT_EVERY_CHANGE, Match, Plan

if TYPE_CHECKING:
    from uuid import UUID

    from application.dispatch.snapshot import Snapshot

NOBODY_FITS: Final = "nobody_fits"


class NearestFirstCome:
    """The yardstick that everything else is measured against. Implements ``Policy``."""

    name: str = PolicyName.NEAREST_FIRST_COME
    version: str = "1"
    rests_for: timedelta = AT_EVERY_CHANGE

    def decide(self, snapshot: Snapshot) -> Plan:
        """One offer for each request, in order of urgency; a unit that was given away is gone."""
        units = {unit.shift.shift_id: unit for unit in snapshot.units if unit.is_idle}
        free = FreeShifts(unit.shift for unit in units.values())
        taken: set[UUID] = set()
        now: list[Match] = []
        unserved: dict[UUID, str] = {}
        for search in sorted(snapshot.searches, key=by_urgency):
            shift = free.nearest(search, taken)
            if shift is None:
                unserved[search.request_id] = NOBODY_FITS
                continue
            taken.add(shift.shift_id)
            now.append(arrival(search, units[shift.shift_id], snapshot))
        return Plan(now, unserved=unserved, work=len(snapshot.searches))
