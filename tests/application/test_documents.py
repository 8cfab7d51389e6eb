"""Can a bill be made void or taken back by the desk, each document under a number of its own?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from application.cancel_invoice import CancelInvoice, cancel_invoice
from application.credit_invoice import CreditInvoice, credit_invoice
from application.decide_registration import DecideRegistration, decide_registration
from domain.actor import Role
from domain.credit_terms import TooMuchCredited, WhyCredited
from domain.invoice import Invoice
from domain.invoice_terms import WhyCancelled, number_text
from domain.money import CurrencyMismatch, Money
from domain.refusal import NotAllowed, OutOfTurn
from domain.tax_registration import TaxRegistrations, registrations_stream
from infra.event_store import codec
from tests.application.world import World
from tests.domain.document_facts import GSTIN, NOTE
from tests.support.books import audited
from tests.support.paid import PaidJob, a_paid_job
from tests.support.roadside import DESK_ACTOR, NOON, TENANT, THE_CUSTOMER, some_id

pytestmark = pytest.mark.anyio
ADMIN = replace(DESK_ACTOR, role=Role.ADMIN)


async def billed() -> tuple[World, PaidJob]:
    world = World()
    return world, await a_paid_job(world.engine, TENANT, at=NOON)


def credit(job: PaidJob, amount: int, note: UUID = NOTE, currency: str = "INR") -> CreditInvoice:
    return CreditInvoice(DESK_ACTOR, job.invoice_id, note, Money(amount, currency), WhyCredited.PRICE_TOO_HIGH, NOON)


async def test_a_note_takes_a_number_of_its_own_series_in_the_same_save() -> None:
    world, job = await billed()
    await world.run(credit_invoice, credit(job, 59_000))
    await world.run(credit_invoice, credit(job, 59_000))
    await world.run(credit_invoice, credit(job, 59_000, some_id(900)))
    taken = [event for event in world.log.events if event.topic == "invoice_series.number_taken"]
    told = [codec.decode(event.topic, event.payload) for event in taken]
    written = [
        number_text(str(one["series"]), str(one["financial_year"]), event.version)
        for one, event in zip(told, taken, strict=True)
    ]
    assert [text.rpartition("/")[0][:2] + text[-3:] for text in written] == ["VA001", "VC001", "VC002"]
    assert (await world.the(Invoice, job.invoice_id)).credited_minor == 118_000
    audited(world.log.events)


async def test_no_more_is_taken_back_than_there_is() -> None:
    world, job = await billed()
    with pytest.raises(TooMuchCredited):
        await world.run(credit_invoice, credit(job, 118_001))
    with pytest.raises(CurrencyMismatch):
        await world.run(credit_invoice, credit(job, 100, currency="USD"))
    await world.run(credit_invoice, credit(job, 100))
    with pytest.raises(OutOfTurn):
        await world.run(cancel_invoice, CancelInvoice(DESK_ACTOR, job.invoice_id, WhyCancelled.OTHER, NOON))


async def test_a_bill_is_made_void_within_a_day_by_the_desk() -> None:
    world, job = await billed()
    void = CancelInvoice(DESK_ACTOR, job.invoice_id, WhyCancelled.DUPLICATE, NOON)
    for command, refusal in (
        (replace(void, actor=THE_CUSTOMER), NotAllowed),
        (replace(void, at=NOON + timedelta(days=1)), OutOfTurn),
    ):
        with pytest.raises(refusal):
            await world.run(cancel_invoice, command)
    await world.run(cancel_invoice, void)
    await world.run(cancel_invoice, void)
    with pytest.raises(OutOfTurn):
        await world.run(credit_invoice, credit(job, 100))
    assert [event.topic for event in world.log.events].count("invoice.cancelled") == 1


async def test_only_an_administrator_registers() -> None:
    world = World()
    told = DecideRegistration(ADMIN, GSTIN, NOON, NOON)
    with pytest.raises(NotAllowed):
        await world.run(decide_registration, replace(told, actor=DESK_ACTOR))
    await world.run(decide_registration, told)
    await world.run(decide_registration, told)
    book = await world.the(TaxRegistrations, registrations_stream(TENANT))
    assert book.gstin_at("29", NOON) == GSTIN
    assert book.version == 2
