"""What do tips look like on the wire?"""

from typing import Annotated

from pydantic import Field

from interfaces.http.shapes.money import AmountAsked, CurrencyAsked
from interfaces.http.shapes.prices import Currency, Minor
from interfaces.http.shapes.values import EXAMPLE, Body, Position, ProviderId, RequestId, Shown, UserId, Version

TipId = Annotated[str, Field(pattern="^tip_[0-9a-f]{32}$", description="Id of a tip.", examples=[f"tip_{EXAMPLE}"])]


class TipBody(Body):
    """How much goes to the crew, from the wallet."""

    amount_minor: AmountAsked
    currency: CurrencyAsked


class TipShown(Shown):
    """What was given on top of a job."""

    id: TipId
    version: Version
    request_id: RequestId
    customer_id: UserId
    provider_id: ProviderId
    amount_minor: Minor
    currency: Currency
    is_returned: Annotated[bool, Field(description="Whether it is in the customer's wallet again.")]


class TipDone(TipShown):
    """The tip after a command."""

    position: Position
