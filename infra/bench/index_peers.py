"""What would somebody use who has no candidate index? Redis with its sorted geohashes, and a k-d tree made anew."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    import redis
    from numpy.typing import NDArray

    Points = list[tuple[float, float]]
    Pings = list[tuple[int, float, float]]

TOGETHER: Final = 100
"""Commands of a pipeline: more does not make it quicker."""
FIRST_RADIUS_M: Final = 2_000.0
"""Where a search begins, and what it is multiplied by when it found too few: the quickest of those that were tried."""
FARTHER: Final = 2.0
FARTHEST_M: Final = 2e7
SPARE: Final = 1.3
"""So many times the expected number is asked for, so that one question is enough most of the time."""
EARTH_RADIUS_M: Final = 6_371_007.18


class GeoSearch:
    """Redis: every unit in one key, filtered by us as they come; and in a second key only those that are able.

    A search asks for the nearest in a radius, as many as should hold K able ones; with too few it asks for more of them
    when there were more, else in twice the radius. The second key is the most that can be done for Redis: a key for
    each combination of what jobs need, kept up to date by the caller.
    """

    def __init__(self, client: redis.Redis, points: NDArray[np.float64], is_able: NDArray[np.bool_]) -> None:
        self._client, self._is_able = client, is_able.tolist()
        self._share = float(is_able.mean())
        self.move_together([(row, lat, lng) for row, (lat, lng) in enumerate(points.tolist())])

    def move(self, pings: Pings) -> int:
        """One call each, into the one key."""
        add = self._client.geoadd
        for row, lat, lng in pings:
            add("units", (lng, lat, row))
        return len(pings)

    def move_together(self, pings: Pings, *, own_key: bool = True) -> int:
        """Many at once; the able into their own key as well."""
        for begin in range(0, len(pings), TOGETHER):
            pipeline = self._client.pipeline(transaction=False)
            for row, lat, lng in pings[begin : begin + TOGETHER]:
                pipeline.geoadd("units", (lng, lat, row))
                if own_key and self._is_able[row]:
                    pipeline.geoadd("able", (lng, lat, row))
            pipeline.execute()
        return len(pings)

    def nearest(self, searches: Points, k: int) -> int:
        """K able ones each, found among all."""
        for lat, lng in searches:
            self._grow("units", lat, lng, k, int(SPARE * k / self._share))
        return len(searches)

    def nearest_of_the_able(self, searches: Points, k: int) -> int:
        """K each, from the key that holds nobody else."""
        for lat, lng in searches:
            self._grow("able", lat, lng, k, k)
        return len(searches)

    def _grow(self, key: str, lat: float, lng: float, k: int, count: int) -> list[int]:
        radius_m = FIRST_RADIUS_M
        while True:
            told = self._client.geosearch(
                key, longitude=lng, latitude=lat, radius=radius_m, unit="m", sort="ASC", count=count
            )
            rows = [int(one) for one in told if isinstance(one, bytes)]
            able = [row for row in rows if self._is_able[row]]
            if len(able) >= k or radius_m > FARTHEST_M:
                return able[:k]
            if len(rows) == count:
                count *= 2
            else:
                radius_m *= FARTHER


class RebuiltTree:
    """scipy's k-d tree over points on the sphere: exact for the second in which it was built, and wrong after it."""

    def __init__(self, points: NDArray[np.float64], is_able: NDArray[np.bool_]) -> None:
        self._is_able, self._share = is_able, float(is_able.mean())
        self._tree = cKDTree(_on_sphere(points))

    def rebuild(self, points: NDArray[np.float64]) -> float:
        """Where everybody is now; the seconds that it took."""
        began = perf_counter()
        self._tree = cKDTree(_on_sphere(points))
        return perf_counter() - began

    def nearest(self, searches: Points, k: int) -> int:
        """K able ones each, found among all: of twice as many when they were too few."""
        for search in searches:
            here, count = _on_sphere(np.array([search]))[0], int(SPARE * k / self._share)
            while True:
                chords, rows = self._tree.query(here, count)
                able = self._is_able[rows]
                if able.sum() >= k or count >= len(self._is_able):
                    break
                count = min(2 * count, len(self._is_able))
            _ = 2 * EARTH_RADIUS_M * np.arcsin(chords[able][:k] / 2)
        return len(searches)


def _on_sphere(points: NDArray[np.float64]) -> NDArray[np.float64]:
    lat, lng = np.radians(points).T
    return np.column_stack([np.cos(lat) * np.cos(lng), np.cos(lat) * np.sin(lng), np.sin(lat)])
