"""Which tax documents were issued, under which numbers, against which, and what became of them?"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from domain.invoice_terms import number_text
from projections.fact import Fact
from projections.read_model import Index, ReadModel, Row, by_id


class TaxDocumentRow(Row, frozen=True, gc=False):
    """One bill, credit note, receipt voucher or refund voucher.

    Its number is its place in the series, which the series says right behind it in the same save. ``state`` is
    issued, registering, registered, voiding, cancelled, credited (all of a bill), billed or given_back (an advance).
    ``against_id`` is the bill that a note corrects, or the receipt voucher whose advance goes back; ``month`` the
    month of ``issued_on``, the supplier's calendar day.
    """

    tenant: str
    document_id: UUID
    version: int
    position: int
    number: int | None
    number_text: str | None
    doc_type: str
    gstin: str
    series: str
    financial_year: str
    issued_on: str
    month: str
    request_id: UUID
    customer_id: UUID
    provider_id: UUID | None
    against_id: UUID | None
    lines: tuple[dict[str, object], ...]
    tax_lines: tuple[dict[str, object], ...]
    net_minor: int
    tax_minor: int
    total_minor: int
    currency: str
    place_of_supply: str
    sac: str
    state: str
    operation_id: UUID | None
    irn: str | None
    ack_no: str | None
    credited_minor: int
    issued_at: datetime


tax_documents = ReadModel(
    "tax_documents",
    TaxDocumentRow,
    version=3,
    key=("tenant", "document_id"),
    indexes=(
        Index(("tenant", "issued_at", "document_id")),
        Index(("tenant", "customer_id", "issued_at", "document_id")),
        Index(("tenant", "provider_id", "issued_at", "document_id"), where="provider_id IS NOT NULL"),
        Index(("tenant", "month", "issued_at", "document_id")),
    ),
)


@tax_documents.begins("invoice.issued")
def _invoice(fact: Fact) -> TaxDocumentRow:
    return _document(fact, None)


@tax_documents.begins("credit_note.issued")
def _note(fact: Fact) -> TaxDocumentRow:
    return _document(fact, fact.uuid("invoice_id"))


@tax_documents.begins("receipt_voucher.issued")
def _receipt(fact: Fact) -> TaxDocumentRow:
    return _document(fact, None)


@tax_documents.begins("refund_voucher.issued")
def _refund(fact: Fact) -> TaxDocumentRow:
    return _document(fact, fact.uuid("receipt_voucher_id"))


@tax_documents.settles("invoice_series.number_taken", by_id("invoice_id"))
def _numbered(row: TaxDocumentRow | None, fact: Fact) -> TaxDocumentRow | None:
    if row is None:  # its own stream is parked: a number without its document must not stop the others of the series
        return None
    text = number_text(row.series, row.financial_year, fact.version)
    return replace(row, position=fact.position, number=fact.version, number_text=text)


@tax_documents.on("invoice.registration_asked")
def _asked(row: TaxDocumentRow, fact: Fact) -> TaxDocumentRow:
    return replace(_became(row, fact, "registering"), operation_id=fact.uuid("operation_id"))


@tax_documents.on("invoice.registration_rejected")
def _rejected(row: TaxDocumentRow, fact: Fact) -> TaxDocumentRow:
    return _became(row, fact, "issued")


@tax_documents.on("invoice.registration_doubted")
def _doubted(row: TaxDocumentRow, fact: Fact) -> TaxDocumentRow:
    return _became(row, fact, "registering")


@tax_documents.on("invoice.registered")
def _registered(row: TaxDocumentRow, fact: Fact) -> TaxDocumentRow:
    return replace(_became(row, fact, "registered"), irn=fact.text("irn"), ack_no=fact.text("ack_no"))


@tax_documents.on("invoice.void_asked")
@tax_documents.on("invoice.void_doubted")
@tax_documents.on("invoice.void_confirmed")
def _voiding(row: TaxDocumentRow, fact: Fact) -> TaxDocumentRow:
    return _became(row, fact, "voiding")


@tax_documents.on("invoice.void_rejected")
def _kept(row: TaxDocumentRow, fact: Fact) -> TaxDocumentRow:
    return _became(row, fact, "registered")


@tax_documents.on("invoice.cancelled")
def _cancelled(row: TaxDocumentRow, fact: Fact) -> TaxDocumentRow:
    return _became(row, fact, "cancelled")


@tax_documents.on("invoice.credited")
def _credited(row: TaxDocumentRow, fact: Fact) -> TaxDocumentRow:
    credited = row.credited_minor + fact.whole("amount_minor")
    state = "credited" if credited == row.total_minor else row.state
    return replace(_became(row, fact, state), credited_minor=credited)


@tax_documents.on("receipt_voucher.billed")
def _billed(row: TaxDocumentRow, fact: Fact) -> TaxDocumentRow:
    return _became(row, fact, "billed")


@tax_documents.on("receipt_voucher.given_back")
def _given_back(row: TaxDocumentRow, fact: Fact) -> TaxDocumentRow:
    return _became(row, fact, "given_back")


def _became(row: TaxDocumentRow, fact: Fact, state: str) -> TaxDocumentRow:
    return replace(row, state=state, version=fact.version, position=fact.position)


def _document(fact: Fact, against_id: UUID | None) -> TaxDocumentRow:
    issued_on = fact.text("issued_on")
    return TaxDocumentRow(
        tenant=fact.tenant,
        document_id=fact.stream_id,
        version=fact.version,
        position=fact.position,
        number=None,
        number_text=None,
        doc_type=fact.text("doc_type"),
        gstin=fact.text("gstin"),
        series=fact.text("series"),
        financial_year=fact.text("financial_year"),
        issued_on=issued_on,
        month=issued_on[:7],
        request_id=fact.uuid("request_id"),
        customer_id=fact.uuid("customer_id"),
        provider_id=fact.maybe_uuid("provider_id"),
        against_id=against_id,
        lines=fact.all_told("lines"),
        tax_lines=fact.all_told("tax_lines"),
        net_minor=fact.whole("net_minor"),
        tax_minor=fact.whole("tax_minor"),
        total_minor=fact.whole("total_minor"),
        currency=fact.text("currency"),
        place_of_supply=fact.text("place_of_supply"),
        sac=fact.text("sac"),
        state="issued",
        operation_id=None,
        irn=None,
        ack_no=None,
        credited_minor=0,
        issued_at=fact.occurred_at,
    )
