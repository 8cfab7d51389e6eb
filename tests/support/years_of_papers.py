"""Which papers do years of business leave, what do they say, and who is forgotten meanwhile?

A paper is made of the row that its events fold to, and of the recipient's name, which the log does not have.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from application.credit_invoice import CreditInvoice, credit_invoice
from application.forget_account import ForgetAccount, forget_account
from application.personal import PersonalKind, PersonalRecord
from domain.credit_terms import WhyCredited
from domain.earnings_terms import earning_id
from domain.gst.inv01 import form_of
from domain.gst.paper import Party
from domain.gst.words import DocumentLanguage
from domain.invoice_terms import invoice_id
from domain.money import Money
from domain.payment_terms import payment_id
from infra.in_memory.folding import Table, fact_of
from infra.papers.from_row import paper_of
from infra.papers.page import page
from infra.supplier_settings import SupplierSettings
from projections.tax_documents import TaxDocumentRow, tax_documents
from tests.support.paid import TOTAL
from tests.support.personal import MemoryPersonalStore
from tests.support.years_of_payouts import SYSTEM, TENANT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from application.log import LoggedEvent
    from tests.support.years import Years

CREDITED_ONE_IN, WHOLE_ONE_IN, FORGOTTEN_ONE_IN, SHOWN_ONE_IN = 25, 50, 4, 20
"""Jobs of which a part, or all, is taken back; people who want to be forgotten; papers that are also looked at."""


async def look_back(years: Years, request_id: UUID, provider_id: UUID) -> None:
    """The desk takes some bills back by a note, all of them or the half; the provider bears its part."""
    if request_id.int % CREDITED_ONE_IN:
        return
    note_id = uuid5(request_id, "note")
    amount = TOTAL if request_id.int % WHOLE_ONE_IN == 0 else TOTAL // 2
    bill = invoice_id(payment_id(request_id))
    told = CreditInvoice(SYSTEM, bill, note_id, Money(amount, "INR"), WhyCredited.DEFICIENT_SERVICE, years.now)
    if await years.order(credit_invoice, told):
        years.earned[provider_id].append((years.now, earning_id(note_id)))


def papers(events: Iterable[LoggedEvent], names: Mapping[UUID, str]) -> dict[str, bytes]:
    """Every document by its number, as digest of its form, and of some pages; who has no name is nobody."""
    table: Table[TaxDocumentRow] = Table(tax_documents, lambda _before, _after: None)
    for event in events:
        table.fold(fact_of(event))
    rows = {row.document_id: row for row in table.rows.values()}
    found: dict[str, bytes] = {}
    for number, row in enumerate(sorted(rows.values(), key=lambda each: each.position)):
        against = None if row.against_id is None else rows[row.against_id]
        recipient = Party(names.get(row.customer_id, ""))
        paper = paper_of(row, SupplierSettings(), recipient, against)
        told = hashlib.sha256(repr(form_of(paper)).encode())
        if number % SHOWN_ONE_IN == 0:
            for language in DocumentLanguage:
                told.update(page(paper, language).encode())
        found[str(row.number_text)] = told.digest()
    return found


def told_of(events: Iterable[LoggedEvent], customers: Iterable[UUID]) -> set[str]:
    """The numbers of their documents."""
    table: Table[TaxDocumentRow] = Table(tax_documents, lambda _before, _after: None)
    for event in events:
        table.fold(fact_of(event))
    whose = set(customers)
    return {str(row.number_text) for row in table.rows.values() if row.customer_id in whose}


class People:
    """Everybody's name, until they are forgotten."""

    def __init__(self, years: Years) -> None:
        self._years = years
        self._store = MemoryPersonalStore(lambda: years.now)

    async def meet(self) -> None:
        """Keep the names of all."""
        for number, member in enumerate(self._years.members):
            record = PersonalRecord(PersonalKind.CALL, {"name": f"Asha {number}"})
            person = member.customer_id
            await self._store.put(TENANT, person, {_record(person): record}, self._years.fresh("name"))

    async def names(self) -> dict[UUID, str]:
        """Of those who are not forgotten."""
        people = [member.customer_id for member in self._years.members]
        kept = await self._store.get(TENANT, [_record(person) for person in people])
        found = {person: kept[_record(person)] for person in people}
        return {person: str(record.fields["name"]) for person, record in found.items() if record is not None}

    async def forget_some(self) -> set[UUID]:
        """Some of them; the log hears of it."""
        gone = {member.customer_id for member in self._years.members[::FORGOTTEN_ONE_IN]}
        for person in sorted(gone):
            assert await self._years.order(forget_account, ForgetAccount(SYSTEM, person, self._years.now))
            assert await self._store.erase(TENANT, person)
        return gone


def _record(person: UUID) -> UUID:
    return uuid5(person, "name")
