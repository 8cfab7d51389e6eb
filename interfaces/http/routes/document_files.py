"""What can be asked about tax documents and taken along: each one, the register of a month, statements?"""

import asyncio
from collections.abc import Callable
from typing import Annotated, Final, TypeVar
from uuid import UUID

from fastapi import Path, Query
from starlette.responses import Response

from application.press import PressMissing
from domain.actor import Role
from domain.gst.words import DocumentLanguage
from domain.ids import Prefix, show
from domain.invoice_terms import DocType
from domain.refusal import NotFound
from infra.papers.from_row import PREFIXES
from infra.papers.statements import provider_sheet, register, wallet_sheet
from infra.papers.weasy import WeasyPress, edition, form_bytes
from infra.queries.positioned import PositionedView
from infra.queries.view import After, Filters
from interfaces.http import answers, paging
from interfaces.http.asked_then import AskedThen, ThenAsked
from interfaces.http.calls import Asked, MinPosition, Paged, QueryCall, id_in_path
from interfaces.http.entries import END
from interfaces.http.files import SHEETS, SheetForm, file, language_of, sheet
from interfaces.http.papers import paper_for
from interfaces.http.problems import Problem
from interfaces.http.routes.wallets import seen_by
from interfaces.http.routing import Routes
from interfaces.http.shapes.documents import DocumentForm, TaxDocumentPage, TaxDocumentShown
from projections.read_model import Row
from projections.tax_documents import TaxDocumentRow

DOCUMENTS = "/v1/tax-documents"
ONE = DOCUMENTS + "/{document_id}"
MEDIA: Final = {
    DocumentForm.PDF: "application/pdf",
    DocumentForm.HTML: "text/html; charset=utf-8",
    DocumentForm.JSON: "application/json",
}
AT_ONCE: Final = 200
# A file of 20,000 rows is 3 MB and half a second of work; who needs more takes `vehicaid invoice list`.
MOST_IN_A_FILE: Final = 20_000
AS_FOLDED = (
    *("version", "doc_type", "state", "financial_year", "issued_on", "lines", "tax_lines", "net_minor", "tax_minor"),
    *("total_minor", "credited_minor", "currency", "sac", "irn", "ack_no", "issued_at"),
)
"""Columns that are shown as they are."""

R = TypeVar("R", bound=Row)
As = Annotated[SheetForm, Query(alias="as", description="As what to take it along.")]
Month = Annotated[str, Path(pattern="^20[0-9]{2}-(0[1-9]|1[0-2])$", examples=["2026-11"])]

routes = Routes("Money")
_press = WeasyPress()


@routes.query(DOCUMENTS, TaxDocumentPage, problems=("invalid_cursor",))
async def list_tax_documents(call: Asked, *, page: Paged) -> Response:
    """List bills, credit notes and vouchers, newest first.

    Customers see their own, providers those of their jobs, the desk and auditors all.
    """
    return await paging.answer(
        call, call.stack.money.documents, DOCUMENTS, {}, _own(call), page, key_of=_issued, show=_shown
    )


@routes.query(ONE, TaxDocumentShown)
async def read_tax_document(call: Asked, document_id: str, min_position: MinPosition = None) -> Response:
    """Read one tax document. What it says never changes; what becomes of it does."""
    return answers.thing(_shown(await _seen(call, document_id, min_position)))


@routes.file(ONE + "/file", tuple(MEDIA.values()), problems=("press_missing",))
async def take_tax_document(
    call: Asked,
    document_id: str,
    as_: Annotated[DocumentForm, Query(alias="as", description="As what to take it along.")] = DocumentForm.PDF,
    language: Annotated[DocumentLanguage | None, Query(description="By Accept-Language when left out.")] = None,
    min_position: MinPosition = None,
) -> Response:
    """Take a tax document along: as archivable PDF with the form INV-01 inside, as a page, or as that form.

    In English or Hindi. The same document is the same bytes; `If-None-Match` spares making it again.
    """
    row = await _seen(call, document_id, min_position)
    paper, spoken = await paper_for(call, row), language_of(call.request, language)
    form, page = form_bytes(paper), _press.page(paper, spoken)

    async def make() -> bytes:
        if as_ is not DocumentForm.PDF:
            return form if as_ is DocumentForm.JSON else page.encode()
        try:
            return await asyncio.to_thread(_press.pdf, paper, spoken)
        except PressMissing as missing:
            raise Problem("press_missing", str(missing)) from missing

    of = b"|".join((as_.encode(), edition().encode(), page.encode(), form))
    name = f"{paper.number.replace('/', '-')}-{spoken.value}.{as_.value}"
    told = {"Content-Language": spoken.value, "Vary": "Accept-Language"}
    return await file(call.request, of, make, MEDIA[as_], name, **told)


@routes.file("/v1/tax-registers/{month}/file", tuple(SHEETS.values()), problems=("too_many_rows",))
async def take_register(
    call: Asked, month: Month, as_: As = SheetForm.CSV, min_position: MinPosition = None
) -> Response:
    """Take the register of a month along: every tax document of it, by the supplier's calendar, oldest first."""
    view = call.stack.money.documents
    await call.at_or_after(view.name, min_position)
    rows: list[TaxDocumentRow] = []
    while len(rows) <= MOST_IN_A_FILE:
        page = await view.page(call.tenant, {"month": month}, _issued(rows[-1]) if rows else None, AT_ONCE)
        rows += page
        if len(page) < AT_ONCE:
            return await sheet(call.request, register(reversed(rows)), as_, f"documents-{month}")
    raise Problem("too_many_rows", f"{month} has more than {MOST_IN_A_FILE} documents")


@routes.file(
    "/v1/customers/{customer_id}/wallet/statement/file",
    tuple(SHEETS.values()),
    problems=("too_many_rows",),
)
async def take_wallet_statement(
    call: Asked, customer_id: str, as_: As = SheetForm.CSV, min_position: MinPosition = None, *, asked_then: AskedThen
) -> Response:
    """Take a wallet's statement along, newest entry first: as it is, or was, and as it was known then."""
    owner, view = seen_by(call.actor, customer_id), call.stack.money.wallet_statement
    rows = await _entries(call, view, owner, lambda row: row.position, (min_position, asked_then))
    return await sheet(call.request, wallet_sheet(rows), as_, f"wallet-{owner.hex}")


@routes.file(
    "/v1/providers/{provider_id}/statement/file",
    tuple(SHEETS.values()),
    problems=("too_many_rows",),
)
async def take_provider_statement(
    call: Asked, provider_id: str, as_: As = SheetForm.CSV, min_position: MinPosition = None, *, asked_then: AskedThen
) -> Response:
    """Take a provider's statement along, newest job first: as it is, or was, and as it was known then."""
    owner, view = id_in_path(Prefix.PROVIDER, provider_id), call.stack.money.provider_statement
    if not (call.actor.sees_books or call.actor.is_provider(owner)):
        raise NotFound
    rows = await _entries(call, view, owner, lambda row: row.position, (min_position, asked_then))
    return await sheet(call.request, provider_sheet(rows), as_, f"statement-{owner.hex}")


async def _entries(
    call: QueryCall,
    view: PositionedView[R],
    owner: UUID,
    position_of: Callable[[R], int],
    asked: tuple[int | None, ThenAsked],
) -> list[R]:
    min_position, asked_then = asked
    await call.at_or_after(view.name, min_position)
    before, as_of = END, None
    if not asked_then.is_now:
        then = await asked_then.settled(call, view.name)
        before, as_of = then.known_at + 1, then.as_of
    rows: list[R] = []
    while len(rows) <= MOST_IN_A_FILE:
        page = await view.page(call.tenant, owner, position_of(rows[-1]) if rows else before, AT_ONCE, as_of)
        rows += page
        if len(page) < AT_ONCE:
            return rows
    raise Problem("too_many_rows", f"there are more than {MOST_IN_A_FILE} entries")


async def _seen(call: QueryCall, text: str, min_position: int | None) -> TaxDocumentRow:
    """The document, for those who may see it; raises NotFound for everybody else."""
    prefix = next((each for each in PREFIXES.values() if text.startswith(each)), Prefix.INVOICE)
    wanted = id_in_path(prefix, text)
    await call.at_or_after(call.stack.money.documents.name, min_position)
    row = await call.stack.money.documents.one(call.tenant, wanted)
    actor = call.actor
    sees_all = actor.sees_books
    if row is None or PREFIXES[DocType(row.doc_type)] != prefix:
        raise NotFound
    if not (sees_all or actor.is_customer(row.customer_id) or actor.is_provider(row.provider_id)):
        raise NotFound
    return row


def _own(call: QueryCall) -> Filters:
    if call.actor.role is Role.CUSTOMER:
        return {"customer_id": call.actor.subject_id}
    return {"provider_id": call.actor.subject_id} if call.actor.role is Role.PROVIDER else {}


def _issued(row: TaxDocumentRow) -> After:
    return row.issued_at, row.document_id


def _shown(row: TaxDocumentRow) -> dict[str, object]:
    against = Prefix.INVOICE if row.doc_type == DocType.CREDIT_NOTE.value else Prefix.RECEIPT_VOUCHER
    return {
        "id": show(PREFIXES[DocType(row.doc_type)], row.document_id),
        "number": row.number_text,
        "gstin": row.gstin or None,
        "request_id": answers.shown_id("request_id", row.request_id),
        "customer_id": answers.shown_id("customer_id", row.customer_id),
        "provider_id": answers.shown_id("provider_id", row.provider_id),
        "against_id": None if row.against_id is None else show(against, row.against_id),
        "place_of_supply": row.place_of_supply or None,
        **{name: getattr(row, name) for name in AS_FOLDED},
    }
