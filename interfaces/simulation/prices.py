"""Which tariff do simulated desks publish? The default one of India, in the API's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from interfaces.simulation.acts import Acts

VEHICLES: Final = ("two_wheeler", "three_wheeler", "car", "suv", "van", "truck")
# Rupees before tax, one column per vehicle class. Winch-outs and charging are ours; the rest is the reference's grid.
GRID: Final = {
    "tow": (199, 249, 249, 299, 349, 499),
    "flatbed_tow": (349, 449, 449, 499, 499, 699),
    "mechanic": (99, 149, 349, 349, 399, 399),
    "fuel_delivery": (49, 49, 49, 49, 49, 69),
    "battery_jump": (149, 199, 249, 249, 299, 349),
    "lockout": (149, 199, 299, 299, 299, 299),
    "flat_tyre": (99, 199, 249, 249, 249, 299),
    "winch_out": (399, 499, 599, 699, 799, 1_499),
    "ev_charge": (199, 249, 299, 349, 399, 599),
}
PER_KM: Final = (15, 20, 25, 30, 40, 40)
TOWS: Final = frozenset({"tow", "flatbed_tow"})
INCLUDED_KM: Final = 5
MINOR: Final = 100


async def charge(acts: Acts) -> None:
    """Publish the tariff of a day; a day that goes on under its name has it. Raises Refused or GaveUp."""
    await acts.say(acts.desk, "/v1/tariffs", india_tariff(), note="tariffs", key="/tariff")


def india_tariff(time_zone: str = "Asia/Kolkata", state_code: str = "29") -> dict[str, object]:
    """What is sent to `POST /v1/tariffs`: everywhere, from now on."""
    return {
        "currency": "INR",
        "rows": [
            {
                "service": service,
                "vehicle_class": vehicle,
                "base_minor": base * MINOR,
                "per_km_minor": per_km * MINOR if service in TOWS else 0,
                "included_km": INCLUDED_KM if service in TOWS else 0,
            }
            for service, bases in GRID.items()
            for vehicle, base, per_km in zip(VEHICLES, bases, PER_KM, strict=True)
        ],
        "peaks": [
            {"days": [1, 2, 3, 4, 5], "from": "08:00", "to": "10:00", "multiplier_percent": 120},
            {"days": [1, 2, 3, 4, 5], "from": "18:00", "to": "21:00", "multiplier_percent": 120},
        ],
        "tax_percent_bp": 1_800,
        "fees": {
            "free_within_s": 300,
            "assigned_minor": 50 * MINOR,
            "en_route_minor": 100 * MINOR,
            "on_scene_minor": 200 * MINOR,
            "gone_minor": 250 * MINOR,
            "unsuccessful_percent": 50,
        },
        "quote_valid_s": 900,
        "tolerance_percent": 10,
        "commission_percent_bp": 2_000,
        "time_zone": time_zone,
        "state_code": state_code,
        "rounds_to_minor": MINOR,
    }
