"""What does every tax document say, whatever its kind? Its place in a series, its lines and taxes, and where it counts.

Three bases and not one: a document tells what it is about in between, and what was promised is written in its order.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.aggregate import Aggregate, Created
from domain.invoice_terms import DocType, InvoiceLine, Series, told_of


class Numbered(Created):
    """Begins a document: the series it stands in, and the supplier's calendar day."""

    series_id: UUID
    doc_type: DocType
    gstin: str
    series: str
    financial_year: str
    issued_on: date


class Priced(Aggregate.Event):
    """What it comes to: the lines without taxes make ``net_minor``, the taxes ``tax_minor``, both the total."""

    lines: tuple[InvoiceLine, ...]
    tax_lines: tuple[InvoiceLine, ...]
    net_minor: int
    tax_minor: int
    total_minor: int
    currency: str


class Placed(Aggregate.Event):
    """Where it counts: the GST code of a state, or empty, and the services accounting code."""

    place_of_supply: str
    sac: str


@dataclass(frozen=True, slots=True)
class Content:
    """What a document is over."""

    lines: tuple[InvoiceLine, ...]
    tax_lines: tuple[InvoiceLine, ...]
    currency: str
    place_of_supply: str
    sac: str

    @property
    def net_minor(self) -> int:
        """Without taxes, rounding included."""
        return sum(line.amount_minor for line in self.lines)

    @property
    def tax_minor(self) -> int:
        """All taxes."""
        return sum(line.amount_minor for line in self.tax_lines)

    @property
    def total_minor(self) -> int:
        """All of it."""
        return self.net_minor + self.tax_minor

    def told(self, series: Series, time_zone: str, at: datetime) -> dict[str, object]:
        """The fields that every document has."""
        return {
            **told_of(series),
            "issued_on": at.astimezone(ZoneInfo(time_zone)).date(),
            "lines": self.lines,
            "tax_lines": self.tax_lines,
            "net_minor": self.net_minor,
            "tax_minor": self.tax_minor,
            "total_minor": self.total_minor,
            "currency": self.currency,
            "place_of_supply": self.place_of_supply,
            "sac": self.sac,
        }
