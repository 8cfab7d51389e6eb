"""How is a bill registered, exactly once in effect? Asked for under its own reference number, and looked up by it.

The errand may be run again at any time, after any crash: it looks at the log first, and what it learns is a command
whose name follows from the operation and from what was learnt.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Final, Protocol

from application.gateway import Confirmed, Rejected, Uncertain
from application.log import CommandContext, fingerprint_of
from application.personal import PersonalKind, PersonalRecord, Told, record_id_for
from application.register_invoice import RecordRegistration, RecordVoid, record_registration, record_void
from application.registrar import ensure_registered, ensure_void
from domain.actor import Actor
from domain.gst.gstin import state_of
from domain.gst.irn import irn_of
from domain.gst.paper import Paper, Party
from domain.invoice import Invoice
from domain.invoice_terms import DocType, number_text

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime
    from uuid import UUID

    from application.engine import Aggregates, Answer, Done, Work
    from application.gateway import Outcome
    from application.personal import PersonalStore
    from application.registrar import EInvoiceRegistrar, Registration

NAME: Final = "worker"
ERASED: Final = "erased"
"""Whom it is made out to was forgotten before anybody could ask."""
CODE: Final = re.compile(r"[^a-z0-9_]+")


class TellsAndRuns(Protocol):
    """What this needs of the engine."""

    async def run(
        self, context: CommandContext, decide: Callable[[Work], Awaitable[Answer]], told: Told | None = None
    ) -> Done:
        """See ``Engine.run``."""
        ...


def billing_id(operation_id: UUID) -> UUID:
    """Under which id the personal store holds whom a registered bill is made out to."""
    return record_id_for(operation_id, PersonalKind.BILLING)


def signed_id(operation_id: UUID) -> UUID:
    """Under which id it holds what the registrar signed."""
    return record_id_for(operation_id, PersonalKind.REGISTRATION)


def recipient_of(record: PersonalRecord | None) -> Party:
    """Whom a bill is made out to; nobody where that was erased."""
    if record is None:
        return Party()
    told = {name: str(record.fields.get(name) or "") for name in ("name", "gstin", "street", "town", "pin")}
    return Party(**told, state_code=state_of(told["gstin"]) if told["gstin"] else "")


class RegistrarErrands:
    """Runs errands about registrations; ``form_of`` writes a document as the registrar wants it."""

    def __init__(
        self,
        engine: TellsAndRuns,
        aggregates: Aggregates,
        personal: PersonalStore,
        registrar: EInvoiceRegistrar,
        supplier: Party,
        form_of: Callable[[Paper], bytes],
    ) -> None:
        self._engine = engine
        self._aggregates = aggregates
        self._personal = personal
        self._registrar = registrar
        self._supplier = supplier
        self._form_of = form_of

    async def register(self, tenant: str, invoice_id: UUID, operation_id: UUID, at: datetime) -> None:
        """Have a bill registered; one that nobody asks for any more is left alone."""
        bill = await self._aggregates.load(Invoice, tenant, invoice_id)
        if bill is None or not bill.is_registering or bill.operation_id != operation_id:
            return
        wanted = billing_id(operation_id)
        record = (await self._personal.get(tenant, [wanted])).get(wanted)
        outcome: Outcome[Registration]
        if record is None:
            outcome = Rejected(ERASED)
        else:
            told = paper_of_bill(bill, self._supplier, recipient_of(record))
            irn = irn_of(bill.gstin, bill.financial_year, DocType.INVOICE.value, told.number)
            form = self._form_of(told)
            outcome = await asyncio.to_thread(ensure_registered, self._registrar, form, bill.gstin, irn)
        await self._note(tenant, bill, operation_id, outcome, at)

    async def cancel(self, tenant: str, invoice_id: UUID, operation_id: UUID, at: datetime) -> None:
        """Have a registered bill taken for void; one that nobody asks for any more is left alone."""
        bill = await self._aggregates.load(Invoice, tenant, invoice_id)
        wanted = None if bill is None else bill.voiding
        if bill is None or bill.irn is None or wanted is None or wanted.operation_id != operation_id:
            return
        outcome = await asyncio.to_thread(ensure_void, self._registrar, bill.gstin, bill.irn, wanted.why)
        actor, is_void, why = Actor.system(NAME, tenant), isinstance(outcome, Confirmed), ""
        if not isinstance(outcome, Confirmed):
            why = _code(outcome.why if isinstance(outcome, Uncertain) else outcome.code)
        command = RecordVoid(actor, bill.id, operation_id, is_void, why, isinstance(outcome, Rejected), at)
        what = f"doubted/{int(at.timestamp())}" if isinstance(outcome, Uncertain) else f"void/{why}"
        key = f"{operation_id}/{what}"
        context = CommandContext(tenant, actor.text, key, fingerprint_of(key), operation_id, at)
        await self._engine.run(context, lambda work: record_void(command, work))

    async def _note(
        self, tenant: str, bill: Invoice, operation_id: UUID, outcome: Outcome[Registration], at: datetime
    ) -> None:
        actor, beside = Actor.system(NAME, tenant), None
        if isinstance(outcome, Confirmed):
            what, why = "registered", ""
            signed = PersonalRecord(PersonalKind.REGISTRATION, {"signed_qr": outcome.value.signed_qr})
            beside = Told(bill.customer_id, {signed_id(operation_id): signed})
        else:
            is_doubt = isinstance(outcome, Uncertain)
            why = _code(outcome.why if isinstance(outcome, Uncertain) else outcome.code)
            what = f"doubted/{int(at.timestamp())}" if is_doubt else f"refused/{why}"
        command = RecordRegistration(
            actor,
            bill.id,
            operation_id,
            outcome if isinstance(outcome, Confirmed) else None,
            why,
            isinstance(outcome, Rejected),
            at,
        )
        key = f"{operation_id}/{what}"
        context = CommandContext(tenant, actor.text, key, fingerprint_of(key), operation_id, at)
        await self._engine.run(context, lambda work: record_registration(command, work), beside)


def paper_of_bill(bill: Invoice, supplier: Party, recipient: Party) -> Paper:
    """A bill as a document, its supplier under the number that the bill carries."""
    own = Party(supplier.name, bill.gstin, supplier.street, supplier.town, supplier.pin, state_of(bill.gstin))
    return Paper(
        doc_type=DocType.INVOICE,
        number=number_text(bill.series, bill.financial_year, bill.number),
        issued_on=bill.issued_on,
        supplier=own,
        recipient=recipient,
        lines=bill.lines,
        tax_lines=bill.tax_lines,
        total_minor=bill.total_minor,
        currency=bill.currency,
        place_of_supply=bill.place_of_supply,
        sac=bill.sac,
    )


def _code(text: str) -> str:
    """A code of others in the form that events hold."""
    return CODE.sub("_", text.lower())[:40] or "unknown"
