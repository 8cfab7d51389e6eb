"""How does the stand-in of the registrar answer? By the portal's calls, and, to tests, by some of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, cast

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from infra.registrar.signed import sign
from interfaces.razorpay_sandbox.dropping import close
from interfaces.razorpay_sandbox.faults import WITH_EFFECT, Faults, Rule
from interfaces.registrar_sandbox.books import Entry, RegistrarBooks, told_at
from interfaces.registrar_sandbox.checks import Wrong, check, reference_of

INVOICES: Final = "/eicore/v1.03/Invoice"
MOST_BYTES: Final = 200_000
"""Of one document; the portal's own limit is 2 MB, ours have one line."""
Answering = Callable[[Request, bytes], dict[str, Any]]


class Registrar:
    """The portal: takes documents, signs them, gives them out, takes them for void."""

    def __init__(self, books: RegistrarBooks) -> None:
        self.books = books
        self.faults = Faults()

    def take(self, request: Request, body: bytes) -> dict[str, Any]:
        """Register a document; the same again is refused, and told what stands."""
        del request
        form = _form(body)
        check(form, self.books.now())
        irn = reference_of(form)
        known = self.books.find(irn)
        if known is not None:
            return {**_refused("2150", "Duplicate IRN"), "InfoDtls": [{"InfCd": "DUPIRN", "Desc": _short(known)}]}
        ack_no, ack_at = self.books.next_ack(), told_at(self.books.now())
        document = {"AckNo": ack_no, "AckDt": ack_at, "Irn": irn, **form}
        entry = Entry(
            irn,
            form["SellerDtls"]["Gstin"],
            ack_no,
            ack_at,
            sign(document, self.books.key),
            sign(_code(form, irn, ack_at), self.books.key),
            None,
            None,
        )
        self.books.keep(entry)
        return _told(entry)

    def give(self, request: Request, body: bytes) -> dict[str, Any]:
        """What stands under a reference number, to whom it belongs."""
        del body
        entry = self.books.find(request.path_params["irn"])
        if entry is None or entry.gstin != request.headers.get("gstin"):
            raise Wrong("2148", "Requested IRN data is not available")
        return _told(entry)

    def cancel(self, request: Request, body: bytes) -> dict[str, Any]:
        """Take a document for void, within a day of its acknowledgement."""
        told = _form(body)
        entry = self.books.find(str(told.get("Irn")))
        if entry is None or entry.gstin != request.headers.get("gstin"):
            raise Wrong("2148", "Requested IRN data is not available")
        if str(told.get("CnlRsn")) not in {"1", "2", "3", "4"}:
            raise Wrong("5002", "no such reason")
        if entry.cancelled_at is None:
            at = told_at(self.books.now())
            if at > entry.is_late:
                raise Wrong("2270", "The allowed cancellation time limit is crossed, you cannot cancel the IRN")
            self.books.cancel(entry.irn, str(told["CnlRsn"]), at)
        voided = self.books.find(entry.irn)
        return {"Status": 1, "Data": {"Irn": entry.irn, "CancelDate": voided.cancelled_at if voided else None}}

    async def answer(self, request: Request, does: Answering) -> Response:
        """Answer a call, or let it go wrong as was planned: the effect may have happened then."""
        body = await request.body()
        if len(body) > MOST_BYTES:
            return JSONResponse(_refused("5002", "too large"), 200)
        fault = self.faults.next(request.method, request.url.path)
        if fault is not None and fault.kind not in WITH_EFFECT:
            return _gone_wrong(request, fault.kind)
        try:
            told = does(request, body)
        except Wrong as wrong:
            told = _refused(wrong.code, wrong.sentence)
        return JSONResponse(told) if fault is None else _gone_wrong(request, fault.kind)


def build_registrar(path: Path | str) -> Starlette:
    """The application; its books are opened now and closed when it stops."""
    books = RegistrarBooks(path)
    registrar = Registrar(books)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        del app
        yield
        books.close()

    def endpoint(does: Answering) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            return await registrar.answer(request, does)

        return answer

    async def key(request: Request) -> Response:
        del request
        return PlainTextResponse(books.public_pem())

    async def play(request: Request) -> Response:
        told = _form(await request.body())
        registrar.faults.rules += [Rule(**rule) for rule in told.get("faults", [])]
        books.ahead += timedelta(seconds=told.get("ahead_s", 0))
        return JSONResponse({"documents": [_told(entry)["Data"] for entry in books.entries()]})

    return Starlette(
        lifespan=lifespan,
        routes=[
            Route(INVOICES, endpoint(registrar.take), methods=["POST"]),
            Route(f"{INVOICES}/irn/{{irn}}", endpoint(registrar.give), methods=["GET"]),
            Route(f"{INVOICES}/Cancel", endpoint(registrar.cancel), methods=["POST"]),
            Route("/sandbox/key", key, methods=["GET"]),
            Route("/sandbox/play", play, methods=["POST"]),
        ],
    )


def _gone_wrong(request: Request, kind: str) -> Response:
    if kind in {"drop_before", "drop_after", "reset"}:
        close(cast("dict[str, object]", request.scope), reset=kind == "reset")
        return Response(status_code=500)
    if kind in {"truncated", "html"}:
        return PlainTextResponse('{"Status": 1, "Da')
    return Response(status_code=429 if kind == "too_many" else 500)


def _form(body: bytes) -> dict[str, Any]:
    try:
        told = msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        raise Wrong("5002", "not JSON") from error
    if not isinstance(told, dict):
        raise Wrong("5002", "not an object")
    return told


def _refused(code: str, sentence: str) -> dict[str, Any]:
    return {"Status": 0, "Data": None, "ErrorDetails": [{"ErrorCode": code, "ErrorMessage": sentence}]}


def _short(entry: Entry) -> dict[str, Any]:
    return {"AckNo": entry.ack_no, "AckDt": entry.ack_at, "Irn": entry.irn}


def _told(entry: Entry) -> dict[str, Any]:
    signed = {"SignedInvoice": entry.signed_invoice, "SignedQRCode": entry.signed_qr}
    return {"Status": 1, "Data": {**_short(entry), **signed, "Status": "CNL" if entry.cancelled_at else "ACT"}}


def _code(form: dict[str, Any], irn: str, ack_at: str) -> dict[str, Any]:
    """What the code on the document says."""
    document, items = form["DocDtls"], form["ItemList"]
    return {
        "SellerGstin": form["SellerDtls"]["Gstin"],
        "BuyerGstin": form["BuyerDtls"]["Gstin"],
        "DocNo": document["No"],
        "DocTyp": document["Typ"],
        "DocDt": document["Dt"],
        "TotInvVal": form["ValDtls"]["TotInvVal"],
        "ItemCnt": len(items),
        "MainHsnCode": items[0]["HsnCd"],
        "Irn": irn,
        "IrnDt": ack_at,
    }
