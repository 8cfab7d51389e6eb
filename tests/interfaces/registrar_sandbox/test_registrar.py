"""Does the registrar take a document once, under the number that follows from it, whatever goes wrong on the line?"""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import uvicorn

from application.gateway import Confirmed, Rejected, Uncertain
from application.registrar import Registration, ensure_registered
from domain.gst.irn import irn_of
from domain.invoice_terms import InvoiceLine, WhyCancelled, financial_year
from domain.price_terms import LineKind
from infra.papers.weasy import form_bytes
from infra.registrar.portal import Entrance, PortalRegistrar
from infra.registrar.signed import NotSigned, public_key, told_by
from interfaces.razorpay_sandbox.app import configured, listening
from interfaces.registrar_sandbox.app import build_registrar
from tests.application.test_registering import Office
from tests.domain.document_facts import IRN
from tests.domain.gst.test_inv01 import paper

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.gst.paper import Paper


class StandIn:
    """A running stand-in, and our side of the line."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.key = httpx.get(f"{address}/sandbox/key", trust_env=False).text
        self.registrar = PortalRegistrar(Entrance(address, "id", "secret", (2.0, 2.0), self.key))

    def play(self, **told: Any) -> list[dict[str, Any]]:
        """Plan faults or move its clock; what it has."""
        answer = httpx.post(f"{self.address}/sandbox/play", json=told, trust_env=False)
        found: list[dict[str, Any]] = answer.json()["documents"]
        return found

    def ensure(self, told: Paper) -> object:
        """Have a document registered."""
        return ensure_registered(self.registrar, form_bytes(told), told.supplier.gstin, reference(told))


@pytest.fixture(scope="module")
def running() -> Iterator[StandIn]:
    listener = listening("127.0.0.1", 0)
    server = uvicorn.Server(configured(build_registrar(":memory:")))
    listener.listen()
    thread = threading.Thread(target=lambda: server.run([listener]), daemon=True)
    thread.start()
    yield StandIn(f"http://127.0.0.1:{listener.getsockname()[1]}")
    server.should_exit = True
    thread.join()


def reference(told: Paper) -> str:
    at = datetime(told.issued_on.year, told.issued_on.month, told.issued_on.day, 12, tzinfo=UTC)
    return irn_of(told.supplier.gstin, financial_year(at, "Asia/Kolkata"), told.doc_type.value, told.number)


def bill(number: int) -> Paper:
    """A bill of yesterday's year between businesses."""
    whole = paper(118_000)
    return replace(whole, number=f"VA/25-26/{number:07}", issued_on=date(2026, 3, 2))


def test_a_document_is_registered_under_the_number_that_follows_from_it(running: StandIn) -> None:
    told = bill(1)
    outcome = running.ensure(told)
    assert isinstance(outcome, Confirmed)
    got = outcome.value
    assert isinstance(got, Registration)
    assert got.irn == reference(told)
    signed = told_by(got.signed_qr, public_key(running.key))
    assert (signed["DocNo"], signed["Irn"], signed["ItemCnt"]) == (told.number, got.irn, 1)
    assert running.ensure(told) == outcome, "2150: read back, not registered again"


@pytest.mark.parametrize(
    ("kind", "number"), [("drop_after", 2), ("reset", 3), ("error_after", 4), ("truncated", 5), ("drop_before", 6)]
)
def test_whatever_fails_on_the_line_it_is_there_once(running: StandIn, kind: str, number: int) -> None:
    told = bill(number)
    running.play(faults=[{"kind": kind, "path": "/Invoice"}])
    first = running.ensure(told)
    assert isinstance(first, Uncertain if kind == "drop_before" else Confirmed)
    again = running.ensure(told)
    assert isinstance(again, Confirmed)
    assert [entry["Irn"] for entry in running.play()].count(reference(told)) == 1


def test_what_is_wrong_is_refused_for_certain(running: StandIn) -> None:
    told = bill(7)
    within = replace(told, place_of_supply=told.supplier.gstin[:2])
    halves = tuple(InvoiceLine(kind, told.sac, 9_000) for kind in (LineKind.TAX_CGST, LineKind.TAX_SGST))
    crossing = replace(told, tax_lines=halves, place_of_supply="07")
    for wrong, code in (
        (replace(told, number="0/1"), "5002"),
        (replace(told, issued_on=date(2099, 1, 1)), "2176"),
        (within, "2172"),
        (crossing, "2173"),
        (replace(told, recipient=replace(told.recipient, name="X")), "5002"),
    ):
        outcome = running.registrar.register(form_bytes(wrong))
        assert isinstance(outcome, Rejected), code
        assert outcome.code == code
    form = json.loads(form_bytes(told))
    for part, name, code in (("ValDtls", "TotInvVal", "2189"), ("ValDtls", "AssVal", "2182")):
        outcome = running.registrar.register(json.dumps({**form, part: {**form[part], name: 1}}).encode())
        assert isinstance(outcome, Rejected)
        assert outcome.code == code
    del form["ItemList"][0]["GstRt"]
    outcome = running.registrar.register(json.dumps(form).encode())
    assert isinstance(outcome, Rejected)
    assert outcome.code == "5002"
    assert running.registrar.register(b"no form") == Rejected("5002", "not JSON")


def test_it_is_cancelled_within_a_day_and_its_number_stays_taken(running: StandIn) -> None:
    early, late = bill(8), bill(9)
    for told in (early, late):
        running.ensure(told)
    gstin = early.supplier.gstin
    first = running.registrar.cancel(gstin, reference(early), WhyCancelled.DUPLICATE)
    assert isinstance(first, Confirmed)
    assert running.registrar.cancel(gstin, reference(early), WhyCancelled.OTHER) == first
    assert running.ensure(early) == Uncertain("other_irn"), "it is void there: somebody has to look"
    running.play(ahead_s=86_401)
    refused = running.registrar.cancel(gstin, reference(late), WhyCancelled.OTHER)
    assert isinstance(refused, Rejected)
    assert refused.code == "2270"
    assert running.registrar.find(gstin, "0" * 64) == Confirmed(None)
    assert running.registrar.find("another", reference(late)) == Confirmed(None)


def test_what_others_sign_is_not_believed(running: StandIn) -> None:
    told = bill(10)
    outcome = running.ensure(told)
    assert isinstance(outcome, Confirmed)
    registration = outcome.value
    assert isinstance(registration, Registration)
    head, body, signature = registration.signed_qr.split(".")
    key = public_key(running.key)
    for forged in (f"{head}.{body}x.{signature}", f"{head}.{body}", "a.b.c", f"{head}.{body}.{signature[:-4]}AAAA"):
        with pytest.raises(NotSigned):
            told_by(forged, key)
    with pytest.raises(NotSigned):
        public_key("no key")


def test_nobody_at_home_is_no_answer() -> None:
    nobody = PortalRegistrar(Entrance("http://127.0.0.1:9", "", "", (0.2, 0.2)))
    assert nobody.find("x", "y") == Uncertain("unreachable")


@pytest.mark.anyio
async def test_a_bill_of_ours_goes_through_although_the_answer_is_lost(running: StandIn) -> None:
    office = Office(running.registrar)
    await office.asking()
    running.play(faults=[{"kind": "drop_after", "path": "/Invoice"}, {"kind": "drop_before", "path": "/irn/"}])
    assert (await office.carried_out()).is_registering, "it is there, and nobody could say so"
    bill = await office.carried_out(9)
    assert bill.irn == IRN
    kept = (await office.signed()).fields["signed_qr"]
    assert told_by(str(kept), public_key(running.key))["Irn"] == IRN
    assert [entry["Irn"] for entry in running.play()].count(IRN) == 1
