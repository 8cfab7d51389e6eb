"""Does every service need something, and can somebody be able to do it?"""

import pytest

from domain.catalogue import Capability, Fuel, Service, VehicleClass, required_capabilities


@pytest.mark.parametrize("service", list(Service))
@pytest.mark.parametrize("size", list(VehicleClass))
@pytest.mark.parametrize("fuel", list(Fuel))
def test_every_job_needs_something_that_exists(service: Service, size: VehicleClass, fuel: Fuel) -> None:
    needs = required_capabilities(service, size, fuel)
    assert needs
    assert needs <= set(Capability)


def test_every_capability_is_needed_by_some_job() -> None:
    needed = set().union(*(required_capabilities(s, v) for s in Service for v in VehicleClass))
    assert needed == set(Capability)


def test_a_motorcycle_is_carried_not_dragged() -> None:
    assert required_capabilities(Service.TOW, VehicleClass.TWO_WHEELER) == {Capability.FLATBED_TOW}
    assert required_capabilities(Service.TOW, VehicleClass.CAR) == {Capability.TOW}


def test_a_truck_is_moved_with_heavy_gear_only() -> None:
    assert required_capabilities(Service.WINCH_OUT, VehicleClass.TRUCK) == {Capability.WINCH_OUT, Capability.HEAVY_DUTY}
    assert required_capabilities(Service.FLAT_TYRE, VehicleClass.TRUCK) == {Capability.FLAT_TYRE}


def test_an_electric_vehicle_is_carried_too() -> None:
    assert required_capabilities(Service.TOW, VehicleClass.CAR, Fuel.ELECTRIC) == {Capability.FLATBED_TOW}
    assert required_capabilities(Service.TOW, VehicleClass.TRUCK, Fuel.ELECTRIC) == {
        Capability.FLATBED_TOW,
        Capability.HEAVY_DUTY,
    }
    assert required_capabilities(Service.FLAT_TYRE, VehicleClass.CAR, Fuel.ELECTRIC) == {Capability.FLAT_TYRE}


@pytest.mark.parametrize("fuel", [Fuel.UNKNOWN, Fuel.PETROL, Fuel.DIESEL, Fuel.CNG])
def test_what_drives_other_vehicles_makes_no_difference(fuel: Fuel) -> None:
    for service in Service:
        for size in VehicleClass:
            assert required_capabilities(service, size, fuel) == required_capabilities(service, size)
