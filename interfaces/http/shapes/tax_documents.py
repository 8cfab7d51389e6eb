"""What do orders about bills look like on the wire: make void, take back?"""

from typing import Annotated

from pydantic import Field, StringConstraints

from domain.credit_terms import WhyCredited
from domain.invoice_terms import WhyCancelled
from interfaces.http.shapes.money import AmountAsked, CurrencyAsked, InvoiceId
from interfaces.http.shapes.supplier import Gstin
from interfaces.http.shapes.values import EXAMPLE, PRINTABLE, Body, Position, Shown, Version


class CancellationOfBillBody(Body):
    """Why a bill is made void."""

    reason: Annotated[WhyCancelled, Field(examples=["data_entry"])]


class CreditBody(Body):
    """How much of a bill is taken back, taxes included, and why."""

    amount_minor: AmountAsked
    currency: CurrencyAsked
    reason: Annotated[WhyCredited, Field(examples=["price_too_high"])]


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=100, pattern=PRINTABLE)]


class RegistrationOfBillBody(Body):
    """The business that a bill is made out to; kept with what is personal, and in no event."""

    name: Annotated[Line, Field(examples=["Fleet and Sons Private Limited"])]
    gstin: Gstin
    street: Annotated[Line, Field(examples=["4 Link Road"])]
    town: Annotated[Line, Field(examples=["Mumbai"])]
    pin: Annotated[str, Field(pattern="^[1-9][0-9]{5}$", examples=["400053"])]


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
