"""In which words do we speak of an invoice: its kind, its series, its financial year, its number?"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from domain.price_terms import LineKind

SERIES = "VA"
"""The letters that every bill's number begins with; two, so that seven digits fit (see ``number_text``)."""

DIGITS = 7
"""Of a number in its series: ten million documents a year and tax registration."""

LONGEST_NUMBER = 16
"""Characters of a document number, by rule 46(b) of the CGST rules."""

FIRST_MONTH = 4
"""The financial year begins on the first of April, where the supplier is."""

INVOICES = UUID("2c7f5ab0-25a4-5c0a-9a41-6c2f6d1f7e05")
"""The uuid5 namespace in which a series is a fact of tenant, registration, kind, letters and year."""


class DocType(StrEnum):
    """What sort of document; each has series of its own."""

    INVOICE = "INV"
    CREDIT_NOTE = "CRN"
    RECEIPT_VOUCHER = "RCV"
    REFUND_VOUCHER = "RFV"


LETTERS = {
    DocType.INVOICE: SERIES,
    DocType.CREDIT_NOTE: "VC",
    DocType.RECEIPT_VOUCHER: "VR",
    DocType.REFUND_VOUCHER: "VF",
}
"""With what the numbers of each kind begin: no two documents of a year are written alike."""


class WhyCancelled(StrEnum):
    """Why a bill is void; the registrar's four reasons."""

    DUPLICATE = "duplicate"
    DATA_ENTRY = "data_entry"
    ORDER_CANCELLED = "order_cancelled"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Voiding:
    """The registrar is asked to take the bill for void."""

    operation_id: UUID
    why: WhyCancelled


class Exhausted(Exception):
    """A series has no number left that fits into sixteen characters: it goes on under other letters."""


@dataclass(frozen=True, slots=True)
class Series:
    """One sequence of numbers: 1 to n without a gap, for one registration, kind of document and financial year.

    ``gstin`` is the supplier's tax registration, empty for a supplier that has none.
    """

    tenant: str
    gstin: str
    doc_type: DocType
    letters: str
    financial_year: str

    @property
    def id(self) -> UUID:
        """The stream that holds the numbers."""
        told = (self.tenant, self.gstin, self.doc_type.value, self.letters, self.financial_year)
        return uuid5(INVOICES, "|".join(told))


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One line of a document, in minor units of its currency; ``sac`` is the services accounting code."""

    kind: LineKind
    sac: str
    amount_minor: int


def series_for(tenant: str, gstin: str, doc_type: DocType, at: datetime, time_zone: str) -> Series:
    """The series in which a document of this instant stands."""
    return Series(tenant, gstin, doc_type, LETTERS[doc_type], financial_year(at, time_zone))


def told_of(series: Series) -> dict[str, object]:
    """What every document says of the series that it stands in."""
    return {
        "series_id": series.id,
        "doc_type": series.doc_type,
        "gstin": series.gstin,
        "series": series.letters,
        "financial_year": series.financial_year,
    }


def invoice_id(payment_id: UUID) -> UUID:
    """The invoice's id: a payment has one."""
    return uuid5(payment_id, "invoice")


def financial_year(at: datetime, time_zone: str) -> str:
    """The year from April to March that an aware instant falls into by the local calendar, such as ``26-27``."""
    local = at.astimezone(ZoneInfo(time_zone))
    begins = local.year if local.month >= FIRST_MONTH else local.year - 1
    return f"{begins % 100:02}-{(begins + 1) % 100:02}"


def number_text(letters: str, year: str, number: int) -> str:
    """How a number is written on a document: ``VA/26-27/0000001``, at most sixteen characters; raises Exhausted."""
    text = f"{letters}/{year}/{number:0{DIGITS}}"
    if number < 1 or len(text) > LONGEST_NUMBER:
        raise Exhausted(text)
    return text
