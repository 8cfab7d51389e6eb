"""Which state does a tax belong to, and which taxes are due then? IGST Act 12(2); CGST Act, section 170."""

from dataclasses import dataclass
from enum import StrEnum

from domain.gst.rates import WHOLE_BP
from domain.gst.states import STATES
from domain.tariff_terms import checked_state


class Recipient(StrEnum):
    """Whom a service is supplied to, as far as taxes care."""

    UNREGISTERED = "unregistered"
    REGISTERED = "registered"
    COMPOSITION = "composition"
    SPECIAL_ZONE = "special_zone"


REGISTERED = frozenset({Recipient.REGISTERED, Recipient.COMPOSITION, Recipient.SPECIAL_ZONE})
"""Who has a registration number, and therefore gets an e-invoice."""


@dataclass(frozen=True, slots=True)
class Taxes:
    """What is due, in minor units: two equal halves, or one whole; ``own_tax`` is what the state's half is called."""

    cgst_minor: int = 0
    state_minor: int = 0
    igst_minor: int = 0
    own_tax: str = "SGST"

    @property
    def total_minor(self) -> int:
        """All of it."""
        return self.cgst_minor + self.state_minor + self.igst_minor


def place_of_supply(supplier_state: str, recipient: Recipient, recipient_state: str | None) -> str:
    """The code of the state: the recipient's when it is registered or its address is on record, else the supplier's.

    Where the vehicle broke down does not count. Raises UnknownState; ValueError for a registered recipient without
    a state, which there cannot be.
    """
    checked_state(supplier_state)
    if recipient_state is None:
        if recipient in REGISTERED:
            raise ValueError("a registered recipient has a state")
        return supplier_state
    return checked_state(recipient_state)


def is_interstate(supplier_state: str, recipient: Recipient, place: str) -> bool:
    """Whether one whole tax is due: across a border, and always to a special economic zone (IGST Act, 7(5)(b))."""
    return recipient is Recipient.SPECIAL_ZONE or supplier_state != place


def taxes_on(net_minor: int, rate_bp: int, supplier_state: str, recipient: Recipient, place: str) -> Taxes:
    """The taxes on a net amount that is not negative, to the minor unit, half a unit up.

    The half is worked out once and stands for both, so that they are equal to the paisa.
    """
    own_tax = STATES[place].own_tax
    if is_interstate(supplier_state, recipient, place):
        return Taxes(igst_minor=share(net_minor, rate_bp, WHOLE_BP), own_tax=own_tax)
    half = share(net_minor, rate_bp, 2 * WHOLE_BP)
    return Taxes(half, half, own_tax=own_tax)


def share(amount_minor: int, part: int, whole: int) -> int:
    """So many parts of a whole of an amount that is not negative, half a unit up."""
    return (2 * amount_minor * part + whole) // (2 * whole)


def inside(gross_minor: int, rate_bp: int) -> int:
    """The net amount in one that has its tax in it already, half a unit up: of an advance, say."""
    return share(gross_minor, WHOLE_BP, WHOLE_BP + rate_bp)
