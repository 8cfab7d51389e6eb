"""What does a receipt voucher say (rule 50)? That an advance was taken for a service, and the tax that is in it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid5

from domain.aggregate import Aggregate, event
from domain.gst.place import Recipient, inside, is_interstate
from domain.invoice_terms import InvoiceLine, Series
from domain.price_terms import LineKind
from domain.refusal import OutOfTurn
from domain.tax_document import Content, Numbered, Placed, Priced


@dataclass(frozen=True, slots=True)
class Advance:
    """What was taken, from whom, for which job, through which order; ``place`` is None where nobody can tell."""

    order_id: UUID
    request_id: UUID
    customer_id: UUID
    amount_minor: int
    currency: str
    rate_bp: int
    supplier_state: str
    place: str | None
    sac: str


def receipt_voucher_id(request_id: UUID, nth: int) -> UUID:
    """The voucher's id: the advances of a job are counted from 0, so that they are found again."""
    return uuid5(request_id, f"receipt voucher/{nth}")


class _OfAnOrder(Numbered):
    """Through which order the advance came, for which job, from whom."""

    order_id: UUID
    request_id: UUID
    customer_id: UUID


class _Rated(Priced):
    """The rate at which the tax in it was worked out."""

    rate_bp: int


class ReceiptVoucher(Aggregate):
    """One document, whose content never changes; the advance ends in a bill, or is given back by a refund voucher."""

    TOPIC = "receipt_voucher"

    customer_id: UUID
    request_id: UUID
    order_id: UUID
    gstin: str
    lines: tuple[InvoiceLine, ...]
    tax_lines: tuple[InvoiceLine, ...]
    total_minor: int
    currency: str
    place_of_supply: str
    sac: str
    invoice_id: UUID | None = field(default=None, init=False)
    refund_voucher_id: UUID | None = field(default=None, init=False)

    class Issued(Placed, _Rated, _OfAnOrder):
        """The document stands."""

        TOPIC: ClassVar[str] = "receipt_voucher.issued"

    class Billed(Aggregate.Event):
        """The service was supplied: the advance is a part of this bill."""

        TOPIC: ClassVar[str] = "receipt_voucher.billed"
        invoice_id: UUID

    class GivenBack(Aggregate.Event):
        """Nothing was supplied: this refund voucher gives the advance back."""

        TOPIC: ClassVar[str] = "receipt_voucher.given_back"
        refund_voucher_id: UUID

    @classmethod
    def issue(cls, series: Series, advance: Advance, time_zone: str, at: datetime, nth: int = 0) -> "ReceiptVoucher":
        """The voucher of an advance, whose taxes are inside it; between states where the place cannot be told."""
        net, taxes = _apart(advance)
        lines = (InvoiceLine(LineKind.BASE, advance.sac, net),)
        return cls._create(
            cls.Issued,
            id=receipt_voucher_id(advance.request_id, nth),
            timestamp=at,
            **Content(lines, taxes, advance.currency, advance.place or "", advance.sac).told(series, time_zone, at),
            order_id=advance.order_id,
            request_id=advance.request_id,
            customer_id=advance.customer_id,
            rate_bp=advance.rate_bp,
        )

    @property
    def is_open(self) -> bool:
        """Whether nobody has said yet what became of the advance."""
        return self.invoice_id is None and self.refund_voucher_id is None

    def bill(self, invoice_id: UUID, at: datetime) -> None:
        """The advance is a part of a bill; the same again is no news. Raises OutOfTurn."""
        if self.invoice_id == invoice_id:
            return
        self._check_open()
        self.trigger_event(self.Billed, timestamp=at, invoice_id=invoice_id)

    def give_back(self, refund_voucher_id: UUID, at: datetime) -> None:
        """The advance goes back; the same again is no news. Raises OutOfTurn."""
        if self.refund_voucher_id == refund_voucher_id:
            return
        self._check_open()
        self.trigger_event(self.GivenBack, timestamp=at, refund_voucher_id=refund_voucher_id)

    def _check_open(self) -> None:
        if not self.is_open:
            raise OutOfTurn("the advance was billed or given back")

    @event(Billed)
    def _on_billed(self, invoice_id: UUID) -> None:
        self.invoice_id = invoice_id

    @event(GivenBack)
    def _on_given_back(self, refund_voucher_id: UUID) -> None:
        self.refund_voucher_id = refund_voucher_id


def _apart(advance: Advance) -> tuple[int, tuple[InvoiceLine, ...]]:
    """The value and the taxes that make an advance; two halves are equal, the value takes what is left."""
    tax = advance.amount_minor - inside(advance.amount_minor, advance.rate_bp)
    place = advance.place
    if place is None or is_interstate(advance.supplier_state, Recipient.UNREGISTERED, place):
        amounts = [(LineKind.TAX_IGST, tax)]
    else:
        amounts = [(LineKind.TAX_CGST, tax // 2), (LineKind.TAX_SGST, tax // 2)]
    lines = tuple(InvoiceLine(kind, advance.sac, amount) for kind, amount in amounts if amount)
    return advance.amount_minor - sum(line.amount_minor for line in lines), lines
