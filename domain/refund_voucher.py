"""What does a refund voucher say (rule 51)? That nothing was supplied for an advance, which goes back with its tax."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from domain.aggregate import Aggregate, Created
from domain.invoice_terms import DocType, InvoiceLine, Series, told_of
from domain.receipt_voucher import ReceiptVoucher


def refund_voucher_id(receipt_voucher: UUID) -> UUID:
    """The voucher's id: an advance goes back once."""
    return uuid5(receipt_voucher, "refund voucher")


class RefundVoucher(Aggregate):
    """One document, which never changes: the whole of a receipt voucher, back."""

    TOPIC = "refund_voucher"

    receipt_voucher_id: UUID
    total_minor: int

    class Issued(Created):
        """The document stands."""

        TOPIC: ClassVar[str] = "refund_voucher.issued"
        series_id: UUID
        doc_type: DocType
        gstin: str
        series: str
        financial_year: str
        issued_on: date
        receipt_voucher_id: UUID
        request_id: UUID
        customer_id: UUID
        lines: tuple[InvoiceLine, ...]
        tax_lines: tuple[InvoiceLine, ...]
        net_minor: int
        tax_minor: int
        total_minor: int
        currency: str
        place_of_supply: str
        sac: str

    @classmethod
    def issue(cls, series: Series, receipt: ReceiptVoucher, time_zone: str, at: datetime) -> "RefundVoucher":
        """The voucher that takes back what a receipt voucher told."""
        tax = sum(line.amount_minor for line in receipt.tax_lines)
        return cls._create(
            cls.Issued,
            id=refund_voucher_id(receipt.id),
            timestamp=at,
            **told_of(series),
            issued_on=at.astimezone(ZoneInfo(time_zone)).date(),
            receipt_voucher_id=receipt.id,
            request_id=receipt.request_id,
            customer_id=receipt.customer_id,
            lines=receipt.lines,
            tax_lines=receipt.tax_lines,
            net_minor=receipt.total_minor - tax,
            tax_minor=tax,
            total_minor=receipt.total_minor,
            currency=receipt.currency,
            place_of_supply=receipt.place_of_supply,
            sac=receipt.sac,
        )
