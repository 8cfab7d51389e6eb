"""Are the candidates of each search the nearest units that may be asked, tenant by tenant?"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import numpy as np
import pytest

from application.dispatch.board import FreeShift, Search
from application.dispatch.candidates import Candidates
from application.dispatch.nearest import eligible
from application.dispatch.snapshot import Unit
from domain.catalogue import Capability, VehicleClass
from domain.geography import cell_of, centre_of, points_apart_m
from tests.support.roadside import NOON, some_id

T = TypeVar("T")
CAPABILITIES = tuple(Capability)
CLASSES = tuple(VehicleClass)
K = 6


def cell(rng: np.random.Generator) -> str:
    return cell_of(12.97 + rng.normal(0, 0.05), 77.59 + rng.normal(0, 0.05))


def some(rng: np.random.Generator, of: Sequence[T], most: int) -> frozenset[T]:
    return frozenset(of[n] for n in rng.integers(0, len(of), rng.integers(1, most + 1)))


def tenant(rng: np.random.Generator) -> str:
    return "demo" if rng.random() < 0.7 else "other"


def unit(rng: np.random.Generator, n: int) -> Unit:
    able, takes = some(rng, CAPABILITIES, 8), some(rng, CLASSES, 6)
    ends_by = NOON + timedelta(minutes=int(rng.integers(-5, 60))) if rng.random() < 0.5 else None
    shift = FreeShift(tenant(rng), some_id(n), 1, some_id(500 + n // 3), able, takes, cell(rng), NOON, ends_by)
    return Unit(shift, NOON + timedelta(minutes=int(rng.integers(0, 30))))


def search(rng: np.random.Generator, n: int) -> Search:
    declined = frozenset(some_id(500 + int(one)) for one in rng.integers(0, 60, rng.integers(0, 9)))
    needs, size = some(rng, CAPABILITIES, 2), CLASSES[n % len(CLASSES)]
    within_m = int(rng.integers(500, 9_000)) if rng.random() < 0.5 else None
    request_id = some_id(900 + n)
    return Search(tenant(rng), request_id, 1, 1, 1, cell(rng), needs, size, declined, {}, NOON, NOON, radius_m=within_m)


def a_city(seed: int) -> tuple[list[Search], list[Unit]]:
    """Two tenants' searches and units; some units are free later, some too late."""
    rng = np.random.default_rng(seed)
    units = [unit(rng, n) for n in range(120)]
    return [search(rng, n) for n in range(40)], units


def by_looking_at_each(search: Search, units: list[Unit]) -> list[float]:
    here = centre_of(search.cell)
    return sorted(
        points_apart_m(here, centre_of(unit.shift.cell))
        for unit in units
        if eligible(search, unit.shift) and (unit.shift.ends_by is None or unit.free_at < unit.shift.ends_by)
    )[:K]


@pytest.mark.parametrize("seed", range(8))
def test_they_are_those_that_a_look_at_each_finds(seed: int) -> None:
    searches, units = a_city(seed)
    numbers, distances_m = Candidates(units).nearest_of_each(searches, K)
    for search, chosen, apart_m in zip(searches, numbers.tolist(), distances_m.tolist(), strict=True):
        truth = by_looking_at_each(search, units)
        assert [one for one in apart_m if one < np.inf] == pytest.approx(truth, abs=1e-4)
        assert chosen[len(truth) :] == [-1] * (K - len(truth))
        found = chosen[: len(truth)]
        assert len(set(found)) == len(found)
        assert all(eligible(search, units[number].shift) for number in found)


def test_units_at_one_place_come_in_the_order_of_the_list() -> None:
    searches, units = a_city(0)
    same = [Unit(replace(units[0].shift, shift_id=some_id(n), ends_by=None), NOON) for n in (9, 3, 7)]
    fits = replace(
        searches[0],
        tenant=same[0].shift.tenant,
        needs=frozenset(),
        vehicle_class=next(iter(same[0].shift.vehicle_classes)),
        declined_by=frozenset(),
        radius_m=None,
    )
    assert Candidates(same).nearest_of_each([fits], 2)[0].tolist() == [[0, 1]]


def test_without_units_or_searches_there_is_nobody() -> None:
    searches, units = a_city(0)
    assert (Candidates([]).nearest_of_each(searches, 3)[0] == -1).all()
    assert Candidates(units).nearest_of_each([], 3)[0].shape == (0, 3)
