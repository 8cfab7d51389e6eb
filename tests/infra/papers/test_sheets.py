"""Do the sheets say the same as the bills, exactly, every time?"""

import csv
from datetime import UTC, datetime
from io import BytesIO, StringIO
from uuid import UUID

from openpyxl import load_workbook

from domain.gst.paper import Party
from infra.papers.from_row import paper_of
from infra.papers.sheets import as_csv, as_xlsx
from infra.papers.statements import OF_DOCUMENTS, SUMS, register
from infra.settings import Settings
from projections.tax_documents import TaxDocumentRow

NOBODY = UUID(int=1)


def a_row(number: int, gstin: str = "29AAGCB7383J1Z4") -> TaxDocumentRow:
    taxes: list[dict[str, object]] = [
        {"kind": kind, "sac": "996744", "amount_minor": 9_001} for kind in ("tax_cgst", "tax_sgst")
    ]
    lines = [("base", 100_005), ("rounding", -7)]
    return TaxDocumentRow(
        tenant="demo",
        document_id=UUID(int=number),
        version=1,
        position=number,
        number=number,
        number_text=f"VA/26-27/{number:07}",
        doc_type="INV",
        gstin=gstin,
        series="VA",
        financial_year="26-27",
        issued_on="2026-11-23",
        month="2026-11",
        request_id=NOBODY,
        customer_id=NOBODY,
        provider_id=None,
        against_id=None,
        lines=tuple({"kind": kind, "sac": "996744", "amount_minor": amount} for kind, amount in lines),
        tax_lines=tuple(taxes),
        net_minor=99_998,
        tax_minor=18_002,
        total_minor=118_000,
        currency="INR",
        place_of_supply="29",
        sac="996744",
        state="issued",
        operation_id=None,
        irn=None,
        ack_no=None,
        credited_minor=0,
        issued_at=datetime(2026, 11, 23, tzinfo=UTC),
    )


ROWS = [a_row(1), a_row(2, "")]
AMOUNTS = ["1000.05", "90.01", "90.01", "0.00", "-0.07", "1180.00"]


def test_the_list_as_text() -> None:
    head, first, second = csv.reader(StringIO(as_csv(register(ROWS)).decode()))
    assert head == [*OF_DOCUMENTS, *SUMS]
    told = ["VA/26-27/0000001", "2026-11-23", "INV", "issued", "29AAGCB7383J1Z4", "29", "996744", "", "INR"]
    assert first == [*told, *AMOUNTS]
    assert second[0] == "VA/26-27/0000002"


def test_the_workbook_is_read_back_and_is_the_same_every_time() -> None:
    made = as_xlsx(register(ROWS))
    assert made == as_xlsx(register(ROWS))
    read = list(load_workbook(BytesIO(made)).active.iter_rows(values_only=True))
    assert [f"{amount:.2f}" for amount in read[1][len(OF_DOCUMENTS) :]] == AMOUNTS
    assert read[2][0] == "VA/26-27/0000002"


def test_a_row_becomes_a_document() -> None:
    told = paper_of(a_row(1), Settings(supplier_name="Vaahan Sahay"), Party("Somebody"))
    assert (told.supplier.name, told.supplier.state_code, told.number) == ("Vaahan Sahay", "29", "VA/26-27/0000001")
    assert (told.rate_bp, told.taxable_minor, told.rounding_minor) == (1_800, 100_005, -7)
    assert paper_of(a_row(2, ""), Settings(), Party()).supplier.state_code == "29"
