"""Can a bill be made void or taken back by the desk, each document under a number of its own?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from application.cancel_invoice import CancelInvoice, cancel_invoice
from application.credit_invoice import CreditInvoice, credit_invoice
from application.decide_registration import (
    DecideRegistration,
    EndRegistration,
    decide_registration,
    end_registration,
)
from application.decide_supply import DecideSupply, decide_supply
from domain import ledger
from domain.actor import Role
from domain.credit_terms import TooMuchCredited, WhyCredited
from domain.invoice import Invoice
from domain.invoice_terms import WhyCancelled, number_text
from domain.money import CurrencyMismatch, Money
from domain.price_terms import PaymentMethod
from domain.refusal import NotAllowed, OutOfTurn
from domain.split import SupplyModel
from domain.tariff_terms import UnknownState
from domain.tax_registration import TaxRegistrations, registrations_stream
from domain.timeline import BadEffect
from infra.event_store import codec
from tests.application.world import World
from tests.domain.document_facts import GSTIN, NOTE
from tests.support.books import audited
from tests.support.paid import PAID_IN, PaidJob, a_paid_job
from tests.support.roadside import DESK_ACTOR, NOON, TENANT, THE_CUSTOMER, some_id

pytestmark = pytest.mark.anyio
EARNED = "earning.accrued"
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
    books = audited(world.log.events)
    # All is as if nothing had been done: what was paid in is in the wallet, and nobody is owed anything.
    assert job.customer.subject_id is not None
    assert books.open_accounts() == {
        ledger.CASH_DESK: PAID_IN,
        ledger.wallet_of(job.customer.subject_id): -PAID_IN,
    }


@pytest.mark.parametrize("method", [PaymentMethod.CASH, PaymentMethod.WALLET])
async def test_what_goes_back_of_cash_or_a_debt(method: PaymentMethod) -> None:
    world = World()
    job = await a_paid_job(world.engine, TENANT, at=NOON, method=method, paid_in=50_000)
    await world.run(credit_invoice, credit(job, 118_000))
    books = audited(world.log.events)
    assert job.customer.subject_id is not None
    assert job.provider.subject_id is not None
    owed = books.open_accounts()
    wallet, payable = ledger.wallet_of(job.customer.subject_id), ledger.payable_to(job.provider.subject_id)
    if method is PaymentMethod.CASH:
        # The provider has the customer's cash, and owes us all of it.
        assert owed == {ledger.CASH_DESK: 50_000, wallet: -168_000, payable: 118_000}
    else:
        assert owed == {ledger.CASH_DESK: 50_000, wallet: -50_000}
    earned = [codec.decode(event.topic, event.payload) for event in world.log.events if event.topic == EARNED]
    assert sum(each["amount_minor"] for each in earned) == -owed.get(payable, 0)


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


async def test_a_registration_ends_and_nothing_is_decided_in_the_past() -> None:
    world = World()
    ends = EndRegistration(ADMIN, "29", NOON, NOON)
    await world.run(end_registration, ends)
    assert world.log.events == []
    with pytest.raises(UnknownState):
        await world.run(end_registration, replace(ends, state_code="28"))
    await world.run(decide_registration, DecideRegistration(ADMIN, GSTIN, NOON, NOON))
    await world.run(end_registration, replace(ends, effective_from=NOON + timedelta(days=1)))
    book = await world.the(TaxRegistrations, registrations_stream(TENANT))
    assert book.in_effect(NOON) == {"29": GSTIN}
    assert book.in_effect(NOON + timedelta(days=1)) == {}
    before = NOON - timedelta(seconds=1)
    with pytest.raises(BadEffect):
        await world.run(decide_registration, DecideRegistration(ADMIN, GSTIN, before, NOON))
    with pytest.raises(BadEffect):
        await world.run(decide_supply, DecideSupply(ADMIN, SupplyModel.PRINCIPAL, before, NOON))
