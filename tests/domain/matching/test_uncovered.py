"""Is the cost to those who call next what a look at every unit for each of them would say?"""

import numpy as np
import pytest

from domain.geography import EARTH_RADIUS_M
from domain.matching.uncovered import WORST_S, Fleet, Future, later_on_average_s, soonest_of_each

S_PER_M = 0.14


def places(rng: np.random.Generator, many: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    phi, theta = rng.normal(0.2, 0.002, many), rng.normal(1.3, 0.002, many)
    return np.ascontiguousarray(np.stack([np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)], 1))


def sum_of_soonest(future: Future, fleet: Fleet) -> float:
    total = 0.0
    for place, in_s, needs in zip(future.places, future.in_s, future.needs, strict=True):
        soonest = WORST_S
        for there, free_s, can in zip(fleet.places, fleet.free_s, fleet.can, strict=True):
            if can & needs == needs:
                drive_s = EARTH_RADIUS_M * np.linalg.norm(there - place) * S_PER_M
                soonest = min(soonest, max(0.0, free_s - in_s) + drive_s)
        total += soonest
    return total


@pytest.mark.parametrize("seed", range(6))
def test_it_is_the_difference_of_two_cities(seed: int) -> None:
    rng = np.random.default_rng(seed)
    future = Future(places(rng, 12), rng.uniform(0, 1_800, 12), rng.integers(0, 4, 12))
    fleet = Fleet(places(rng, 5), rng.uniform(0, 1_000, 5), rng.integers(0, 4, 5))
    searches, units = places(rng, 3), np.array([[0, 1, -1], [4, 2, 3], [3, 0, 1]])
    ends_s = rng.uniform(1_000, 4_000, (3, 3))
    later_s = later_on_average_s(
        future, fleet, soonest_of_each(future, fleet, S_PER_M), searches, units, ends_s, S_PER_M
    )
    for n in range(3):
        for k in range(3):
            unit = units[n, k]
            after = Fleet(fleet.places.copy(), fleet.free_s.copy(), fleet.can)
            if unit >= 0:
                after.places[unit], after.free_s[unit] = searches[n], ends_s[n, k]
            expected_s = (sum_of_soonest(future, after) - sum_of_soonest(future, fleet)) / 12
            assert later_s[n, k] == pytest.approx(expected_s, abs=1e-6)


def test_the_only_one_with_the_equipment_is_dear() -> None:
    """Four would be able to jump a battery; one of them can tow as well, and tows are what is called for."""
    rng = np.random.default_rng(1)
    tow, jump = 1, 2
    fleet = Fleet(places(rng, 4), np.zeros(4), np.array([jump | tow, jump, jump, jump]))
    future = Future(places(rng, 10), rng.uniform(0, 1_800, 10), np.array([tow] * 10))
    here = places(rng, 1)
    later_s = later_on_average_s(
        future, fleet, soonest_of_each(future, fleet, S_PER_M), here, np.array([[0, 1]]), np.full((1, 2), 3e3), S_PER_M
    )
    assert later_s[0, 0] > 600
    assert later_s[0, 1] == 0
