"""Which bills were issued, to whom, under which number?"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from domain.invoice_terms import number_text
from projections.fact import Fact
from projections.read_model import Index, ReadModel, Row, by_id


class InvoiceRow(Row, frozen=True, gc=False):
    """One document. Its number is its place in the series, which the series says right behind it in the same save.

    ``issued_on`` is the supplier's calendar day, ``gstin`` is empty for a supplier without a tax registration,
    ``place_of_supply`` where it is not on record.
    """

    tenant: str
    invoice_id: UUID
    version: int
    position: int
    number: int | None
    number_text: str | None
    doc_type: str
    gstin: str
    series: str
    financial_year: str
    issued_on: str
    outcome: str
    request_id: UUID
    payment_id: UUID
    customer_id: UUID
    provider_id: UUID | None
    lines: tuple[dict[str, object], ...]
    tax_lines: tuple[dict[str, object], ...]
    net_minor: int
    tax_minor: int
    total_minor: int
    currency: str
    place_of_supply: str
    sac: str
    issued_at: datetime


invoices = ReadModel(
    "invoices",
    InvoiceRow,
    version=1,
    key=("tenant", "invoice_id"),
    indexes=(
        Index(("tenant", "issued_at", "invoice_id")),
        Index(("tenant", "customer_id", "issued_at", "invoice_id")),
        Index(("tenant", "provider_id", "issued_at", "invoice_id"), where="provider_id IS NOT NULL"),
        Index(("tenant", "request_id")),
    ),
)


@invoices.begins("invoice.issued")
def _issued(fact: Fact) -> InvoiceRow:
    return InvoiceRow(
        tenant=fact.tenant,
        invoice_id=fact.stream_id,
        version=fact.version,
        position=fact.position,
        number=None,
        number_text=None,
        doc_type=fact.text("doc_type"),
        gstin=fact.text("gstin"),
        series=fact.text("series"),
        financial_year=fact.text("financial_year"),
        issued_on=fact.text("issued_on"),
        outcome=fact.text("outcome"),
        request_id=fact.uuid("request_id"),
        payment_id=fact.uuid("payment_id"),
        customer_id=fact.uuid("customer_id"),
        provider_id=fact.maybe_uuid("provider_id"),
        lines=fact.all_told("lines"),
        tax_lines=fact.all_told("tax_lines"),
        net_minor=fact.whole("net_minor"),
        tax_minor=fact.whole("tax_minor"),
        total_minor=fact.whole("total_minor"),
        currency=fact.text("currency"),
        place_of_supply=fact.text("place_of_supply"),
        sac=fact.text("sac"),
        issued_at=fact.occurred_at,
    )


@invoices.settles("invoice_series.number_taken", by_id("invoice_id"))
def _numbered(row: InvoiceRow | None, fact: Fact) -> InvoiceRow | None:
    if row is None:  # its own stream is parked: a number without its document must not stop the others of the series
        return None
    text = number_text(row.series, row.financial_year, fact.version)
    return replace(row, position=fact.position, number=fact.version, number_text=text)
