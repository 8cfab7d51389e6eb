"""How does the row of a bill become a document that can be shown?"""

from collections.abc import Iterable
from datetime import date

from domain.gst.gstin import state_of
from domain.gst.paper import Paper, Party
from domain.invoice_terms import DocType, InvoiceLine
from domain.price_terms import LineKind
from infra.settings import Settings
from projections.invoices import InvoiceRow


def paper_of(row: InvoiceRow, settings: Settings, recipient: Party) -> Paper:
    """The bill with its parties: the supplier is whom the settings name, under the number that the bill carries."""
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
    )


def _own_state(row: InvoiceRow) -> str:
    """Inside a state, the place of supply is where the supplier is."""
    inside = any(line["kind"] == LineKind.TAX_CGST.value for line in row.tax_lines)
    return row.place_of_supply if inside else ""


def _lines(told: Iterable[dict[str, object]]) -> tuple[InvoiceLine, ...]:
    return tuple(
        InvoiceLine(LineKind(str(line["kind"])), str(line["sac"]), int(str(line["amount_minor"]))) for line in told
    )
