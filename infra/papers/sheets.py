"""How is a list of bills written for a spreadsheet? As CSV, or as XLSX whose amounts are numbers."""

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from io import BytesIO, StringIO
from pathlib import Path

import xlsxwriter

from domain.gst.inv01 import rupees
from domain.price_terms import LineKind
from projections.invoices import InvoiceRow

HEAD = (
    "number",
    "date",
    "kind",
    "gstin",
    "place_of_supply",
    "sac",
    "taxable",
    "cgst",
    "sgst",
    "igst",
    "rounding",
    "total",
)
AMOUNTS_FROM = 6
"""The columns from here on are amounts of rupees."""
STILL = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""When every workbook says that it was made: the same rows are the same bytes."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula at the beginning of a text."""


def sheet_rows(bills: Iterable[InvoiceRow]) -> Iterator[tuple[str, ...]]:
    """One row for each bill, amounts as exact decimals."""
    for bill in bills:
        sums = dict.fromkeys(LineKind, 0)
        for line in (*bill.lines, *bill.tax_lines):
            sums[LineKind(str(line["kind"]))] += int(str(line["amount_minor"]))
        rounding = sums[LineKind.ROUNDING]
        amounts = (
            bill.net_minor - rounding,
            sums[LineKind.TAX_CGST],
            sums[LineKind.TAX_SGST],
            sums[LineKind.TAX_IGST],
            rounding,
            bill.total_minor,
        )
        texts = (bill.number_text or "", bill.issued_on, bill.doc_type, bill.gstin, bill.place_of_supply, bill.sac)
        yield (*(_harmless(text) for text in texts), *(str(rupees(amount)) for amount in amounts))


def as_csv(bills: Iterable[InvoiceRow]) -> bytes:
    """Comma-separated, with a head, in UTF-8."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEAD)
    writer.writerows(sheet_rows(bills))
    return out.getvalue().encode()


def as_xlsx(bills: Iterable[InvoiceRow]) -> bytes:
    """A workbook of one sheet; the same rows make the same bytes."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": STILL})
        money, sheet = book.add_format({"num_format": "#,##0.00"}), book.add_worksheet("invoices")
        sheet.write_row(0, 0, HEAD)
        for number, row in enumerate(sheet_rows(bills), start=1):
            for column, text in enumerate(row):
                if column < AMOUNTS_FROM:
                    sheet.write_string(number, column, text)
                else:
                    sheet.write_number(number, column, float(text), money)
    return out.getvalue()


def write(bills: Iterable[InvoiceRow], path: Path) -> None:
    """Write the file that its ending asks for: .csv or .xlsx."""
    path.write_bytes(as_xlsx(bills) if path.suffix == ".xlsx" else as_csv(bills))


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
