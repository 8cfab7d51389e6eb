"""What do we ask of the registrar of e-invoices? The port; behind it is the portal, or a fake.

Calls have the three ends of ``application/gateway.py``: confirmed, rejected for certain, or uncertain. They wait, and
any thread may make them. A document is known to both sides by its reference number (IRN), which anyone can work out: so
whatever nobody answered for is found again by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from application.gateway import Confirmed, Rejected, Uncertain

if TYPE_CHECKING:
    from datetime import datetime

    from application.gateway import Outcome
    from domain.invoice_terms import WhyCancelled

DUPLICATE: Final = "2150"
"""The registrar's code for a document that it has already."""


@dataclass(frozen=True, slots=True)
class Registration:
    """What the registrar says of a document; ``signed_qr`` is the text that it signed for the code on the document."""

    irn: str
    ack_no: str
    acknowledged_at: datetime
    signed_qr: str
    is_active: bool = True


class EInvoiceRegistrar(Protocol):
    """Takes invoices and credit notes between businesses."""

    def register(self, form: bytes) -> Outcome[Registration]:
        """Have it take a document, told as INV-01; rejected with ``2150`` when it has it already."""
        ...

    def find(self, gstin: str, irn: str) -> Outcome[Registration | None]:
        """What it has under a reference number, of a supplier's documents; None when it has nothing."""
        ...

    def cancel(self, gstin: str, irn: str, why: WhyCancelled) -> Outcome[datetime]:
        """Have it take a document for void, within a day; twice gives the first instant."""
        ...


def ensure_registered(registrar: EInvoiceRegistrar, form: bytes, gstin: str, irn: str) -> Outcome[Registration]:
    """The document is registered: by this call or by an earlier one; however often this is called, once.

    What the registrar gives has to be the number that follows from the document: with another one nobody knows what it
    has, and somebody has to look.
    """
    outcome = registrar.register(form)
    if isinstance(outcome, Uncertain) or (isinstance(outcome, Rejected) and outcome.code == DUPLICATE):
        found = registrar.find(gstin, irn)
        if isinstance(found, Confirmed) and found.value is not None:
            return _ours(found.value, irn)
        # A registrar that has nothing now may still be at work on what we sent.
        return outcome if isinstance(outcome, Uncertain) else Uncertain("duplicate_not_found")
    return _ours(outcome.value, irn) if isinstance(outcome, Confirmed) else outcome


def ensure_void(registrar: EInvoiceRegistrar, gstin: str, irn: str, why: WhyCancelled) -> Outcome[None]:
    """What the registrar has under that number is void: by this call or by an earlier one, or it is not for certain."""
    outcome = registrar.cancel(gstin, irn, why)
    if isinstance(outcome, Confirmed):
        return Confirmed(None)
    found = registrar.find(gstin, irn)
    if isinstance(found, Confirmed) and found.value is not None and not found.value.is_active:
        return Confirmed(None)
    return outcome


def _ours(told: Registration, irn: str) -> Outcome[Registration]:
    return Confirmed(told) if told.irn == irn and told.is_active else Uncertain("other_irn")
