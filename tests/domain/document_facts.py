"""Which facts of tax documents do the tests tell: what becomes of a bill, notes, vouchers, registrations?"""

from datetime import date

from domain.credit_note import CreditNote
from domain.credit_terms import WhyCredited
from domain.gst.irn import irn_of
from domain.invoice import Invoice
from domain.invoice_terms import LETTERS, DocType, InvoiceLine, Series, WhyCancelled, told_of
from domain.ledger import advance_for, payable_to
from domain.payment import Payment
from domain.price_terms import LineKind
from domain.receipt_voucher import ReceiptVoucher
from domain.refund_voucher import RefundVoucher
from domain.tax_registration import TaxRegistrations
from tests.domain.money_facts import KARNATAKA, PAYMENT, SAC, THE_INVOICE, moved
from tests.support.roadside import CUSTOMER, LATER, PROVIDER, REQUEST, TENANT, some_id
from tests.support.rulebook import Fact, fact

GSTIN = "29AAGCB7383J1Z4"
OPERATION = some_id(170)
NOTE, RECEIPT, GIVEN_BACK, ORDER = some_id(171), some_id(172), some_id(173), some_id(174)
IRN = irn_of(GSTIN, "25-26", "INV", "VA/25-26/0000001")


def series(doc_type: DocType) -> Series:
    """A registered supplier's series."""
    return Series(TENANT, GSTIN, doc_type, LETTERS[doc_type], "25-26")


ASKED = fact(Invoice.RegistrationAsked, LATER, operation_id=OPERATION, number=1)
REGISTERED = fact(
    Invoice.Registered, LATER, operation_id=OPERATION, irn=IRN, ack_no="112010054321", acknowledged_at=LATER
)
REJECTED = fact(Invoice.RegistrationRejected, LATER, operation_id=OPERATION, code="2172")
DOUBTED = fact(Invoice.RegistrationDoubted, LATER, operation_id=OPERATION, why="no_answer")
CANCELLED = fact(Invoice.Cancelled, LATER, why=WhyCancelled.DATA_ENTRY)
VOID_ASKED = fact(Invoice.VoidAsked, LATER, operation_id=OPERATION, irn=IRN, why=WhyCancelled.DATA_ENTRY)
VOID_CONFIRMED = fact(Invoice.VoidConfirmed, LATER, operation_id=OPERATION)
VOID_REJECTED = fact(Invoice.VoidRejected, LATER, operation_id=OPERATION, code="2270")
VOID_DOUBTED = fact(Invoice.VoidDoubted, LATER, operation_id=OPERATION, why="no_answer")
CREDITED = fact(Invoice.Credited, LATER, credit_note_id=NOTE, amount_minor=59_000)

AMOUNTS: dict[str, object] = {
    "lines": (InvoiceLine(LineKind.BASE, SAC, 50_000),),
    "net_minor": 50_000,
    "tax_minor": 9_000,
    "total_minor": 59_000,
    "currency": "INR",
    "sac": SAC,
}
HALVES = (InvoiceLine(LineKind.TAX_CGST, SAC, 4_500), InvoiceLine(LineKind.TAX_SGST, SAC, 4_500))
WHOLE = (InvoiceLine(LineKind.TAX_IGST, SAC, 9_000),)

NOTE_ISSUED = fact(
    CreditNote.Issued,
    LATER,
    **told_of(series(DocType.CREDIT_NOTE)),
    **AMOUNTS,
    tax_lines=HALVES,
    place_of_supply=KARNATAKA,
    issued_on=date(2026, 3, 2),
    invoice_id=THE_INVOICE,
    request_id=REQUEST,
    payment_id=PAYMENT,
    customer_id=CUSTOMER,
    provider_id=PROVIDER,
    why=WhyCredited.DEFICIENT_SERVICE,
)
RECEIPT_ISSUED = fact(
    ReceiptVoucher.Issued,
    LATER,
    **told_of(series(DocType.RECEIPT_VOUCHER)),
    **AMOUNTS,
    tax_lines=WHOLE,
    place_of_supply="",
    issued_on=date(2026, 3, 2),
    order_id=ORDER,
    request_id=REQUEST,
    customer_id=CUSTOMER,
    rate_bp=1_800,
)
BILLED = fact(ReceiptVoucher.Billed, LATER, invoice_id=THE_INVOICE)
GIVEN = fact(ReceiptVoucher.GivenBack, LATER, refund_voucher_id=GIVEN_BACK)
REFUND_ISSUED = fact(
    RefundVoucher.Issued,
    LATER,
    **told_of(series(DocType.REFUND_VOUCHER)),
    **AMOUNTS,
    tax_lines=WHOLE,
    place_of_supply="",
    issued_on=date(2026, 3, 2),
    receipt_voucher_id=RECEIPT,
    request_id=REQUEST,
    customer_id=CUSTOMER,
)
CREDITED_BACK = fact(
    Payment.CreditedBack,
    LATER,
    transfer_id=f"cn:{NOTE.hex}",
    **moved(payable_to(PROVIDER), advance_for(REQUEST), 59_000),
    request_id=REQUEST,
    customer_id=CUSTOMER,
    provider_id=PROVIDER,
    credit_note_id=NOTE,
    amount_minor=59_000,
    forgiven_minor=0,
    to_cover_minor=0,
    to_partner_minor=0,
    payable_minor=59_000,
)
OPENED = fact(TaxRegistrations.Opened, LATER)
DECIDED = fact(
    TaxRegistrations.Decided, LATER, registration_version=1, effective_from=LATER, state_code="29", gstin=GSTIN
)

SAMPLES: tuple[Fact, ...] = (
    ASKED,
    REGISTERED,
    REJECTED,
    DOUBTED,
    CANCELLED,
    VOID_ASKED,
    VOID_CONFIRMED,
    VOID_REJECTED,
    VOID_DOUBTED,
    CREDITED,
    NOTE_ISSUED,
    RECEIPT_ISSUED,
    BILLED,
    GIVEN,
    REFUND_ISSUED,
    CREDITED_BACK,
    OPENED,
    DECIDED,
)
