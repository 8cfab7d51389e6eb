"""What does a credit note say? Which bill it corrects, by how much, and with which taxes."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.aggregate import Aggregate, Created
from domain.credit_terms import CreditShare, WhyCredited
from domain.invoice import Invoice
from domain.invoice_terms import DocType, InvoiceLine, Series, told_of
from domain.price_terms import LineKind


class CreditNote(Aggregate):
    """One document, which never changes. Money that goes back is a refund's or the wallet's affair."""

    TOPIC = "credit_note"

    invoice_id: UUID
    total_minor: int

    class Issued(Created):
        """The document stands; amounts are positive, and are taken off the bill."""

        TOPIC: ClassVar[str] = "credit_note.issued"
        series_id: UUID
        doc_type: DocType
        gstin: str
        series: str
        financial_year: str
        issued_on: date
        invoice_id: UUID
        request_id: UUID
        payment_id: UUID
        customer_id: UUID
        provider_id: UUID | None
        why: WhyCredited
        lines: tuple[InvoiceLine, ...]
        tax_lines: tuple[InvoiceLine, ...]
        net_minor: int
        tax_minor: int
        total_minor: int
        currency: str
        place_of_supply: str
        sac: str

    @classmethod
    def issue(
        cls,
        note_id: UUID,
        series: Series,
        invoice: Invoice,
        share: CreditShare,
        why: WhyCredited,
        time_zone: str,
        at: datetime,
    ) -> "CreditNote":
        """The note over a share of a bill, which ``Invoice.credit`` gave."""
        tax = sum(line.amount_minor for line in share.tax_lines)
        return cls._create(
            cls.Issued,
            id=note_id,
            timestamp=at,
            **told_of(series),
            issued_on=at.astimezone(ZoneInfo(time_zone)).date(),
            invoice_id=invoice.id,
            request_id=invoice.request_id,
            payment_id=invoice.payment_id,
            customer_id=invoice.customer_id,
            provider_id=invoice.provider_id,
            why=why,
            lines=(InvoiceLine(LineKind.BASE, invoice.sac, share.net_minor),),
            tax_lines=share.tax_lines,
            net_minor=share.net_minor,
            tax_minor=tax,
            total_minor=share.net_minor + tax,
            currency=invoice.currency,
            place_of_supply=invoice.place_of_supply,
            sac=invoice.sac,
        )
