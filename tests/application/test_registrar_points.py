"""Wherever our side is interrupted between a bill and its being void: is it registered once, and void once?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from application.cancel_invoice import CancelInvoice, cancel_invoice
from application.engine import Engine
from application.registering import RegistrarErrands
from domain.gst.paper import Party
from domain.invoice import Invoice
from domain.invoice_terms import WhyCancelled
from infra.papers.weasy import form_bytes
from infra.personal.kept_first import KeptFirst
from tests.application.test_registering import BILL, OPERATION, Office
from tests.application.world import context_of
from tests.domain.document_facts import IRN
from tests.support.crash_points import AFTER, Crash, CrashPoints, watched
from tests.support.roadside import DESK_ACTOR, NOON, TENANT

pytestmark = pytest.mark.anyio

US = Party("Vaahan Sahay", "", "12 MG Road", "Bengaluru", "560001")
VOID = CancelInvoice(DESK_ACTOR, BILL, WhyCancelled.DATA_ENTRY, NOON)
# Register, ask for void, make void: each of them is over after a turn, or after the next.
MOST_TURNS = 8


async def live(office: Office, points: CrashPoints, first_turn: int) -> int:
    """A life of our side, which knows only what the log says; how far its clock came."""
    log = watched(KeptFirst(office.log, office.personal), "log", points, {"append"})
    engine = Engine(log, office.aggregates)
    registrar = watched(office.registrar, "registrar", points)
    errands = RegistrarErrands(engine, office.aggregates, office.personal, registrar, US, form_bytes)
    for turn in range(first_turn, first_turn + MOST_TURNS):
        at, bill = NOON + timedelta(seconds=turn), await office.the(Invoice, BILL)
        if bill.is_cancelled:
            return turn
        if bill.is_registering:
            await errands.register(TENANT, BILL, OPERATION, at)
        elif bill.voiding is not None:
            await errands.cancel(TENANT, BILL, bill.voiding.operation_id, at)
        else:
            await engine.run(context_of(DESK_ACTOR, "void"), lambda work: cancel_invoice(VOID, work))
    raise AssertionError(office.topics())


async def told(*crash_at: int) -> list[list[str]]:
    """Lives, each with a crash at its point but the last; the points that each passed."""
    office, lives, turn = Office(), [], 0
    await office.asking()
    for at in (*crash_at, None):
        points = CrashPoints(at)
        try:
            turn = await live(office, points, turn) + 1
        except Crash:
            turn += 100
        lives.append(points.passed)
    topics = office.topics()
    once = ("invoice.registered", "invoice.void_asked", "invoice.void_confirmed", "invoice.cancelled")
    assert [topics.count(each) for each in once] == [1, 1, 1, 1]
    assert {irn: each.is_active for irn, each in office.registrar.has.items()} == {IRN: False}
    return lives


async def test_a_crash_at_any_point_or_any_two_registers_once_and_makes_void_once() -> None:
    (passed,) = await told()
    assert {f"registrar.register/{AFTER}", f"registrar.cancel/{AFTER}"} <= set(passed)
    for first in range(len(passed)):
        lives = await told(first)
        for second in range(len(lives[1])):
            await told(first, second)
