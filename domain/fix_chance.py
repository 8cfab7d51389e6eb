"""How likely is it that a patrol mends the vehicle on the spot, so that no tow is needed?"""

from typing import Final

from domain.catalogue import Service, VehicleClass
from domain.request_terms import TOWED

WEIGHT: Final = 40
"""The table counts like so many jobs: a city that has seen a hundred of a kind goes by its own."""

UNLIKELY_PERCENT: Final = 60
"""Below this a tow is kept ready: two in five that wait for a second truck are too many."""

HEAVY: Final = frozenset({VehicleClass.TRUCK, VehicleClass.VAN})
HEAVY_LESS_PERCENT: Final = 15
"""What a patrol's van has on board is made for cars."""

TABLE: Final[dict[Service, int]] = {
    Service.FUEL_DELIVERY: 97,
    Service.BATTERY_JUMP: 93,
    Service.FLAT_TYRE: 92,
    Service.LOCKOUT: 90,
    Service.EV_CHARGE: 85,
    Service.WINCH_OUT: 70,
    Service.MECHANIC: 55,
}
"""In percent, by what was asked for. Motor clubs mend 85 % of all on the spot (ADAC 2018); the parts are our guess,
until a city's own jobs outweigh them."""


def fix_percent(service: Service, vehicle_class: VehicleClass, tried: int = 0, fixed: int = 0) -> int:
    """The chance in whole percent, given how many of the kind were tried and mended here; 0 for a tow."""
    if service in TOWED:
        return 0
    prior = TABLE.get(service, 100) - (HEAVY_LESS_PERCENT if vehicle_class in HEAVY else 0)
    return (prior * WEIGHT + 100 * fixed) // (WEIGHT + tried)
