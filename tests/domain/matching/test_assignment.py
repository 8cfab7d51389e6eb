"""Is an assignment the cheapest one there is, with as many served as can be?"""

from itertools import permutations

import numpy as np
import pytest
from numpy.typing import NDArray

from domain.matching.assignment import NOBODY, assign

UNITS = 6


def a_case(seed: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Up to five searches with up to four candidates each, some of them impossible."""
    rng = np.random.default_rng(seed)
    searches, most = int(rng.integers(1, 6)), int(rng.integers(1, 5))
    columns = np.array([rng.permutation(UNITS)[:most] for _ in range(searches)], np.int64)
    columns[rng.random(columns.shape) < 0.2] = NOBODY
    costs = np.round(rng.normal(0, 30, columns.shape), 3)
    costs[rng.random(columns.shape) < 0.1] = np.inf
    return columns, costs


def by_trying_all(columns: NDArray[np.int64], costs: NDArray[np.float64]) -> tuple[int, float]:
    """How many are served at most, and at which least sum."""
    searches = len(columns)
    table = np.full((searches, UNITS + searches), np.inf)
    for n, k in zip(*np.nonzero(columns != NOBODY), strict=True):
        table[n, columns[n, k]] = costs[n, k]
    best = (0, 0.0)
    for order in permutations(range(UNITS + searches), searches):
        told = [table[n, unit] for n, unit in enumerate(order) if unit < UNITS]
        if np.isfinite(told).all() and (len(told), -sum(told)) > (best[0], -best[1]):
            best = len(told), sum(told)
    return best


@pytest.mark.parametrize("seed", range(25))
def test_it_is_the_best_of_all_permutations(seed: int) -> None:
    columns, costs = a_case(seed)
    chosen = assign(columns, costs)
    served = np.flatnonzero(chosen != NOBODY)
    units = columns[served, chosen[served]]
    assert len(set(units.tolist())) == len(served)
    assert NOBODY not in units
    many, least = by_trying_all(columns, costs)
    assert len(served) == many
    assert costs[served, chosen[served]].sum() == pytest.approx(least)


def test_without_candidates_nobody_is_assigned() -> None:
    assert assign(np.full((2, 3), NOBODY), np.zeros((2, 3))).tolist() == [NOBODY, NOBODY]
    assert assign(np.empty((0, 3), np.int64), np.empty((0, 3))).tolist() == []
    assert assign(np.array([[0]]), np.array([[np.inf]])).tolist() == [NOBODY]
