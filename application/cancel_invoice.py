"""How does the desk make a bill void?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.guards import check_role, check_version
from domain.actor import MONEY_DESK
from domain.invoice import Invoice

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.invoice_terms import WhyCancelled


@dataclass(frozen=True, slots=True)
class CancelInvoice:
    """It should not have been issued."""

    actor: Actor
    invoice_id: UUID
    why: WhyCancelled
    at: datetime
    expected_version: int | None = None


async def cancel_invoice(command: CancelInvoice, work: Work) -> Answer:
    """Make it void, its number stays taken; twice is no news. A registered one is void once the registrar says so.

    Raises NotAllowed, NotFound, StaleVersion or OutOfTurn.
    """
    check_role(work, command.actor, *MONEY_DESK)
    bill = await work.get(Invoice, command.invoice_id)
    check_version(bill, command.expected_version)
    if bill.irn is None:
        bill.cancel(command.why, command.at)
    else:
        bill.ask_void(work.context.command_id, command.why, command.at)
    return {"id": bill.id.hex, "version": bill.version}
