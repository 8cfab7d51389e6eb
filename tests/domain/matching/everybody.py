"""Who is nearest, found by looking at everybody? Written without anything of the index, in whole arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from domain.geography import EARTH_RADIUS_M
from domain.matching.index import CandidateIndex
from domain.matching.wanted import Known, Wanted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tests.domain.matching.worlds import Points, World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

NEAR_ENOUGH_M = 1e-5
"""Two ways to reckon the same distance agree to this."""
FAR_M = 15_000_000.0
"""Beyond, towards the other end of the earth, a chord tells centimetres only."""
FAR_ENOUGH_M = 0.5


def apart_m(searches: Points, units: Points) -> Floats:
    """Great-circle distances (searches, units), by the angle's tangent: exact near, far and at the other end."""
    one, other = _vectors(searches)[:, None, :], _vectors(units)[None, :, :]
    across = np.sqrt(
        (one[..., 1] * other[..., 2] - one[..., 2] * other[..., 1]) ** 2
        + (one[..., 2] * other[..., 0] - one[..., 0] * other[..., 2]) ** 2
        + (one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0]) ** 2
    )
    along = (one * other).sum(axis=2)
    found: Floats = EARTH_RADIUS_M * np.arctan2(across, along)
    return found


def _vectors(points: Points) -> Floats:
    lat, lng = np.radians(points).T
    return np.column_stack([np.cos(lat) * np.cos(lng), np.cos(lat) * np.sin(lng), np.sin(lat)])


class Town:
    """Units in an index, and the same in plain arrays; they move, go and come back."""

    def __init__(self, world: World, size: int, rng: np.random.Generator) -> None:
        self.world, self.rng, self.size = world, rng, size
        self.index = CandidateIndex(int(rng.integers(1, 2 * size)))
        self.points = world(rng, size)
        self.is_there = np.zeros(size, np.bool_)
        self.can, self.serves = rng.integers(0, 16, size), rng.integers(1, 8, size)
        self.owner, self.offers = rng.integers(0, size // 8 + 1, size), rng.integers(0, 3, size)
        self.ends_at, self.seen_at = rng.uniform(0, 100, size), rng.uniform(0, 100, size)
        for row in range(size):
            self.tell(row)
        self.arrive(np.arange(size))

    def tell(self, row: int) -> None:
        self.index.put(
            row,
            Known(
                can=int(self.can[row]),
                owner=int(self.owner[row]),
                serves=int(self.serves[row]),
                ends_at=float(self.ends_at[row]),
                offers=int(self.offers[row]),
            ),
        )

    def arrive(self, rows: Ints) -> None:
        self.is_there[rows] = True
        lats, lngs = self.points[rows].T.copy()
        self.index.move_many(rows, lats, lngs, self.seen_at[rows])

    def live_on(self, changes: int) -> None:
        """Units move near and far, go off duty, come on again, learn and forget, are asked and answer."""
        for row in self.rng.integers(0, self.size, changes).tolist():
            what = self.rng.random()
            if what < 0.15:
                self.is_there[row] = False
                self.index.remove(row)
            elif what < 0.3:
                self.can[row], self.offers[row] = self.rng.integers(0, 16), self.rng.integers(0, 3)
                self.tell(row)
            else:
                near = self.points[row] + self.rng.normal(0, 1e-3, 2)
                is_near = what < 0.7 and abs(near[0]) <= 90 and abs(near[1]) <= 180
                self.points[row] = near if is_near else self.world(self.rng, 1)[0]
                self.seen_at[row], self.is_there[row] = self.rng.uniform(0, 100), True
                lat, lng = self.points[row].tolist()
                self.index.move(row, lat, lng, self.seen_at[row])
        if self.rng.random() < 0.2:
            # Rush hour and night: nearly everybody goes, or comes.
            rows = np.flatnonzero(self.rng.random(self.size) < 0.9)
            if self.rng.random() < 0.5:
                self.is_there[rows] = False
                for row in rows.tolist():
                    self.index.remove(row)
            else:
                self.arrive(rows)

    def wishes(self, count: int) -> list[Wanted]:
        """Searches that ask for much or for nothing."""
        rng = self.rng
        return [
            Wanted(
                needs=int(rng.choice([0, 0, 1, 2, 5])),
                within=int(rng.integers(1, 8)),
                until=float(rng.choice([-np.inf, 20.0, 90.0])),
                seen_since=float(rng.choice([-np.inf, 10.0])),
                fewer_offers=int(rng.integers(1, 4)),
                blocked=tuple(rng.integers(0, self.size // 8 + 1, rng.integers(0, 3)).tolist()),
                radius_m=float(rng.choice([np.inf, 10.0 ** rng.uniform(2, 7.3)])),
            )
            for _ in range(count)
        ]

    def mismatches(self, searches: Points, wishes: list[Wanted], k: int) -> int:
        """How many of the searches the index answers otherwise than a look at everybody."""
        truth = np.where(self._fits(wishes), apart_m(searches, self.points), np.inf)
        truth[truth > np.array([wanted.radius_m for wanted in wishes])[:, None]] = np.inf
        best = np.sort(truth, axis=1)[:, :k]
        best = np.pad(best, ((0, 0), (0, k - best.shape[1])), constant_values=np.inf)
        rows, told = self.index.nearest_of_each([tuple(one) for one in searches.tolist()], wishes, k)
        found = rows >= 0
        its_truth = np.where(found, np.take_along_axis(truth, np.maximum(rows, 0), axis=1), np.inf)
        agrees = np.abs(_finite(best) - _finite(told)) <= _doubt(_finite(best))
        is_honest = ~found | (np.abs(_finite(its_truth) - _finite(told)) <= _doubt(_finite(told)))
        once = np.sort(np.where(found, rows, -1 - np.arange(k)), axis=1)
        return int((~(agrees & is_honest).all(axis=1) | (np.diff(once, axis=1) == 0).any(axis=1)).sum())

    def _fits(self, wishes: list[Wanted]) -> NDArray[np.bool_]:
        def limits(name: str) -> Floats:
            return np.array([getattr(wanted, name) for wanted in wishes], np.float64)[:, None]

        needs, within = np.array([(wanted.needs, wanted.within) for wanted in wishes]).T[:, :, None]
        fits = (self.can & needs == needs) & (self.serves & within != 0) & self.is_there
        fits &= (self.ends_at >= limits("until")) & (self.seen_at >= limits("seen_since"))
        fits &= self.offers < limits("fewer_offers")
        fits &= ~np.array([np.isin(self.owner, wanted.blocked) for wanted in wishes])
        both: NDArray[np.bool_] = fits
        return both


def _finite(values: Floats) -> Floats:
    return np.where(np.isinf(values), -1.0, values)


def _doubt(values: Floats) -> Floats:
    return np.where(values < FAR_M, NEAR_ENOUGH_M, FAR_ENOUGH_M)
