"""What help is there, for which vehicles, and what must crew and truck be capable of to give it?"""

from enum import StrEnum

from domain.refusal import BadInput


class Service(StrEnum):
    """What a customer can ask for."""

    TOW = "tow"
    FLATBED_TOW = "flatbed_tow"
    FLAT_TYRE = "flat_tyre"
    BATTERY_JUMP = "battery_jump"
    FUEL_DELIVERY = "fuel_delivery"
    LOCKOUT = "lockout"
    MECHANIC = "mechanic"
    WINCH_OUT = "winch_out"
    EV_CHARGE = "ev_charge"


class VehicleClass(StrEnum):
    """How big the vehicle in trouble is."""

    TWO_WHEELER = "two_wheeler"
    THREE_WHEELER = "three_wheeler"
    CAR = "car"
    SUV = "suv"
    VAN = "van"
    TRUCK = "truck"


class Fuel(StrEnum):
    """What drives the vehicle in trouble; unknown when nobody asked."""

    UNKNOWN = "unknown"
    PETROL = "petrol"
    DIESEL = "diesel"
    CNG = "cng"
    ELECTRIC = "electric"


class Capability(StrEnum):
    """What a crew member has learnt and a truck is fitted out for: one vocabulary for both.

    A shift can do what its crew member knows *and* its truck carries, so the two sets must speak the same words.
    """

    TOW = "tow"
    FLATBED_TOW = "flatbed_tow"
    FLAT_TYRE = "flat_tyre"
    BATTERY_JUMP = "battery_jump"
    FUEL_DELIVERY = "fuel_delivery"
    LOCKOUT = "lockout"
    MECHANIC = "mechanic"
    WINCH_OUT = "winch_out"
    EV_CHARGE = "ev_charge"
    HEAVY_DUTY = "heavy_duty"


class ServiceDoesNotFit(BadInput):
    """This service makes no sense for this vehicle."""

    code = "service_does_not_fit"


_LIFTED = frozenset({VehicleClass.TWO_WHEELER, VehicleClass.THREE_WHEELER})
_MOVING = frozenset({Service.TOW, Service.FLATBED_TOW, Service.WINCH_OUT})


def _needs(service: Service, vehicle_class: VehicleClass, fuel: Fuel) -> frozenset[Capability]:
    needs = {Capability(service.value)}
    if service is Service.TOW and (vehicle_class in _LIFTED or fuel is Fuel.ELECTRIC):
        needs = {Capability.FLATBED_TOW}
    if vehicle_class is VehicleClass.TRUCK and service in _MOVING:
        needs.add(Capability.HEAVY_DUTY)
    return frozenset(needs)


_NEEDS = {
    (service, size, fuel): _needs(service, size, fuel) for service in Service for size in VehicleClass for fuel in Fuel
}


def required_capabilities(
    service: Service, vehicle_class: VehicleClass, fuel: Fuel = Fuel.UNKNOWN
) -> frozenset[Capability]:
    """What a shift must be capable of to do this job.

    The service itself; a two- or three-wheeler cannot hang from a wheel lift, so towing one needs a flatbed; so does
    an electric vehicle, whose motor turns with its wheels and can burn; moving a truck needs heavy-duty gear besides.
    Nobody asks which wheels are driven: whoever knows that they all are asks for a flatbed.
    """
    return _NEEDS[service, vehicle_class, fuel]


def check_fit(service: Service, fuel: Fuel) -> None:
    """Refuse fuel for an electric vehicle and a charge for a combustion engine; raises ServiceDoesNotFit."""
    if service is Service.FUEL_DELIVERY and fuel is Fuel.ELECTRIC:
        raise ServiceDoesNotFit("an electric vehicle takes no fuel", service=service.value, fuel=fuel.value)
    if service is Service.EV_CHARGE and fuel not in (Fuel.ELECTRIC, Fuel.UNKNOWN):
        raise ServiceDoesNotFit("only an electric vehicle can be charged", service=service.value, fuel=fuel.value)
