"""What does a tax invoice say? All but its number, which is its place in the series: see docs/adr/0013."""

from dataclasses import field
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Aggregate, Created
from domain.invoice_life import InvoiceLife
from domain.invoice_terms import DocType, InvoiceLine, Series, Voiding, financial_year, invoice_id, told_of
from domain.invoice_void import InvoiceVoid
from domain.payment import Payment
from domain.price_terms import TAXES, PriceLine
from domain.refusal import BadInput
from domain.request_fare import Outcome
from domain.tax_document import Content, Numbered, Placed, Priced


class BadInvoice(BadInput):
    """The lines of this document do not make its total."""

    code = "bad_invoice"


class _OfAPayment(Numbered):
    """What is billed."""

    request_id: UUID
    payment_id: UUID
    customer_id: UUID
    provider_id: UUID | None
    outcome: Outcome


class Invoice(InvoiceLife, InvoiceVoid, Aggregate):
    """One document, whose content never changes: what was supplied by whom to whom, at what price, with which taxes.

    What becomes of it is told in ``domain.invoice_life`` and ``domain.invoice_void``.
    """

    TOPIC = "invoice"

    customer_id: UUID
    provider_id: UUID | None
    request_id: UUID
    payment_id: UUID
    gstin: str
    series: str
    financial_year: str
    issued_on: date
    lines: tuple[InvoiceLine, ...]
    tax_lines: tuple[InvoiceLine, ...]
    total_minor: int
    currency: str
    place_of_supply: str
    sac: str
    number: int = field(default=0, init=False)
    operation_id: UUID | None = field(default=None, init=False)
    is_registering: bool = field(default=False, init=False)
    irn: str | None = field(default=None, init=False)
    acknowledged_at: datetime | None = field(default=None, init=False)
    voiding: Voiding | None = field(default=None, init=False)
    is_cancelled: bool = field(default=False, init=False)
    credited_minor: int = field(default=0, init=False)
    credit_notes: tuple[UUID, ...] = field(default=(), init=False)

    class Issued(Placed, Priced, _OfAPayment):
        """The document stands. The customer's and supplier's names are added when it is shown, not kept here."""

        TOPIC: ClassVar[str] = "invoice.issued"

    @classmethod
    def issue(
        cls,
        series: Series,
        payment: Payment,
        lines: tuple[PriceLine, ...],
        *,
        sac: str,
        place_of_supply: str,
        time_zone: str,
        at: datetime,
    ) -> "Invoice":
        """The bill of a payment; raises BadInvoice when its lines do not make what was paid, or the year is another."""
        if sum(line.amount_minor for line in lines) != payment.amount_minor:
            raise BadInvoice(f"the lines do not make {payment.amount_minor}")
        if financial_year(at, time_zone) != series.financial_year:
            raise BadInvoice(f"{series.financial_year} is not the financial year")
        net_lines, tax_lines = _apart(lines, sac)
        return cls._create(
            cls.Issued,
            id=invoice_id(payment.id),
            timestamp=at,
            **Content(net_lines, tax_lines, payment.currency, place_of_supply, sac).told(series, time_zone, at),
            request_id=payment.request_id,
            payment_id=payment.id,
            customer_id=payment.customer_id,
            provider_id=payment.provider_id,
            outcome=payment.outcome,
        )


def _apart(lines: tuple[PriceLine, ...], sac: str) -> tuple[tuple[InvoiceLine, ...], tuple[InvoiceLine, ...]]:
    """The lines of a price as those of a bill: what was supplied, and the taxes on it."""
    billed = [InvoiceLine(line.kind, sac, line.amount_minor) for line in lines]
    return tuple(one for one in billed if one.kind not in TAXES), tuple(one for one in billed if one.kind in TAXES)


class InvoiceSeries(Aggregate):
    """The numbers of one series, and nothing else: a document's number is the version of the event that took it.

    The event is appended at the end of the stream, whatever that is, in the save of the document. So numbers are 1 to
    n without a gap, two documents never share one, and nobody waits for or conflicts with anybody. A series is not
    loaded in order to take a number.
    """

    TOPIC = "invoice_series"

    doc_type: DocType
    gstin: str
    series: str
    financial_year: str

    class NumberTaken(Created):
        """The next number belongs to this document."""

        TOPIC: ClassVar[str] = "invoice_series.number_taken"
        AT_THE_END: ClassVar[bool] = True
        invoice_id: UUID
        doc_type: DocType
        gstin: str
        series: str
        financial_year: str

    @classmethod
    def take(cls, series: Series, document: UUID, at: datetime) -> "InvoiceSeries":
        """Take the next number for a document."""
        return cls._create(
            cls.NumberTaken,
            id=series.id,
            timestamp=at,
            invoice_id=document,
            **{name: told for name, told in told_of(series).items() if name != "series_id"},
        )

    def take_another(self, document: UUID, at: datetime) -> None:
        """Take one more in the same save."""
        self.trigger_event(
            self.NumberTaken,
            timestamp=at,
            originator_topic=self.TOPIC,
            invoice_id=document,
            doc_type=self.doc_type,
            gstin=self.gstin,
            series=self.series,
            financial_year=self.financial_year,
        )

    @property
    def taken(self) -> int:
        """The last number that was taken."""
        return self.version
