"""Are the columns of units what each unit says of itself, and the same ones to whoever looks?"""

from dataclasses import replace

import numpy as np
import pytest

from application.dispatch.units import Units, able_to, sphere
from domain.geography import centre_of, number_of
from tests.dispatcher.small_cities import small_city
from tests.support.roadside import NOON


@pytest.mark.parametrize("seed", range(5))
def test_a_column_says_what_each_unit_says(seed: int) -> None:
    units = Units(small_city(seed, 3, 40).units)
    assert units.ids == [unit.shift.shift_id.int for unit in units]
    assert units.cells == [unit.shift.cell for unit in units]
    assert units.cell_numbers.tolist() == [number_of(cell) for cell in units.cells]
    assert units.points.tolist() == [list(centre_of(cell)) for cell in units.cells]
    assert units.idle.tolist() == [unit.is_idle for unit in units]
    assert units.free_s(NOON).tolist() == [(unit.free_at - NOON).total_seconds() for unit in units]
    for unit, can, kind, owner in zip(units, units.can, units.alike, units.owned_by, strict=True):
        shift = unit.shift
        assert can == able_to(shift.capabilities, shift.vehicle_classes)
        assert units.kinds[kind] == (shift.capabilities, shift.vehicle_classes)
        assert units.owners[shift.provider_id.int] == owner
    for place, cell in zip(units.on_sphere, units.cells, strict=True):
        assert place.tobytes() == sphere([centre_of(cell)])[0].tobytes()


def test_nobody_has_columns_too() -> None:
    nobody = Units()
    assert (nobody.points.shape, nobody.on_sphere.shape, nobody.can.shape) == ((0, 2), (0, 3), (0,))
    assert (nobody.owned_by.shape, nobody.cell_numbers.shape, nobody.free_s(NOON).shape) == ((0,), (0,), (0,))


def test_a_snapshot_makes_them_once_for_each_tenant_and_another_snapshot_its_own() -> None:
    city = small_city(3, 3, 20)
    ours, theirs = city.units_of("demo"), city.units_of("other")
    assert city.units_of("demo") is ours
    assert Units.of(ours) is ours
    assert sorted([*ours.ids, *theirs.ids]) == sorted(unit.shift.shift_id.int for unit in city.units)
    fewer = replace(city, units=city.units[:5])
    assert sum(len(fewer.units_of(tenant)) for tenant in ("demo", "other")) == 5


def test_seconds_are_those_of_the_instant_that_is_asked_for() -> None:
    units = Units(small_city(1, 3, 20).units)
    now, later = units.free_s(NOON), units.free_s(NOON.replace(minute=30))
    assert np.allclose(now - 1_800, later)
