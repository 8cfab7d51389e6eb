"""What does a refund voucher say (rule 51)? That nothing was supplied for an advance, which goes back with its tax."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid5

from domain.aggregate import Aggregate
from domain.invoice_terms import Series
from domain.receipt_voucher import ReceiptVoucher
from domain.tax_document import Content, Numbered, Placed, Priced


def refund_voucher_id(receipt_voucher: UUID) -> UUID:
    """The voucher's id: an advance goes back once."""
    return uuid5(receipt_voucher, "refund voucher")


class _OfAnAdvance(Numbered):
    """Which advance goes back, to whom."""

    receipt_voucher_id: UUID
    request_id: UUID
    customer_id: UUID


class RefundVoucher(Aggregate):
    """One document, which never changes: the whole of a receipt voucher, back."""

    TOPIC = "refund_voucher"

    receipt_voucher_id: UUID
    total_minor: int

    class Issued(Placed, Priced, _OfAnAdvance):
        """The document stands."""

        TOPIC: ClassVar[str] = "refund_voucher.issued"

    @classmethod
    def issue(cls, series: Series, receipt: ReceiptVoucher, time_zone: str, at: datetime) -> "RefundVoucher":
        """The voucher that takes back what a receipt voucher told."""
        content = Content(receipt.lines, receipt.tax_lines, receipt.currency, receipt.place_of_supply, receipt.sac)
        return cls._create(
            cls.Issued,
            id=refund_voucher_id(receipt.id),
            timestamp=at,
            **content.told(series, time_zone, at),
            receipt_voucher_id=receipt.id,
            request_id=receipt.request_id,
            customer_id=receipt.customer_id,
        )
