"""In which words do we speak of a price: its lines, what calling off costs, how it is paid?"""

from dataclasses import dataclass
from enum import StrEnum

MOST_LINES = 40
"""Lines of one price: base, distance, peak, taxes and a page of parts; more is no bill for a breakdown."""


class LineKind(StrEnum):
    """What a line of a price stands for; tax lines are last, the rounding after them."""

    BASE = "base"
    DISTANCE = "distance"
    PEAK = "peak"
    SURGE = "surge"
    WAITING = "waiting"
    PARTS = "parts"
    EXTRA = "extra"
    DISCOUNT = "discount"
    FEE = "fee"
    TAX_CGST = "tax_cgst"
    TAX_SGST = "tax_sgst"
    TAX_IGST = "tax_igst"
    ROUNDING = "rounding"


TAXES = frozenset({LineKind.TAX_CGST, LineKind.TAX_SGST, LineKind.TAX_IGST})
"""The lines that belong to the state."""


class PaymentMethod(StrEnum):
    """How a job is paid; none, when the tenant charges nothing."""

    WALLET = "wallet"
    CASH = "cash"
    GATEWAY = "gateway"
    NONE = "none"


class Fault(StrEnum):
    """Whose fault it is that a job ends early: only the customer's own costs the customer a fee."""

    CUSTOMER = "customer"
    PROVIDER = "provider"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One line of a price, in minor units of the price's currency; negative for a discount."""

    kind: LineKind
    amount_minor: int


@dataclass(frozen=True, slots=True)
class FeeTerms:
    """What ends a job early costs the customer, as it stood when the price was quoted; taxes included.

    Calling off is free until ``free_within_s`` after somebody took the job; from then on it costs what the provider's
    progress says. ``unsuccessful_percent`` is the share of the price for a visit that could not help.
    """

    free_within_s: int = 0
    assigned_minor: int = 0
    en_route_minor: int = 0
    on_scene_minor: int = 0
    gone_minor: int = 0
    unsuccessful_percent: int = 0


FREE_OF_FEES = FeeTerms()
"""Where nothing is charged, ending early costs nothing."""
