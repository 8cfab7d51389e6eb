"""What does a credit note say? Which bill it corrects, by how much, and with which taxes."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Aggregate
from domain.credit_terms import CreditShare, WhyCredited
from domain.invoice import Invoice
from domain.invoice_terms import InvoiceLine, Series
from domain.price_terms import LineKind
from domain.tax_document import Content, Numbered, Placed, Priced


class _OfABill(Numbered):
    """Which bill is corrected, and why."""

    invoice_id: UUID
    request_id: UUID
    payment_id: UUID
    customer_id: UUID
    provider_id: UUID | None
    why: WhyCredited


class CreditNote(Aggregate):
    """One document, which never changes. The money goes back in the same save: see ``domain.payment_credit``."""

    TOPIC = "credit_note"

    invoice_id: UUID
    total_minor: int

    class Issued(Placed, Priced, _OfABill):
        """The document stands; amounts are positive, and are taken off the bill."""

        TOPIC: ClassVar[str] = "credit_note.issued"

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
        lines = (InvoiceLine(LineKind.BASE, invoice.sac, share.net_minor),)
        content = Content(lines, share.tax_lines, invoice.currency, invoice.place_of_supply, invoice.sac)
        return cls._create(
            cls.Issued,
            id=note_id,
            timestamp=at,
            **content.told(series, time_zone, at),
            invoice_id=invoice.id,
            request_id=invoice.request_id,
            payment_id=invoice.payment_id,
            customer_id=invoice.customer_id,
            provider_id=invoice.provider_id,
            why=why,
        )
