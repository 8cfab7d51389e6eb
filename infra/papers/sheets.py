"""How is a list written for a spreadsheet? As CSV, or as XLSX whose amounts are numbers."""

import csv
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path

import xlsxwriter

from domain.money import EXPONENTS

STILL = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""When every workbook says that it was made: the same rows are the same bytes."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula at the beginning of a text."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A named table; the first ``texts`` columns are texts, all others amounts as exact decimals."""

    name: str
    head: tuple[str, ...]
    texts: int
    rows: tuple[tuple[str, ...], ...]


def decimal_of(amount_minor: int, currency: str) -> str:
    """Minor units as the currency writes them, exactly; two places for one that nobody knows."""
    return str(Decimal(amount_minor).scaleb(-EXPONENTS.get(currency, 2)))


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def as_csv(sheet: Sheet) -> bytes:
    """Comma-separated, with a head, in UTF-8."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(sheet.head)
    writer.writerows(sheet.rows)
    return out.getvalue().encode()


def as_xlsx(sheet: Sheet) -> bytes:
    """A workbook of one sheet; the same rows make the same bytes."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": STILL})
        money, page = book.add_format({"num_format": "#,##0.00"}), book.add_worksheet(sheet.name)
        page.write_row(0, 0, sheet.head)
        for number, row in enumerate(sheet.rows, start=1):
            for column, text in enumerate(row):
                if column < sheet.texts:
                    page.write_string(number, column, text)
                else:
                    page.write_number(number, column, float(text), money)
    return out.getvalue()


def write(sheet: Sheet, path: Path) -> None:
    """Write the file that its ending asks for: .csv or .xlsx."""
    path.write_bytes(as_xlsx(sheet) if path.suffix == ".xlsx" else as_csv(sheet))
