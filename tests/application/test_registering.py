"""Is a bill between businesses registered once, whatever the registrar answers, and is nothing lost or told twice?"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from application.cancel_invoice import CancelInvoice, cancel_invoice
from application.engine import Engine
from application.gateway import Confirmed, Outcome, Rejected, Uncertain
from application.numbering import take_number
from application.personal import PersonalKind, PersonalRecord
from application.register_invoice import RegisterInvoice, register_invoice
from application.registering import RegistrarErrands, billing_id, signed_id
from application.registrar import DUPLICATE, Registration
from domain.gst.gstin import BadGstin
from domain.gst.inv01 import NotForRegistration
from domain.gst.irn import irn_of
from domain.gst.paper import Party
from domain.invoice import Invoice
from domain.invoice_terms import DocType, WhyCancelled, invoice_id
from domain.refusal import NotAllowed, OutOfTurn
from infra.papers.weasy import form_bytes
from infra.personal.kept_first import KeptFirst
from tests.application.world import World, context_of
from tests.domain.document_facts import GSTIN, IRN, series
from tests.domain.money_facts import PAYMENT
from tests.domain.test_machine_invoice import a_bill
from tests.support.books import audited
from tests.support.paid import a_paid_job
from tests.support.personal import MemoryPersonalStore
from tests.support.roadside import DESK_ACTOR, NOON, TENANT, THE_CUSTOMER, some_id

if TYPE_CHECKING:
    from datetime import datetime

    from application.engine import Answer, Work
    from application.registrar import EInvoiceRegistrar

pytestmark = pytest.mark.anyio

BILL = invoice_id(PAYMENT)
OPERATION = some_id(700)
BUYER = {
    "name": "Fleet and Sons",
    "gstin": "27AAPFU0939F1ZV",
    "street": "4 Link Road",
    "town": "Mumbai",
    "pin": "400053",
}


@dataclass
class FakeRegistrar:
    """Takes documents, unless it is told to say something else first."""

    says: list[Outcome[Registration]] = field(default_factory=list)
    has: dict[str, Registration] = field(default_factory=dict)
    takes_silently: bool = False
    says_of_void: Outcome[datetime] | None = None

    def register(self, form: bytes) -> Outcome[Registration]:
        told = msgspec.json.decode(form)
        assert told["BuyerDtls"]["LglNm"] == BUYER["name"]
        irn = irn_of(told["SellerDtls"]["Gstin"], "25-26", told["DocDtls"]["Typ"], told["DocDtls"]["No"])
        known = irn in self.has
        if self.takes_silently or not self.says:
            self.has.setdefault(irn, Registration(irn, str(112_010_054_321 + len(self.has)), NOON, "a.b.c"))
        if self.says:
            return self.says.pop(0)
        return Rejected(DUPLICATE) if known else Confirmed(self.has[irn])

    def find(self, gstin: str, irn: str) -> Outcome[Registration | None]:
        assert gstin == GSTIN
        return Confirmed(self.has.get(irn))

    def cancel(self, gstin: str, irn: str, why: WhyCancelled) -> Outcome[datetime]:
        assert gstin == GSTIN
        if irn not in self.has:
            return Rejected(f"2148_{why.value}")
        if self.says_of_void is None or self.takes_silently:
            self.has[irn] = replace(self.has[irn], is_active=False)
        told, self.says_of_void = self.says_of_void, None
        return told or Confirmed(NOON)


class Office(World):
    """A world whose bills go to a registrar."""

    def __init__(self, another: EInvoiceRegistrar | None = None) -> None:
        super().__init__()
        self.registrar = FakeRegistrar()
        self.personal = MemoryPersonalStore()
        self.engine = Engine(KeptFirst(self.log, self.personal), self.aggregates)
        own = Party("Vaahan Sahay", "", "12 MG Road", "Bengaluru", "560001")
        asked = another or self.registrar
        self.errands = RegistrarErrands(self.engine, self.aggregates, self.personal, asked, own, form_bytes)

    async def asking(self) -> Invoice:
        """A bill of a registered supplier, on its way to the registrar."""
        bill = await self.billed()
        await self.run(register_invoice, self.wanted())
        record = PersonalRecord(PersonalKind.BILLING, BUYER)
        await self.personal.put(TENANT, bill.customer_id, {billing_id(OPERATION): record}, some_id(701))
        return bill

    async def billed(self) -> Invoice:
        """A bill under number 1 of a registered supplier's series."""

        async def issue(work: Work) -> Answer:
            bill = a_bill()
            work.add(bill)
            take_number(work, series(DocType.INVOICE), bill.id, NOON)
            return {}

        await self.engine.run(context_of(DESK_ACTOR, "bill"), issue)
        return await self.the(Invoice, BILL)

    async def signed(self) -> PersonalRecord:
        """What the registrar signed."""
        kept = (await self.personal.get(TENANT, [signed_id(OPERATION)]))[signed_id(OPERATION)]
        assert kept is not None
        return kept

    def wanted(self) -> RegisterInvoice:
        return RegisterInvoice(DESK_ACTOR, BILL, OPERATION, 1, BUYER["gstin"], NOON)

    async def carried_out(self, seconds: int = 0) -> Invoice:
        """The bill after the errand was run."""
        await self.errands.register(TENANT, BILL, OPERATION, NOON + timedelta(seconds=seconds))
        return await self.the(Invoice, BILL)


async def test_a_bill_is_registered_under_its_own_number_and_what_was_signed_is_personal() -> None:
    office = Office()
    await office.asking()
    for seconds in range(2):
        await office.carried_out(seconds)
    assert (await office.carried_out(2)).irn == IRN
    assert (await office.signed()).fields == {"signed_qr": "a.b.c"}
    assert office.topics().count("invoice.registered") == 1
    assert set(office.registrar.has) == {IRN}
    assert all(BUYER["gstin"].encode() not in event.payload for event in office.log.events)
    await office.run(register_invoice, replace(office.wanted(), operation_id=some_id(702)))
    assert office.topics().count("invoice.registration_asked") == 1
    audited(office.log.events)


@pytest.mark.parametrize("why", ["no_answer", "gateway_error", "garbled"])
async def test_what_nobody_answered_for_is_found_by_its_number(why: str) -> None:
    office = Office()
    await office.asking()
    office.registrar.says, office.registrar.takes_silently = [Uncertain(why)], True
    assert (await office.carried_out()).irn == IRN


async def test_a_doubt_stays_open_and_is_asked_about_again() -> None:
    office = Office()
    await office.asking()
    office.registrar.says = [Uncertain("no_answer")]
    assert (await office.carried_out()).is_registering
    assert office.topics()[-1] == "invoice.registration_doubted"
    assert (await office.carried_out(9)).irn == IRN


async def test_another_number_than_ours_is_nobodys_to_believe() -> None:
    office = Office()
    await office.asking()
    office.registrar.says = [Confirmed(Registration("0" * 64, "1", NOON, "a.b.c"))]
    assert (await office.carried_out()).is_registering


async def test_a_refusal_is_certain_and_it_may_be_asked_anew() -> None:
    office = Office()
    await office.asking()
    office.registrar.says = [Rejected("2172")]
    bill = await office.carried_out()
    assert (bill.is_registering, bill.irn) == (False, None)
    await office.run(register_invoice, replace(office.wanted(), operation_id=some_id(702)))
    assert (await office.the(Invoice, BILL)).is_registering


async def void_asked(office: Office) -> Invoice:
    """A registered bill that the desk makes void."""
    await office.asking()
    bill = await office.carried_out()
    assert bill.acknowledged_at is not None
    await office.run(cancel_invoice, CancelInvoice(DESK_ACTOR, BILL, WhyCancelled.DATA_ENTRY, NOON))
    return await office.the(Invoice, BILL)


async def made_void(office: Office, seconds: int = 0) -> Invoice:
    """The bill after the errand was run."""
    bill = await office.the(Invoice, BILL)
    if bill.voiding is not None:
        await office.errands.cancel(TENANT, BILL, bill.voiding.operation_id, NOON + timedelta(seconds=seconds))
    return await office.the(Invoice, BILL)


async def test_a_registered_bill_is_void_once_the_registrar_says_so() -> None:
    office = Office()
    asked = await void_asked(office)
    assert (asked.is_cancelled, asked.voiding is not None) == (False, True)
    await office.run(cancel_invoice, CancelInvoice(DESK_ACTOR, BILL, WhyCancelled.DATA_ENTRY, NOON))
    assert office.topics().count("invoice.void_asked") == 1
    for seconds in range(2):
        assert (await made_void(office, seconds)).is_cancelled
    assert office.topics()[-2:] == ["invoice.void_confirmed", "invoice.cancelled"]
    assert not office.registrar.has[IRN].is_active
    audited(office.log.events)


@pytest.mark.parametrize("silently", [True, False])
async def test_what_nobody_answered_for_is_looked_up_and_asked_again(*, silently: bool) -> None:
    office = Office()
    await void_asked(office)
    office.registrar.says_of_void, office.registrar.takes_silently = Uncertain("no_answer"), silently
    assert (await made_void(office)).is_cancelled is silently
    assert (await made_void(office, 1)).is_cancelled


async def test_what_the_registrar_keeps_stands_and_is_corrected_by_a_note() -> None:
    office = Office()
    await void_asked(office)
    office.registrar.says_of_void = Rejected("2270")
    kept = await made_void(office)
    assert (kept.is_cancelled, kept.voiding, kept.irn) == (False, None, IRN)
    late = NOON + timedelta(days=1)
    with pytest.raises(OutOfTurn):
        await office.run(cancel_invoice, CancelInvoice(DESK_ACTOR, BILL, WhyCancelled.OTHER, late))
    with pytest.raises(NotAllowed):
        await office.run(cancel_invoice, CancelInvoice(THE_CUSTOMER, BILL, WhyCancelled.OTHER, NOON))


async def test_whom_nobody_remembers_is_told_to_nobody() -> None:
    office = Office()
    bill = await office.asking()
    await office.personal.erase(TENANT, bill.customer_id)
    assert not (await office.carried_out()).is_registering
    assert office.registrar.has == {}


async def test_only_the_desk_asks_and_only_of_registered_suppliers() -> None:
    office = Office()
    await office.billed()
    for command, refusal in (
        (replace(office.wanted(), actor=THE_CUSTOMER), NotAllowed),
        (replace(office.wanted(), recipient_gstin="27AAPFU0939F1ZX"), BadGstin),
    ):
        with pytest.raises(refusal):
            await office.run(register_invoice, command)
    plain = await a_paid_job(office.engine, TENANT, at=NOON)
    with pytest.raises(NotForRegistration):
        await office.run(register_invoice, replace(office.wanted(), invoice_id=plain.invoice_id))
