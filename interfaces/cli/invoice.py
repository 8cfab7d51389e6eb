"""How does an operator print a tax document, or take the list of them along?"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from application.press import PressMissing
from domain.gst.paper import Paper, Party
from domain.gst.words import DocumentLanguage
from domain.ids import Prefix, parse
from domain.invoice_terms import DocType
from domain.refusal import Refusal
from infra.database_url import app_dsn
from infra.papers.from_row import PREFIXES, paper_of
from infra.papers.sheets import write
from infra.papers.statements import register
from infra.papers.weasy import WeasyPress, form_bytes
from infra.queries.money import MoneyViews
from infra.queries.pool import reader_pool
from infra.settings import SettingsError, load_settings
from projections.tax_documents import TaxDocumentRow

app = typer.Typer(help="Print tax documents, or list them in a file.", no_args_is_help=True, add_completion=False)

# 200 rows at a time, the most that a page of the API has; the whole list is read page by page.
AT_ONCE = 200

Tenant = Annotated[str, typer.Option(help="Whose documents.")]
Out = Annotated[Path, typer.Option("--out", help="Where to write it.")]


class As(StrEnum):
    """What a document is printed as."""

    PDF = "pdf"
    HTML = "html"
    JSON = "json"


@app.callback()
def invoice() -> None:
    """Print tax documents, or list them in a file."""


@app.command("print")
def print_one(
    invoice_id: Annotated[str, typer.Argument(help="Its id: inv_, crn_, rcv_ or rfv_ and 32 digits.")],
    *,
    out: Out,
    tenant: Tenant = "demo",
    language: DocumentLanguage = DocumentLanguage.ENGLISH,
    as_: Annotated[As, typer.Option("--as", help="pdf (archivable), html, or json (the form INV-01).")] = As.PDF,
    recipient: Annotated[str, typer.Option(help="The name that it is made out to; kept nowhere else.")] = "",
    gstin: Annotated[str, typer.Option(help="The recipient's registration, if it has one.")] = "",
) -> None:
    """Write one document; without Pango, ask for html. The same document gives the same bytes."""
    row, against = asyncio.run(_one(tenant, invoice_id))
    paper = paper_of(row, load_settings(), Party(recipient, gstin, state_code=row.place_of_supply), against)
    try:
        out.write_bytes(_printed(paper, language, as_))
    except PressMissing as missing:
        raise SettingsError(str(missing)) from missing
    typer.echo(f"{paper.number} is in {out}")


@app.command("list")
def list_all(*, out: Out, tenant: Tenant = "demo") -> None:
    """Write all documents, oldest first: .xlsx as a workbook, anything else as CSV."""
    rows = asyncio.run(_all(tenant))
    write(register(rows), out)
    typer.echo(f"{len(rows)} documents are in {out}")


def _printed(paper: Paper, language: DocumentLanguage, as_: As) -> bytes:
    if as_ is As.JSON:
        return form_bytes(paper)
    press = WeasyPress()
    return press.pdf(paper, language) if as_ is As.PDF else press.page(paper, language).encode()


@asynccontextmanager
async def _views() -> AsyncIterator[MoneyViews]:
    pool = reader_pool(app_dsn(load_settings(), "vehicaid-invoice"))
    await pool.open()
    try:
        yield MoneyViews(pool)
    finally:
        await pool.close()


async def _one(tenant: str, text: str) -> tuple[TaxDocumentRow, TaxDocumentRow | None]:
    """The document, and the one that it corrects or gives back."""
    prefix = next((each for each in PREFIXES.values() if text.startswith(each)), Prefix.INVOICE)
    try:
        wanted = parse(prefix, text)
    except Refusal as refused:
        raise SettingsError(refused.detail) from refused
    async with _views() as views:
        row = await views.documents.one(tenant, wanted)
        if row is None or PREFIXES[DocType(row.doc_type)] != prefix:
            raise SettingsError("there is no such document")
        return row, None if row.against_id is None else await views.documents.one(tenant, row.against_id)


async def _all(tenant: str) -> list[TaxDocumentRow]:
    rows: list[TaxDocumentRow] = []
    async with _views() as views:
        while True:
            after = (rows[-1].issued_at, rows[-1].document_id) if rows else None
            page = await views.documents.page(tenant, {}, after, AT_ONCE)
            rows += page
            if len(page) < AT_ONCE:
                return rows[::-1]
