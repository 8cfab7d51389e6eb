"""What do orders about bills look like on the wire: make void, take back?"""

from typing import Annotated

from pydantic import Field

from domain.credit_terms import WhyCredited
from domain.invoice_terms import WhyCancelled
from interfaces.http.shapes.money import AmountAsked, CurrencyAsked, InvoiceId
from interfaces.http.shapes.values import EXAMPLE, Body, Position, Shown, Version


class CancellationOfBillBody(Body):
    """Why a bill is made void."""

    reason: Annotated[WhyCancelled, Field(examples=["data_entry"])]


class CreditBody(Body):
    """How much of a bill is taken back, taxes included, and why."""

    amount_minor: AmountAsked
    currency: CurrencyAsked
    reason: Annotated[WhyCredited, Field(examples=["price_too_high"])]


class BillDone(Shown):
    """A bill after a command."""

    id: InvoiceId
    version: Version
    position: Position


class CreditNoteDone(Shown):
    """The note that was written."""

    id: Annotated[str, Field(pattern="^crn_[0-9a-f]{32}$", examples=[f"crn_{EXAMPLE}"])]
    version: Version
    position: Position
