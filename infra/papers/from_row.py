"""How does the row of a document become one that can be shown?"""

from collections.abc import Iterable
from datetime import date

from domain.gst.gstin import state_of
from domain.gst.paper import Against, Paper, Party, Registered
from domain.ids import Prefix
from domain.invoice_terms import DocType, InvoiceLine
from domain.price_terms import LineKind
from infra.supplier_settings import SupplierSettings
from projections.tax_documents import TaxDocumentRow

PREFIXES = {
    DocType.INVOICE: Prefix.INVOICE,
    DocType.CREDIT_NOTE: Prefix.CREDIT_NOTE,
    DocType.RECEIPT_VOUCHER: Prefix.RECEIPT_VOUCHER,
    DocType.REFUND_VOUCHER: Prefix.REFUND_VOUCHER,
}
"""With what the ids of each kind of document begin."""


def paper_of(
    row: TaxDocumentRow,
    settings: SupplierSettings,
    recipient: Party,
    against: TaxDocumentRow | None = None,
    signed_qr: str = "",
) -> Paper:
    """The document with its parties: the supplier is whom the settings name, under the number that it carries."""
    state = state_of(row.gstin) if row.gstin else _own_state(row)
    supplier = Party(
        settings.supplier_name,
        row.gstin,
        settings.supplier_street,
        settings.supplier_town,
        settings.supplier_pin,
        state,
    )
    return Paper(
        doc_type=DocType(row.doc_type),
        number=row.number_text or "-",
        issued_on=date.fromisoformat(row.issued_on),
        supplier=supplier,
        recipient=recipient,
        lines=_lines(row.lines),
        tax_lines=_lines(row.tax_lines),
        total_minor=row.total_minor,
        currency=row.currency,
        place_of_supply=row.place_of_supply,
        sac=row.sac,
        against=None if against is None else Against(against.number_text or "-", date.fromisoformat(against.issued_on)),
        registered=None if row.irn is None else Registered(row.irn, row.ack_no or "", signed_qr),
        cancelled=row.state == "cancelled",
    )


def _own_state(row: TaxDocumentRow) -> str:
    """Inside a state, the place of supply is where the supplier is."""
    inside = any(line["kind"] == LineKind.TAX_CGST.value for line in row.tax_lines)
    return row.place_of_supply if inside else ""


def _lines(told: Iterable[dict[str, object]]) -> tuple[InvoiceLine, ...]:
    return tuple(
        InvoiceLine(LineKind(str(line["kind"])), str(line["sac"]), int(str(line["amount_minor"]))) for line in told
    )
