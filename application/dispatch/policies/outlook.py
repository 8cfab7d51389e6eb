"""What will be called for next, and how well are units placed for it? The forecast behind the term ``uncovered``."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from application.dispatch.units import Units, able_to, sphere
from domain.geography import cell_of, centre_of, distance_m
from domain.matching.recent_demand import Call, RecentDemand
from domain.matching.uncovered import Fleet, Future, later_on_average_s, soonest_of_each

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from numpy.typing import NDArray

    from application.dispatch.board import Search
    from application.dispatch.policies.pairs import Pairs
    from application.dispatch.snapshot import Snapshot

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

WORK_S: Final = 2_000.0
"""What a job takes at the vehicle, for what comes after it."""

GOLDEN: Final = 0.618_033_988_749_895
"""Steps of this spread over any span without ever meeting: Weyl's sequence for the instants of future requests."""

COMPARED: Final = 6
"""Units and places whose drives tell how much longer roads are than great circles."""

USUAL_S_PER_M: Final = 1.35 * 3.6 / 35
"""Great circles with the usual detour and pace, where no drive time is at hand to compare with."""


FUTURES_KEPT: Final = 64
"""One of each tenant that is looked at in turn; a few kilobytes each."""

_apart_m = lru_cache(maxsize=4_096)(distance_m)
"""The same few units and places are compared at each look."""


class Memory:
    """The requests of one tenant that were open when somebody was asked; each counts once."""

    def __init__(self) -> None:
        self.demand = RecentDemand()
        self._known: dict[UUID, None] = {}

    def see(self, searches: Sequence[Search]) -> None:
        """Take note of those that are new; one whose offer lapsed comes back, and is not."""
        for search in self._new(searches):
            self._known[search.request_id] = None
            self.demand.see(_call_of(search))
        while len(self._known) > MOST_KNOWN:
            del self._known[next(iter(self._known))]

    def with_new(self, searches: Sequence[Search]) -> RecentDemand:
        """What it would know if it had seen them; itself it stays as it was."""
        demand = self.demand.copy()
        for search in self._new(searches):
            demand.see(_call_of(search))
        return demand

    def _new(self, searches: Sequence[Search]) -> list[Search]:
        new = [each for each in searches if each.request_id not in self._known]
        return sorted(new, key=lambda each: (each.requested_at, each.request_id))


def _call_of(search: Search) -> Call:
    latitude, longitude = centre_of(search.cell)
    needs = able_to(search.needs, frozenset({search.vehicle_class}))
    return Call(search.requested_at.timestamp(), latitude, longitude, needs)


MOST_KNOWN: Final = 20_000
"""Requests kept from counting twice: more than a country has open."""


class Outlook:
    """The next half hour as one snapshot has it."""

    def __init__(self, demand: RecentDemand, snapshot: Snapshot, within_s: float) -> None:
        at_s = snapshot.at.timestamp()
        self._expected = demand.per_s(at_s) * within_s
        self._future, some_cells = _foretold(tuple(demand.latest(at_s)) if self._expected > 0 else (), within_s)
        self._units = units = Units.of(snapshot.units)
        self._fleet = Fleet(units.on_sphere, np.maximum(0.0, units.free_s(snapshot.at)), units.can)
        self._s_per_m = _s_per_m(snapshot, some_cells)
        self._soonest = soonest_of_each(self._future, self._fleet, self._s_per_m)

    def later_min(self, pairs: Pairs) -> Floats:
        """Minutes by which all future requests together are served later for each candidate's going, (n, K)."""
        if not len(self._future.in_s) or not len(self._fleet.free_s) or not pairs.numbers.size:
            return np.zeros(pairs.numbers.shape)
        units = np.ascontiguousarray(self._rows_of(pairs))
        places = sphere([centre_of(search.cell) for search in pairs.searches])
        ends_s = np.ascontiguousarray(pairs.until_free_s() + pairs.drive_s + WORK_S)
        later_s = later_on_average_s(self._future, self._fleet, self._soonest, places, units, ends_s, self._s_per_m)
        return later_s * (self._expected / 60)

    def _rows_of(self, pairs: Pairs) -> Ints:
        """Which unit of the snapshot each candidate is, (n, K)."""
        if pairs.units is self._units:
            return pairs.numbers
        row = {shift_id: number for number, shift_id in enumerate(self._units.ids)}
        rows = np.array([*(row[shift_id] for shift_id in Units.of(pairs.units).ids), -1], np.int64)
        return rows[pairs.numbers]


@lru_cache(maxsize=FUTURES_KEPT)
def _foretold(sampled: tuple[Call, ...], within_s: float) -> tuple[Future, list[str]]:
    """What these calls stand for, and the cells of some: the same at each look until somebody calls."""
    future = Future(
        sphere([(call.latitude, call.longitude) for call in sampled]),
        np.array([within_s * ((0.5 + n * GOLDEN) % 1.0) for n in range(len(sampled))]),
        np.array([call.needs for call in sampled], np.int64),
    )
    return future, [cell_of(call.latitude, call.longitude) for call in sampled[:COMPARED]]


def _s_per_m(snapshot: Snapshot, destinations: Sequence[str]) -> float:
    """Seconds of driving per metre of great circle at this hour, from a few drives of those that may come."""
    origins = [unit.shift.cell for unit in snapshot.units[:COMPARED]]
    if not origins or not destinations:
        return USUAL_S_PER_M
    drive_s = snapshot.travel.drive_s(origins, destinations, snapshot.at)
    crow_m = np.array([[_apart_m(one, other) for other in destinations] for one in origins], np.float64)
    told = np.isfinite(drive_s) & (crow_m > 0)
    return float(drive_s[told].sum() / crow_m[told].sum()) if told.any() else USUAL_S_PER_M
