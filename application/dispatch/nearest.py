"""Who is asked next? The nearest provider at work who is free, able, and did not decline."""

from __future__ import annotations

import math
from bisect import bisect_left
from operator import itemgetter
from typing import TYPE_CHECKING

from domain.geography import centre_of, distance_m

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import datetime
    from uuid import UUID

    from application.dispatch.board import FreeShift, Search
    from domain.catalogue import Capability

METRES_PER_DEGREE = math.radians(1) * 6_371_007.18
"""Of latitude, on the sphere that ``domain.geography`` measures on: two places are never nearer than this."""

Rank = tuple[int, int, "datetime", "UUID"]
_Band = tuple[list[float], list["FreeShift"]]


def rank(search: Search, shift: FreeShift) -> Rank:
    """What the choice goes by; the smallest is asked.

    Whoever let an offer of this request pass comes after those who were not asked yet, then the great-circle distance
    between the cells in whole metres. A tie goes to the shift that is free the longest, then to the smaller id, so
    that the same board always gives the same answer.
    """
    return (
        search.passed_over.get(shift.provider_id, 0),
        distance_m(shift.cell, search.cell),
        shift.free_since,
        shift.shift_id,
    )


def eligible(search: Search, shift: FreeShift) -> bool:
    """Whether the shift may be asked at all: of the same tenant, able, and its provider did not decline."""
    return (
        shift.tenant == search.tenant
        and search.needs <= shift.capabilities
        and shift.provider_id not in search.declined_by
    )


def nearest_provider(
    search: Search, shifts: Iterable[FreeShift], taken: Collection[UUID] = frozenset()
) -> FreeShift | None:
    """The shift to ask, by looking at each; ``taken`` are shifts that this round gave away. None when nobody fits."""
    fitting = (shift for shift in shifts if shift.shift_id not in taken and eligible(search, shift))
    return min(fitting, key=lambda shift: rank(search, shift), default=None)


class FreeShifts:
    """Free shifts by what they can do, sorted by latitude: the answer of ``nearest_provider`` without looking at each.

    The difference in latitude alone is a lower bound of the distance, so the search goes north and south at once
    and stops where nothing nearer can come. O(log n) and the band, instead of O(n); a need that nobody meets costs
    nothing, however many are free.
    """

    def __init__(self, shifts: Iterable[FreeShift]) -> None:
        self._bands: dict[str, dict[frozenset[Capability], _Band]] = {}
        alike: dict[tuple[str, frozenset[Capability]], list[FreeShift]] = {}
        for shift in shifts:
            alike.setdefault((shift.tenant, shift.capabilities), []).append(shift)
        for (tenant, able), same in alike.items():
            placed = sorted(((centre_of(shift.cell)[0], shift) for shift in same), key=itemgetter(0))
            band = [each[0] for each in placed], [each[1] for each in placed]
            self._bands.setdefault(tenant, {})[able] = band

    def nearest(self, search: Search, taken: Collection[UUID] = frozenset()) -> FreeShift | None:
        """The shift to ask; exactly what ``nearest_provider`` says of the same shifts."""
        best: tuple[Rank, FreeShift] | None = None
        for able, band in self._bands.get(search.tenant, {}).items():
            if search.needs <= able:
                best = _nearest_of(band, search, taken, best)
        return best[1] if best else None


def _nearest_of(
    band: _Band, search: Search, taken: Collection[UUID], best: tuple[Rank, FreeShift] | None
) -> tuple[Rank, FreeShift] | None:
    for at_least_m, shift in _outwards(*band, centre_of(search.cell)[0]):
        # Whole metres are rounded, so a bound may be half a metre above the distance it bounds.
        if best is not None and best[0][0] == 0 and at_least_m - 1 > best[0][1]:
            break
        if shift.shift_id in taken or shift.provider_id in search.declined_by:
            continue
        its_rank = rank(search, shift)
        if best is None or its_rank < best[0]:
            best = its_rank, shift
    return best


def _outwards(latitudes: list[float], shifts: list[FreeShift], latitude: float) -> Iterator[tuple[float, FreeShift]]:
    """Shifts by growing difference in latitude, each with the metres that it makes."""
    north = bisect_left(latitudes, latitude)
    south = north - 1
    while south >= 0 or north < len(shifts):
        to_south = latitude - latitudes[south] if south >= 0 else math.inf
        to_north = latitudes[north] - latitude if north < len(shifts) else math.inf
        if to_south < to_north:
            yield to_south * METRES_PER_DEGREE, shifts[south]
            south -= 1
        else:
            yield to_north * METRES_PER_DEGREE, shifts[north]
            north += 1
