"""Who is asked next? The nearest provider at work who is free, able, near enough, and did not decline."""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING

from application.dispatch.patches import Patch, patches_of
from domain.geography import centre_of, distance_m, points_apart_m

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime
    from uuid import UUID

    from application.dispatch.board import FreeShift, Search
    from domain.catalogue import Capability, VehicleClass

ROUNDING_M = 1
"""Distances are told in whole metres, so a lower bound may be half a metre above the distance that it bounds."""

Rank = tuple[int, int, "datetime", "UUID"]
_Able = tuple[str, frozenset["Capability"], frozenset["VehicleClass"]]


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
    """Whether the shift may be asked at all: of the same tenant, able, in reach, and its provider neither declined
    nor, for a job in cash, owes too much.
    """
    return (
        shift.tenant == search.tenant
        and search.needs <= shift.capabilities
        and search.vehicle_class in shift.vehicle_classes
        and shift.provider_id not in search.declined_by
        and shift.provider_id not in search.over_cash_limit
        and (search.radius_m is None or distance_m(shift.cell, search.cell) <= search.radius_m)
    )


def nearest_provider(
    search: Search, shifts: Iterable[FreeShift], taken: Collection[UUID] = frozenset()
) -> FreeShift | None:
    """The shift to ask, by looking at each; ``taken`` are shifts that this round gave away. None when nobody fits."""
    fitting = (shift for shift in shifts if shift.shift_id not in taken and eligible(search, shift))
    return min(fitting, key=lambda shift: rank(search, shift), default=None)


class FreeShifts:
    """Free shifts by what they can do and the H3 cells that hold them: the answer of ``nearest_provider``, quicker.

    Cells are visited by the least distance that anything in them can have, the large ones first opened into smaller
    ones. The search ends where no cell is left that could hold anything nearer: never at the first cell that holds
    anybody, for a neighbour's edge may be nearer than this one's middle.
    """

    def __init__(self, shifts: Iterable[FreeShift]) -> None:
        alike: dict[_Able, list[FreeShift]] = {}
        for shift in shifts:
            alike.setdefault((shift.tenant, shift.capabilities, shift.vehicle_classes), []).append(shift)
        self._alike = {able: patches_of(same) for able, same in alike.items()}

    def nearest(self, search: Search, taken: Collection[UUID] = frozenset()) -> FreeShift | None:
        """The shift to ask; exactly what ``nearest_provider`` says of the same shifts."""
        best: tuple[Rank, FreeShift] | None = None
        for (tenant, able, takes), patches in self._alike.items():
            if tenant == search.tenant and search.needs <= able and search.vehicle_class in takes:
                best = _nearest_in(patches, search, taken, best)
        return best[1] if best else None


def _nearest_in(
    patches: Iterable[Patch], search: Search, taken: Collection[UUID], best: tuple[Rank, FreeShift] | None
) -> tuple[Rank, FreeShift] | None:
    here, order = centre_of(search.cell), count()
    to_visit: list[tuple[float, int, Patch]] = []

    def note(each: Patch) -> None:
        heappush(to_visit, (points_apart_m(here, each.middle) - each.reach_m, next(order), each))

    for patch in patches:
        note(patch)
    while to_visit:
        at_least_m, _, patch = heappop(to_visit)
        if search.radius_m is not None and at_least_m - ROUNDING_M > search.radius_m:
            break
        if best is not None and best[0][0] == 0 and at_least_m - ROUNDING_M > best[0][1]:
            break
        for inner in patch.patches:
            note(inner)
        for shift in patch.shifts:
            if shift.shift_id in taken or not eligible(search, shift):
                continue
            its_rank = rank(search, shift)
            if best is None or its_rank < best[0]:
                best = its_rank, shift
    return best
