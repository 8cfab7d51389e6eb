"""What does a tax document look like on the wire?"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from domain.invoice_terms import DocType
from interfaces.http.shapes.money import InvoiceLineShown
from interfaces.http.shapes.prices import Currency, Minor
from interfaces.http.shapes.values import EXAMPLE, Instant, ProviderId, RequestId, Shown, UserId, Version

DocumentId = Annotated[
    str,
    Field(
        pattern="^(inv|crn|rcv|rfv)_[0-9a-f]{32}$",
        description="Id of a bill, credit note, receipt voucher or refund voucher.",
        examples=[f"inv_{EXAMPLE}"],
    ),
]


class DocumentForm(StrEnum):
    """As what a document is taken along: archivable PDF, a page, or the registrar's form INV-01."""

    PDF = "pdf"
    HTML = "html"
    JSON = "json"


class TaxDocumentState(StrEnum):
    """What became of a document."""

    ISSUED = "issued"
    REGISTERING = "registering"
    VOIDING = "voiding"
    REGISTERED = "registered"
    CANCELLED = "cancelled"
    CREDITED = "credited"
    BILLED = "billed"
    GIVEN_BACK = "given_back"


class TaxDocumentShown(Shown):
    """One tax document."""

    id: DocumentId
    version: Version
    doc_type: DocType
    state: TaxDocumentState
    number: Annotated[str | None, Field(examples=["VA/26-27/0000001"])]
    gstin: Annotated[str | None, Field(examples=["29AAGCB7383J1Z4"])]
    financial_year: Annotated[str, Field(examples=["26-27"])]
    issued_on: Annotated[str, Field(description="The supplier's calendar day.", examples=["2026-11-23"])]
    request_id: RequestId
    customer_id: UserId
    provider_id: ProviderId | None
    against_id: Annotated[DocumentId | None, Field(description="The document that it corrects or gives back.")]
    lines: list[InvoiceLineShown]
    tax_lines: list[InvoiceLineShown]
    net_minor: Minor
    tax_minor: Minor
    total_minor: Minor
    credited_minor: Annotated[Minor, Field(description="What credit notes took back of a bill.")]
    currency: Currency
    place_of_supply: Annotated[str | None, Field(description="GST code of a state.", examples=["29"])]
    sac: Annotated[str, Field(examples=["996744"])]
    irn: Annotated[str | None, Field(description="The registrar's reference number.")]
    ack_no: str | None
    issued_at: Instant


class TaxDocumentPage(Shown):
    """One page of documents, newest first."""

    data: list[TaxDocumentShown]
    next_cursor: str | None
