"""Which people, places and instants do the stories of the tests share?"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from domain.actor import Actor, Role
from domain.catalogue import Capability, Fuel, Service, VehicleClass
from domain.geography import cell_of
from domain.request_terms import Call

TENANT = "demo"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SOON = NOON + timedelta(seconds=10)
LAPSE = NOON + timedelta(seconds=25)
LATER = NOON + timedelta(minutes=1)


def some_id(number: int) -> UUID:
    """A fixed, well-formed UUIDv7 that reads as its number."""
    return UUID(f"01900000-0000-7000-8000-{number:012d}")


CUSTOMER, OTHER_CUSTOMER = some_id(1), some_id(2)
PROVIDER, OTHER_PROVIDER = some_id(11), some_id(12)
SHIFT, OTHER_SHIFT = some_id(21), some_id(22)
OFFER, OTHER_OFFER = some_id(31), some_id(32)
REQUEST, OTHER_REQUEST = some_id(41), some_id(42)
CREW, OTHER_CREW = some_id(51), some_id(52)
TRUCK, OTHER_TRUCK = some_id(61), some_id(62)
PLACE, CONTACT, PROFILE = some_id(71), some_id(72), some_id(73)

BREAKDOWN_CELL = cell_of(12.9716, 77.5946)
DEPOT_CELL = cell_of(12.9900, 77.6000)
DEPOT_TO_BREAKDOWN_M = 2_209

TOWING = (Capability.FLAT_TYRE, Capability.TOW)
CALL = Call(CUSTOMER, Service.TOW, VehicleClass.CAR, Fuel.PETROL, BREAKDOWN_CELL, PLACE, CONTACT)

DESK_ACTOR = Actor(Role.DISPATCHER, some_id(91), TENANT)
FINANCE_ACTOR = Actor(Role.FINANCE, some_id(90), TENANT)
DISPATCHER = Actor.system("dispatcher", TENANT)
THE_CUSTOMER = Actor(Role.CUSTOMER, CUSTOMER, TENANT)
THE_PROVIDER = Actor(Role.PROVIDER, PROVIDER, TENANT)
ANOTHER_CUSTOMER = Actor(Role.CUSTOMER, OTHER_CUSTOMER, TENANT)
ANOTHER_PROVIDER = Actor(Role.PROVIDER, OTHER_PROVIDER, TENANT)
AUDITOR = Actor(Role.AUDITOR, some_id(92), TENANT)
