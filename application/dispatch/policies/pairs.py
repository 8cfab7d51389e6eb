"""Which unit could serve which search, and how long would it drive? Every policy that compares begins with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from application.dispatch.approach import FARTHEST_S
from application.dispatch.candidates import Candidates
from application.dispatch.snapshot import Match
from application.dispatch.units import Units
from application.travel import in_pairs
from domain.matching.assignment import numbered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from application.dispatch.board import Search
    from application.dispatch.snapshot import Snapshot, Unit
    from application.travel import DriveTimes

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

MOST_CANDIDATES: Final = 40
"""Units compared for each search: farther ones change the sum of costs by less than half a percent."""

PASSED_OVER_MIN: Final = 1_440
"""Who let an offer of the request pass comes after all who did not: by a day, which is longer than any drive."""

WHOLE_TABLE: Final = 100_000
"""Below so many pairs of all searches and all units, one table of drive times is cheaper than picking pairs."""

Terms = dict[str, "Floats"]
"""Minutes by name, each (n, K) beside the candidates, or (n, 1) where all candidates of a search have the same."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """n searches and m units, each search with its K nearest that may serve it: -1 for nobody, at an infinite drive."""

    at: datetime
    searches: Sequence[Search]
    units: Sequence[Unit]
    numbers: Ints  # (n, K)
    drive_s: Floats  # (n, K)
    free_s: Floats  # (m,) from now
    idle: NDArray[np.bool_]  # (m,)
    age_s: Floats  # (n,)

    def until_free_s(self) -> Floats:
        """Seconds until each candidate can set out, (n, K)."""
        return self.free_s[self.numbers]

    def passed_over(self) -> Floats:
        """Minutes, (n, K): a day for each offer of the request that the candidate's provider let pass."""
        much = np.zeros(self.numbers.shape)
        for n, search in enumerate(self.searches):
            if search.passed_over:
                for k, number in enumerate(self.numbers[n].tolist()):
                    times = search.passed_over.get(self.units[number].shift.provider_id, 0) if number >= 0 else 0
                    much[n, k] = times * PASSED_OVER_MIN
        return much

    def match(self, n: int, k: int, terms: Mapping[str, float]) -> Match:
        """Search n and its k-th candidate."""
        return self.matches(np.array([n]), np.array([k]), [terms])[0]

    def matches(self, rows: Ints, places: Ints, terms: Sequence[Mapping[str, float]]) -> list[Match]:
        """The search of each row and the candidate at the place beside it."""
        drives_s = np.minimum(self.drive_s[rows, places], FARTHEST_S).tolist()
        chosen = [self.units[number] for number in self.numbers[rows, places].tolist()]
        return [
            Match(self.searches[n], unit, unit.free_at + timedelta(seconds=drive_s), each)
            for n, unit, drive_s, each in zip(rows.tolist(), chosen, drives_s, terms, strict=True)
        ]


def pairs_of(
    snapshot: Snapshot, searches: Sequence[Search], units: Sequence[Unit], most: int = MOST_CANDIDATES
) -> Pairs:
    """The nearest candidates of these searches among these units, and their drives."""
    known = Units.of(units)
    numbers, _ = Candidates(known, (each.over_cash_limit for each in searches)).nearest_of_each(
        searches, min(most, len(known))
    )
    return of_candidates(snapshot, searches, known, numbers)


def of_candidates(snapshot: Snapshot, searches: Sequence[Search], units: Sequence[Unit], numbers: Ints) -> Pairs:
    """Pairs whose candidates are given: (n, K) numbers of units, -1 for nobody."""
    at, known = snapshot.at, Units.of(units)
    return Pairs(
        at,
        searches,
        known,
        numbers,
        _drives_s(snapshot.travel, searches, known, numbers, at),
        np.maximum(0.0, known.free_s(at)),
        known.idle,
        np.array([max(0.0, (at - search.requested_at).total_seconds()) for search in searches]),
    )


def by_tenant(snapshot: Snapshot) -> Sequence[Snapshot]:
    """The snapshot of each tenant that searches: what one decides is none of the others' business."""
    tenants = sorted({search.tenant for search in snapshot.searches})
    return [
        replace(
            snapshot,
            searches=[search for search in snapshot.searches if search.tenant == tenant],
            units=snapshot.units_of(tenant),
        )
        for tenant in tenants
    ]


def _drives_s(travel: DriveTimes, searches: Sequence[Search], units: Units, numbers: Ints, at: datetime) -> Floats:
    drive_s = np.full(numbers.shape, np.inf)
    rows, places = np.nonzero(numbers >= 0)
    if not len(rows):
        return drive_s
    wanted = numbers[rows, places]
    used, columns = numbered(wanted)
    origins, destinations = [units.cells[number] for number in used.tolist()], [each.cell for each in searches]
    paired = in_pairs(travel) if len(searches) * len(units) > WHOLE_TABLE else None
    if paired is not None:
        drive_s[rows, places] = paired.picked_s(origins, destinations, columns, rows, at)
    else:
        drive_s[rows, places] = travel.drive_s(origins, destinations, at)[columns, rows]
    return drive_s
