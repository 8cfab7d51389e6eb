"""What does a receipt voucher say (rule 50)? That an advance was taken for a service, and the tax that is in it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from domain.aggregate import Aggregate, Created, event
from domain.gst.place import Recipient, inside, is_interstate
from domain.invoice_terms import DocType, InvoiceLine, Series, told_of
from domain.price_terms import LineKind
from domain.refusal import OutOfTurn


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


def receipt_voucher_id(order_id: UUID) -> UUID:
    """The voucher's id: an advance has one."""
    return uuid5(order_id, "receipt voucher")


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

    class Issued(Created):
        """The document stands."""

        TOPIC: ClassVar[str] = "receipt_voucher.issued"
        series_id: UUID
        doc_type: DocType
        gstin: str
        series: str
        financial_year: str
        issued_on: date
        order_id: UUID
        request_id: UUID
        customer_id: UUID
        lines: tuple[InvoiceLine, ...]
        tax_lines: tuple[InvoiceLine, ...]
        net_minor: int
        tax_minor: int
        total_minor: int
        currency: str
        rate_bp: int
        place_of_supply: str
        sac: str

    class Billed(Aggregate.Event):
        """The service was supplied: the advance is a part of this bill."""

        TOPIC: ClassVar[str] = "receipt_voucher.billed"
        invoice_id: UUID

    class GivenBack(Aggregate.Event):
        """Nothing was supplied: this refund voucher gives the advance back."""

        TOPIC: ClassVar[str] = "receipt_voucher.given_back"
        refund_voucher_id: UUID

    @classmethod
    def issue(cls, series: Series, advance: Advance, time_zone: str, at: datetime) -> "ReceiptVoucher":
        """The voucher of an advance, whose taxes are inside it; between states where the place cannot be told."""
        net, taxes = _apart(advance)
        return cls._create(
            cls.Issued,
            id=receipt_voucher_id(advance.order_id),
            timestamp=at,
            **told_of(series),
            issued_on=at.astimezone(ZoneInfo(time_zone)).date(),
            order_id=advance.order_id,
            request_id=advance.request_id,
            customer_id=advance.customer_id,
            lines=(InvoiceLine(LineKind.BASE, advance.sac, net),),
            tax_lines=taxes,
            net_minor=net,
            tax_minor=advance.amount_minor - net,
            total_minor=advance.amount_minor,
            currency=advance.currency,
            rate_bp=advance.rate_bp,
            place_of_supply=advance.place or "",
            sac=advance.sac,
        )

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
        if self.invoice_id or self.refund_voucher_id:
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
