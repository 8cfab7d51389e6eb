"""What would a roadside service in India charge to begin with? The tariff that ships with the package."""

from domain.catalogue import Service, VehicleClass
from domain.price_terms import FeeTerms
from domain.tariff_terms import Peak, TariffRow, TariffTerms

KARNATAKA = "29"
"""GST code of the state where the supplier is registered, unless another is named."""

INCLUDED_KM = 5
"""What a tow includes; the printed terms of the service that this grid comes from say so."""

PAISE = 100

_CLASSES = (
    VehicleClass.TWO_WHEELER,
    VehicleClass.THREE_WHEELER,
    VehicleClass.CAR,
    VehicleClass.SUV,
    VehicleClass.VAN,
    VehicleClass.TRUCK,
)

RUPEES: dict[Service, tuple[int, ...]] = {
    Service.TOW: (199, 249, 249, 299, 349, 499),
    Service.FLATBED_TOW: (349, 449, 449, 499, 499, 699),
    Service.MECHANIC: (99, 149, 349, 349, 399, 399),
    Service.FUEL_DELIVERY: (49, 49, 49, 49, 49, 69),
    Service.BATTERY_JUMP: (149, 199, 249, 249, 299, 349),
    Service.LOCKOUT: (149, 199, 299, 299, 299, 299),
    Service.FLAT_TYRE: (99, 199, 249, 249, 249, 299),
    # Not in that grid. A winch stands on a recovery truck and takes longer than a tow: half as much again as a flatbed.
    Service.WINCH_OUT: (499, 649, 699, 749, 799, 1_499),
    # 20 minutes of a van with a battery, some 7 kWh: a jump start and the energy at the price of a public charger.
    Service.EV_CHARGE: (199, 299, 449, 499, 549, 799),
}
"""Base price in rupees before tax, by service and vehicle class in the order of ``VehicleClass``."""

RUPEES_PER_KM = (15, 20, 25, 30, 40, 40)
"""By vehicle class; only what is towed has a distance."""

TOWED = frozenset({Service.TOW, Service.FLATBED_TOW})

PEAKS = (
    Peak(days=(1, 2, 3, 4, 5), from_minute=8 * 60, to_minute=10 * 60, multiplier_percent=120),
    Peak(days=(1, 2, 3, 4, 5), from_minute=18 * 60, to_minute=21 * 60, multiplier_percent=120),
)

FEES = FeeTerms(
    free_within_s=300,  # five minutes: long enough to hear how long it takes and to think again
    assigned_minor=50 * PAISE,
    en_route_minor=100 * PAISE,  # the cap that the rules for ride-hailing set for calling off
    on_scene_minor=150 * PAISE,  # the provider has driven all the way for nothing
    gone_minor=150 * PAISE,
    unsuccessful_percent=50,
)


def india(state_code: str = KARNATAKA) -> TariffTerms:
    """Rupees and paise, 18 % GST on top, totals in whole rupees, a quote good for 30 minutes."""
    rows = tuple(
        TariffRow(
            service,
            vehicle_class,
            base_minor=base * PAISE,
            per_km_minor=per_km * PAISE if service in TOWED else 0,
            included_km=INCLUDED_KM if service in TOWED else 0,
        )
        for service, prices in RUPEES.items()
        for vehicle_class, base, per_km in zip(_CLASSES, prices, RUPEES_PER_KM, strict=True)
    )
    return TariffTerms(
        currency="INR",
        rows=rows,
        peaks=PEAKS,
        tax_percent_bp=1_800,
        fees=FEES,
        quote_valid_s=1_800,
        tolerance_percent=10,
        commission_percent_bp=1_500,
        time_zone="Asia/Kolkata",
        state_code=state_code,
        rounds_to_minor=PAISE,
    )
