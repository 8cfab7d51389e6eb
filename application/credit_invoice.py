"""How does the desk take a part of a bill back? By a credit note, with a number of its own, in the same save."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.guards import check_role, check_version
from application.settlement_terms import TIME_ZONE
from domain.actor import DESK
from domain.credit_note import CreditNote
from domain.invoice import Invoice, InvoiceSeries
from domain.invoice_terms import DocType, series_for
from domain.money import CurrencyMismatch

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.credit_terms import WhyCredited
    from domain.money import Money


@dataclass(frozen=True, slots=True)
class CreditInvoice:
    """Take so much back, taxes included, for this reason."""

    actor: Actor
    invoice_id: UUID
    note_id: UUID
    amount: Money
    why: WhyCredited
    at: datetime
    expected_version: int | None = None


async def credit_invoice(command: CreditInvoice, work: Work) -> Answer:
    """Write the note and take its number; the same note again is no news. Money moves by a refund, not by this.

    Raises NotAllowed, NotFound, StaleVersion, CurrencyMismatch, OutOfTurn, TooMuchCredited or CreditedTooLate.
    """
    check_role(work, command.actor, *DESK)
    bill = await work.get(Invoice, command.invoice_id)
    check_version(bill, command.expected_version)
    if command.amount.currency != bill.currency:
        raise CurrencyMismatch
    share = bill.credit(command.note_id, command.amount.amount_minor, TIME_ZONE, command.at)
    if share is not None:
        series = series_for(work.context.tenant, bill.gstin, DocType.CREDIT_NOTE, command.at, TIME_ZONE)
        note = CreditNote.issue(command.note_id, series, bill, share, command.why, TIME_ZONE, command.at)
        work.add(note)
        work.add(InvoiceSeries.take(series, note.id, command.at))
    return {"id": command.note_id.hex, "version": 1}
