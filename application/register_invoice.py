"""How does the desk have a bill between businesses registered, and what is noted of the registrar's answer?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.guards import check_role, check_version
from domain.actor import MONEY_DESK, Role
from domain.gst.gstin import checked_gstin
from domain.gst.inv01 import NotForRegistration
from domain.invoice import Invoice
from domain.invoice_terms import number_text

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from application.gateway import Confirmed
    from application.registrar import Registration
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class RegisterInvoice:
    """Ask the registrar to take a bill, which has this number in its series, made out to a business.

    Who that is, is told beside the command, under ``operation_id``: events hold no names.
    """

    actor: Actor
    invoice_id: UUID
    operation_id: UUID
    number: int
    recipient_gstin: str
    at: datetime
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class RecordRegistration:
    """What the registrar said: it has it, or not, for certain or not."""

    actor: Actor
    invoice_id: UUID
    operation_id: UUID
    told: Confirmed[Registration] | None
    why: str
    is_certain: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class RecordVoid:
    """What the registrar said of a bill that it is to take for void: it did, or not, for certain or not."""

    actor: Actor
    invoice_id: UUID
    operation_id: UUID
    is_void: bool
    why: str
    is_certain: bool
    at: datetime


async def register_invoice(command: RegisterInvoice, work: Work) -> Answer:
    """Record that it is asked for; the registrar is asked behind the save. Registered already is no news.

    Raises NotAllowed, NotFound, StaleVersion, BadGstin, NotForRegistration or OutOfTurn.
    """
    check_role(work, command.actor, *MONEY_DESK)
    checked_gstin(command.recipient_gstin)
    bill = await work.get(Invoice, command.invoice_id)
    check_version(bill, command.expected_version)
    if not bill.gstin or bill.currency != "INR":
        raise NotForRegistration
    number_text(bill.series, bill.financial_year, command.number)
    bill.ask_registration(command.operation_id, command.number, command.at)
    return {"id": bill.id.hex, "version": bill.version}


async def record_void(command: RecordVoid, work: Work) -> Answer:
    """Note it; a bill that is void over there is void here. Told twice is no news.

    Raises NotAllowed, NotFound or BadRegistration.
    """
    check_role(work, command.actor, Role.SYSTEM)
    bill = await work.get(Invoice, command.invoice_id)
    if command.is_void:
        why = bill.take_void(command.operation_id, command.at)
        if why is not None:
            bill.became_void(why, command.at)
    elif command.is_certain:
        bill.take_void_rejection(command.operation_id, command.why, command.at)
    else:
        bill.doubt_void(command.operation_id, command.why, command.at)
    return {"id": bill.id.hex, "version": bill.version}


async def record_registration(command: RecordRegistration, work: Work) -> Answer:
    """Note it; told twice is no news. Raises NotAllowed, NotFound or BadRegistration."""
    check_role(work, command.actor, Role.SYSTEM)
    bill = await work.get(Invoice, command.invoice_id)
    if command.told is not None:
        told = command.told.value
        bill.take_registration(command.operation_id, told.irn, told.ack_no, told.acknowledged_at, command.at)
    elif command.is_certain:
        bill.take_rejection(command.operation_id, command.why, command.at)
    else:
        bill.doubt_registration(command.operation_id, command.why, command.at)
    return {"id": bill.id.hex, "version": bill.version}
