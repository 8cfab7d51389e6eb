"""What does a tax document say when it is shown: its parties, its number, its lines, its taxes, what it refers to?"""

from dataclasses import dataclass
from datetime import date

from domain.gst.rates import WHOLE_BP
from domain.gst.states import STATES
from domain.invoice_terms import DocType, InvoiceLine
from domain.price_terms import LineKind

RATES_OF_LAW = (0, 25, 150, 300, 500, 1_200, 1_800, 2_800, 4_000)
"""Basis points at which the tax is levied at all, in any schedule."""

NEAR_MINOR = 2
"""Paise by which a tax may miss its rate: of a fee with its taxes inside, the halves are what is left."""


@dataclass(frozen=True, slots=True)
class Party:
    """Who supplies, or is supplied to, as a document names them; empty where it is not known."""

    name: str = ""
    gstin: str = ""
    street: str = ""
    town: str = ""
    pin: str = ""
    state_code: str = ""

    @property
    def state(self) -> str:
        """The name of the state."""
        return STATES[self.state_code].name if self.state_code in STATES else ""


@dataclass(frozen=True, slots=True)
class Against:
    """Which document this one corrects or gives back."""

    number: str
    issued_on: date


@dataclass(frozen=True, slots=True)
class Registered:
    """What the registrar said: the reference number, when, and the signed code that stands on the document."""

    irn: str
    ack_no: str
    signed_qr: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """One document, whole; amounts in minor units, never negative but for discounts and rounding."""

    doc_type: DocType
    number: str
    issued_on: date
    supplier: Party
    recipient: Party
    lines: tuple[InvoiceLine, ...]
    tax_lines: tuple[InvoiceLine, ...]
    total_minor: int
    currency: str
    place_of_supply: str
    sac: str
    against: Against | None = None
    registered: Registered | None = None
    cancelled: bool = False

    def sum_of(self, *kinds: LineKind) -> int:
        """What the lines of these kinds come to."""
        return sum(line.amount_minor for line in (*self.lines, *self.tax_lines) if line.kind in kinds)

    @property
    def tax_minor(self) -> int:
        """All taxes."""
        return sum(line.amount_minor for line in self.tax_lines)

    @property
    def rounding_minor(self) -> int:
        """What brings the total to a round amount."""
        return self.sum_of(LineKind.ROUNDING)

    @property
    def taxable_minor(self) -> int:
        """The value that is taxed: after discounts, without rounding."""
        return self.total_minor - self.tax_minor - self.rounding_minor

    @property
    def discount_minor(self) -> int:
        """What was taken off, as a positive amount."""
        return -sum(line.amount_minor for line in self.lines if line.kind is not LineKind.ROUNDING and _is_less(line))

    @property
    def rate_bp(self) -> int:
        """The rate that makes these taxes of this value: the nearest one of the law, or what the amounts say."""
        taxed, tax = self.taxable_minor, self.tax_minor
        if taxed <= 0:
            return 0
        nearest = min(RATES_OF_LAW, key=lambda rate: abs(taxed * rate - tax * WHOLE_BP))
        if abs(taxed * nearest - tax * WHOLE_BP) <= NEAR_MINOR * WHOLE_BP:
            return nearest
        return (2 * tax * WHOLE_BP + taxed) // (2 * taxed)


def _is_less(line: InvoiceLine) -> bool:
    return line.amount_minor < 0
