"""Is the cost to those who call next what a look at every unit for each of them would say?"""

import math

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


def looked_at_everybody(future: Future, fleet: Fleet) -> list[list[float]]:
    """Seconds until the first, until the second, and who is first, of all that are able, in the order of their rows."""
    found = []
    for place, in_s, needs in zip(future.places.tolist(), future.in_s.tolist(), future.needs.tolist(), strict=True):
        first, second, who = WORST_S, WORST_S, -1
        for unit, (there, free_s, can) in enumerate(
            zip(fleet.places.tolist(), fleet.free_s.tolist(), fleet.can.tolist(), strict=True)
        ):
            if can & needs == needs:
                after_s = max(0.0, free_s - in_s) + away_m(there, place) * S_PER_M
                if after_s < first:
                    first, second, who = after_s, first, unit
                elif after_s < second:
                    second = after_s
        found.append([first, second, float(who)])
    return found


def away_m(one: list[float], other: list[float]) -> float:
    x, y, z = (a - b for a, b in zip(one, other, strict=True))
    return EARTH_RADIUS_M * math.sqrt(x * x + y * y + z * z)


@pytest.mark.parametrize("seed", range(20))
def test_whom_it_does_not_look_at_changes_no_bit(seed: int) -> None:
    """Some stand at one place and are free at one time, so that it also shows who of equals is first."""
    rng = np.random.default_rng(seed)
    future = Future(places(rng, 15), rng.uniform(0, 1_800, 15), rng.integers(0, 4, 15))
    fleet = Fleet(places(rng, 40), rng.choice([0.0, 300.0, 900.0, 2_000.0], 40), rng.integers(0, 4, 40))
    fleet.places[rng.integers(40, size=15)] = fleet.places[0]
    soonest = soonest_of_each(future, fleet, S_PER_M)
    expected = looked_at_everybody(future, fleet)
    assert soonest.tolist() == expected
    searches, units = places(rng, 6), rng.integers(-1, 40, (6, 12))
    ends_s = rng.uniform(0, 4_000, (6, 12))
    later_s = later_on_average_s(future, fleet, soonest, searches, units, ends_s, S_PER_M)
    for n, k in zip(*np.nonzero(units >= 0), strict=True):
        total = 0.0
        for j, (first, second, who) in enumerate(expected):
            without = second if who == units[n, k] else first
            if fleet.can[units[n, k]] & future.needs[j] == future.needs[j]:
                drive_s = away_m(searches[n].tolist(), future.places[j].tolist()) * S_PER_M
                without = min(without, max(0.0, float(ends_s[n, k] - future.in_s[j])) + drive_s)
            total += without - first
        assert later_s[n, k] == total / 15
    assert (later_s[units < 0] == 0).all()
