"""Who stands where in a snapshot, one tenant's units in columns, so that a whole plan can be accounted for quickly?"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import repeat
from typing import TYPE_CHECKING, Final

import numpy as np

from application.dispatch.units import Units, sphere
from domain.decision_terms import MOST_CANDIDATES, RuledOut
from domain.geography import EARTH_RADIUS_M, centre_of, distance_m

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from numpy.typing import NDArray

    from application.dispatch.board import FreeShift, Search
    from application.dispatch.snapshot import Snapshot, Unit

    Reasons = NDArray[np.int8]
    """The number of the first reason against each unit, 0 for those that could be asked; (m,), or (n, m)."""

MEASURED: Final = 2 * MOST_CANDIDATES
"""So many of the nearest by great circle are measured by road: the 40 cheapest are among them but for freaks of the
map, and a plan for 1,000 requests and 5,000 units is accounted for in a part of its tick."""

NOBODY: Final = -1
"""In place of the index of the chosen one: nobody was chosen, or it is not in the line-up."""

SURE_M: Final = 2
"""Beyond so many metres from the edge of a radius, quick arithmetic and exact one cannot differ."""

REASONS: Final = (
    None,
    RuledOut.NOT_CAPABLE,
    RuledOut.WRONG_VEHICLE_CLASS,
    RuledOut.DECLINED_BEFORE,
    RuledOut.CASH_LIMIT,
    RuledOut.OUT_OF_RADIUS,
    RuledOut.DUTY_ENDS,
    RuledOut.RESTING,
    RuledOut.BUSY,
    RuledOut.STALE_POSITION,
    RuledOut.ON_BREAK,
    RuledOut.OFFERED_ANOTHER,
    RuledOut.NO_WAY,
    RuledOut.DEARER,
)
"""By number; of several, the first is told."""
NUMBER: Final = {reason: number for number, reason in enumerate(REASONS)}
FREE: Final = frozenset({0, NUMBER[RuledOut.RESTING], NUMBER[RuledOut.DUTY_ENDS]})
"""What may be against a shift that the board shows as free."""


@dataclass(slots=True)
class Lineup:
    """The units of one tenant as columns, in order of their shifts' ids; ``place`` is by those, as numbers."""

    units: list[Unit]
    standing: NDArray[np.int8]
    points: NDArray[np.float64]
    free_s: NDArray[np.float64]
    idle: NDArray[np.bool_]
    alike: NDArray[np.intp]
    kinds: Sequence[tuple[frozenset[str], frozenset[str]]]
    place: dict[int, int]
    board_digest: str
    cells_digest: str
    _of_provider: dict[UUID, list[int]] | None = None
    _of_providers: dict[frozenset[UUID], NDArray[np.intp]] = field(default_factory=dict)

    def able(self, searches: Sequence[Search]) -> Reasons:
        """The number of the reason against each unit by what it can do, for each of the searches; (n, m)."""
        wanted: dict[tuple[frozenset[str], str], int] = {}
        asked = [wanted.setdefault((each.needs, each.vehicle_class), len(wanted)) for each in searches]
        by_kind = [[_unable(*kind, *want) for kind in self.kinds] for want in wanted]
        table = np.array(by_kind, dtype=np.int8).reshape(len(wanted), len(self.kinds))
        return table[:, self.alike][asked]

    def nearness(self, point: NDArray[np.float64]) -> NDArray[np.float64]:
        """The cosine of the angle between each unit and a point, seen from the middle of the earth."""
        cosine: NDArray[np.float64] = self.points @ point
        return cosine

    def of_provider(self, provider_id: UUID) -> NDArray[np.intp]:
        """The places of its units."""
        if self._of_provider is None:
            self._of_provider = {}
            for place, unit in enumerate(self.units):
                self._of_provider.setdefault(unit.shift.provider_id, []).append(place)
        return np.array(self._of_provider.get(provider_id, ()), dtype=np.intp)

    def of_providers(self, provider_ids: frozenset[UUID]) -> NDArray[np.intp]:
        """The places of the units of all of them, in order; found once for each set."""
        found = self._of_providers.get(provider_ids)
        if found is None:
            each = [self.of_provider(provider_id) for provider_id in provider_ids]
            found = self._of_providers[provider_ids] = np.sort(np.concatenate(each or [np.array([], np.intp)]))
        return found

    def beyond(self, cell: str, radius_m: int) -> NDArray[np.intp]:
        """Who is farther than that, exactly as ``nearest.eligible`` says."""
        nearness = self.nearness(points_of([cell])[0])
        is_beyond = nearness < _cosine(radius_m)
        unsure = (nearness > _cosine(radius_m + SURE_M)) & (nearness < _cosine(max(0, radius_m - SURE_M)))
        for index in np.flatnonzero(unsure):
            is_beyond[index] = distance_m(self.units[index].shift.cell, cell) > radius_m
        return np.flatnonzero(is_beyond)


def _unable(able: frozenset[str], takes: frozenset[str], needs: frozenset[str], vehicle_class: str) -> int:
    if not needs <= able:
        return NUMBER[RuledOut.NOT_CAPABLE]
    return 0 if vehicle_class in takes else NUMBER[RuledOut.WRONG_VEHICLE_CLASS]


def lineup_of(units: Units, left_out: Sequence[tuple[Unit, int]], snapshot: Snapshot) -> Lineup:
    """The columns of some units, and of some more with the number of what is against each whatever the request."""
    everybody = Units((*units, *(unit for unit, _ in left_out))) if left_out else units
    against = np.array([*repeat(0, len(units)), *(standing for _, standing in left_out)], dtype=np.int8)
    order = np.array(sorted(range(len(everybody)), key=everybody.ids.__getitem__), dtype=np.intp)
    in_order = [everybody[index] for index in order.tolist()]
    standing, idle = against[order], everybody.idle[order]
    free = [in_order[index].shift for index in np.flatnonzero(idle & np.isin(standing, list(FREE))).tolist()]
    return Lineup(
        units=in_order,
        standing=standing,
        points=everybody.on_sphere[order],
        free_s=everybody.free_s(snapshot.at)[order],
        idle=idle,
        alike=everybody.alike[order],
        kinds=everybody.kinds,
        place={everybody.ids[index]: place for place, index in enumerate(order.tolist())},
        board_digest=digest_of([board_line(shift) for shift in free]),
        cells_digest=digest_of([cell_line(shift) for shift in free]),
    )


def points_of(cells: Sequence[str]) -> NDArray[np.float64]:
    """Unit vectors of the cells' centres, (n, 3)."""
    return sphere([centre_of(cell) for cell in cells])


def note(reasons: NDArray[np.int8], indices: Sequence[int] | NDArray[np.intp], reason: RuledOut) -> None:
    """Tell the reason of those that have none yet."""
    fresh = np.asarray(indices, dtype=np.intp)
    fresh = fresh[reasons[fresh] == 0]
    reasons[fresh] = NUMBER[reason]


def nearest_in(lineup: Lineup, indices: NDArray[np.intp], point: NDArray[np.float64], chosen: int) -> NDArray[np.intp]:
    """Some of the nearest, and the chosen one, in order of their ids."""
    if len(indices) > MEASURED:
        away = -lineup.nearness(point)[indices]
        indices = np.sort(indices[np.argpartition(away, MEASURED)[:MEASURED]])
    if chosen == NOBODY:
        return indices
    place = int(np.searchsorted(indices, chosen))
    is_among = place < len(indices) and indices[place] == chosen
    return indices if is_among else np.insert(indices, place, chosen)


def _cosine(distance_m: int) -> float:
    return math.cos(min(math.pi, distance_m / EARTH_RADIUS_M))


def digest_of(lines: Sequence[str]) -> str:
    """A fingerprint of facts, whatever their order."""
    return blake2b("\n".join(sorted(lines)).encode(), digest_size=16).hexdigest()


def board_line(shift: FreeShift) -> str:
    """What the board's digest knows of a free shift."""
    return f"{shift.shift_id.hex}/{shift.version}"


def cell_line(shift: FreeShift) -> str:
    """What the cells' digest knows of a free shift."""
    return f"{shift.shift_id.hex}/{shift.cell}"
