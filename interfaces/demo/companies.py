"""Which forty companies work in the demo city, and what can they do? Invented; none of them exists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from interfaces.demo.places import AREAS, Point, spot_in

PATROL: Final = ("battery_jump", "flat_tyre", "fuel_delivery", "lockout", "mechanic")
TOW: Final = ("tow", "flatbed_tow", "winch_out", "flat_tyre", "battery_jump")
ALL_ROUND: Final = ("tow", "battery_jump", "flat_tyre", "fuel_delivery", "lockout", "mechanic", "winch_out")
ELECTRIC: Final = ("ev_charge", "battery_jump", "flat_tyre", "flatbed_tow", "lockout")
HEAVY: Final = (
    *("tow", "flatbed_tow", "winch_out", "mechanic", "battery_jump"),
    *("flat_tyre", "fuel_delivery", "lockout", "heavy_duty"),
)

LIGHT_VEHICLES: Final = ("two_wheeler", "three_wheeler", "car", "suv", "van")
EVERY_VEHICLE: Final = (*LIGHT_VEHICLES, "truck")


@dataclass(frozen=True, slots=True)
class Company:
    """One provider: a name, a base, what its crew and trucks can do, and how willing it is."""

    number: int
    name: str
    capabilities: tuple[str, ...]
    base: Point

    @property
    def phone(self) -> str:
        """From a range that Indian mobile numbers do not use up: nobody is called."""
        return f"+9198000{self.number:05d}"

    @property
    def is_heavy(self) -> bool:
        """Whether it moves trucks."""
        return "heavy_duty" in self.capabilities


_NAMED: Final = (
    ("Lalbagh Roadside Works", TOW),
    ("Cubbon Breakdown Services", PATROL),
    ("Namma Kranti Towing", TOW),
    ("Ulsoor Lake Recovery", ALL_ROUND),
    ("Silver Oak Auto Rescue", PATROL),
    ("Deccan Wheels Assistance", PATROL),
    ("Garden City Tow Company", TOW),
    ("Hebbal Flyover Recovery", HEAVY),
    ("Kaveri Battery on Call", PATROL),
    ("Vidyut EV Rescue", ELECTRIC),
    ("Sampige Road Mechanics", PATROL),
    ("Outer Ring Towing Co-operative", TOW),
    ("Jakkur Field Services", ALL_ROUND),
    ("Mahadevapura Motor Aid", PATROL),
    ("Old Madras Road Recovery", HEAVY),
    ("Bright Star Puncture and Tow", ALL_ROUND),
    ("Kempegowda Night Mechanics", PATROL),
    ("Shanti Auto Electricals", PATROL),
    ("Nandi Hills Flatbeds", TOW),
    ("Whitefield Wheel Care", PATROL),
    ("Two Brothers Towing", TOW),
    ("Agara Lake Assistance", ALL_ROUND),
    ("Basavanagudi Garage on Wheels", PATROL),
    ("Peenya Industrial Recovery", HEAVY),
    ("Malleswaram Motor Doctors", PATROL),
    ("Gulmohar Road Rescue", ALL_ROUND),
    ("Sarjapur Speed Towing", TOW),
    ("Green Volt Mobile Charging", ELECTRIC),
    ("Yelahanka Tow and Crane", TOW),
    ("Hosur Road Breakdown Club", PATROL),
    ("Sri Ganesh Roadside Help", PATROL),
    ("Tipu Sultan Road Towing", TOW),
    ("Blue Jacaranda Assistance", ALL_ROUND),
    ("Bannerghatta Auto Care", PATROL),
    ("Electronics Park EV Aid", ELECTRIC),
    ("Kengeri Highway Patrol", ALL_ROUND),
    ("Rajaji Battery Bank", PATROL),
    ("Airport Corridor Recovery", HEAVY),
    ("Frazer Town Key and Lock", PATROL),
    ("Southern Cross Flatbeds", TOW),
)

COMPANIES: Final = tuple(
    Company(number, name, capabilities, spot_in(AREAS[number * 5 % len(AREAS)], "base", number))
    for number, (name, capabilities) in enumerate(_NAMED)
)

_GIVEN: Final = (
    *("Aarav", "Aditi", "Akash", "Anjali", "Arjun", "Asha", "Bhavana", "Chetan", "Deepa"),
    *("Divya", "Farah", "Ganesh", "Gita", "Harish", "Imran", "Jaya", "Joseph", "Kavya"),
    *("Kiran", "Lakshmi", "Leela", "Manoj", "Meera", "Mohan", "Naveen", "Nisha", "Pooja"),
    *("Pradeep", "Priya", "Rahul", "Ravi", "Rekha", "Rohan", "Sana", "Sandeep", "Shreya"),
    *("Sunil", "Tara", "Usha", "Varun", "Vikram", "Yasmin"),
)
_FAMILY: Final = (
    *("Acharya", "Bhat", "Chandra", "D'Souza", "Fernandes", "Gowda", "Hegde", "Iyer", "Joshi"),
    *("Kamath", "Khan", "Kulkarni", "Menon", "Murthy", "Nair", "Naidu", "Pai", "Patil"),
    *("Rao", "Reddy", "Shetty", "Sharma", "Srinivasan", "Thomas", "Urs", "Varma", "Yadav"),
)


def customer_name(number: int) -> str:
    """A name made up of two common ones; the same number is always called the same."""
    return f"{_GIVEN[number % len(_GIVEN)]} {_FAMILY[number * 7 % len(_FAMILY)]}"


def customer_phone(number: int) -> str:
    """Next to the companies' numbers."""
    return f"+9198001{number:05d}"
