"""Which units come into question for each search? The K nearest that may serve it, for all searches at once."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Final

import numpy as np

from application.dispatch.units import Units, able_to
from domain.geography import centre_of
from domain.matching.index import CandidateIndex
from domain.matching.wanted import BITS, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from numpy.typing import NDArray

    from application.dispatch.board import Search
    from application.dispatch.snapshot import Unit

HALF_A_METRE = 0.5
"""A radius is compared with whole metres, as ``nearest.eligible`` does: half a metre more rounds down to it."""


BARS_FROM: Final = 48
"""Bits of ``wanted.able`` from there on are nobody's skill: each says that a unit is of none of a set of providers."""

MOST_BARS: Final = BITS - BARS_FROM
"""A set for each currency in which providers owe too much cash; what is beyond is looked at provider by provider."""


class _Crew:
    """The units of one tenant: their numbers in the whole list, and the index of them."""

    def __init__(self, units: Units, numbers: Sequence[int], bars: dict[frozenset[UUID], int]) -> None:
        here = np.array(numbers, np.int64)
        self.numbers = np.append(here, -1)  # the last one stands for nobody
        self._owners = units.owners
        self._bars = bars
        self._index = CandidateIndex(max(1, len(numbers)))
        self._index.put_first(units.can[here] | self._unbarred(units.owned_by[here]), units.owned_by[here])
        points, cells = units.points[here], units.cell_numbers[here]
        rows, since = np.arange(len(numbers)), np.full(len(numbers), inf)
        self._index.move_many(rows, points[:, 0].copy(), points[:, 1].copy(), since, cells)

    def nearest_of_each(self, searches: Sequence[Search], k: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        points = [centre_of(search.cell) for search in searches]
        return self._index.nearest_of_each(points, [self._wanted(search) for search in searches], k)

    def _unbarred(self, owned_by: NDArray[np.int64]) -> NDArray[np.int64]:
        free = np.zeros(len(owned_by), np.int64)
        for providers, bit in self._bars.items():
            free |= np.where(np.isin(owned_by, self._numbers_of(providers)), 0, bit)
        return free

    def _numbers_of(self, providers: Iterable[UUID]) -> list[int]:
        return sorted(self._owners[one.int] for one in providers if one.int in self._owners)

    def _wanted(self, search: Search) -> Wanted:
        bit = self._bars.get(search.over_cash_limit, 0)
        blocked = search.declined_by if bit else search.declined_by | search.over_cash_limit
        return Wanted(
            needs=able_to(search.needs, frozenset({search.vehicle_class})) | bit,
            blocked=tuple(self._numbers_of(blocked)),
            radius_m=inf if search.radius_m is None else search.radius_m + HALF_A_METRE,
        )


class Candidates:
    """Units, idle and soon free, where they are or will be; one whose duty ends before it is free is no candidate.

    ``barred`` are sets of providers that searches may not ask: each is a bit of the units, asked for like a skill.
    """

    def __init__(self, units: Sequence[Unit], barred: Iterable[frozenset[UUID]] = ()) -> None:
        sets = dict.fromkeys(each for each in barred if each)
        bars = {each: 1 << (BARS_FROM + n) for n, each in enumerate(sets) if n < MOST_BARS}
        of_tenant: dict[str, list[int]] = {}
        for number, unit in enumerate(units):
            if unit.shift.ends_by is None or unit.free_at < unit.shift.ends_by:
                of_tenant.setdefault(unit.shift.tenant, []).append(number)
        known = Units.of(units)
        self._crews = {tenant: _Crew(known, numbers, bars) for tenant, numbers in of_tenant.items()}

    def nearest_of_each(self, searches: Sequence[Search], k: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Numbers of units in the given list, nearest first, and their great-circle distances in metres: both (n, K).

        Those that ``nearest.eligible`` allows: of the tenant, able, in reach, not declined nor over its cash limit.
        What is missing of K is -1 at an infinite distance. Ties go to the unit that comes first in the list.
        """
        numbers, distances_m = np.full((len(searches), k), -1, np.int64), np.full((len(searches), k), inf)
        of_tenant: dict[str, list[int]] = {}
        for n, search in enumerate(searches):
            of_tenant.setdefault(search.tenant, []).append(n)
        for tenant, here in of_tenant.items():
            crew = self._crews.get(tenant)
            if crew is not None:
                rows, apart_m = crew.nearest_of_each([searches[n] for n in here], k)
                numbers[here], distances_m[here] = crew.numbers[rows], apart_m
        return numbers, distances_m
