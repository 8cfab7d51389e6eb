"""What do quotes, fares and their lines look like on the wire?"""

from typing import Annotated

from pydantic import Field

from domain.price_terms import LineKind
from interfaces.http.shapes.values import Instant, Metres, Shown

Minor = Annotated[int, Field(description="In minor units of the currency beside it.", examples=[59_000])]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$", description="ISO 4217.", examples=["INR"])]


class PriceLineShown(Shown):
    """One line of a price; a discount is negative."""

    kind: LineKind
    amount_minor: Minor


class FeesShown(Shown):
    """What ending early costs: nothing within ``free_within_s`` of somebody taking the job, then by their progress."""

    free_within_s: Annotated[int, Field(ge=0)]
    assigned_minor: Minor
    en_route_minor: Minor
    on_scene_minor: Minor
    gone_minor: Minor
    unsuccessful_percent: Annotated[int, Field(ge=0, le=100)]


class QuoteTold(Shown):
    """A price, and until when it can be confirmed."""

    version: Annotated[int, Field(ge=1)]
    currency: Currency
    total_minor: Minor
    lines: list[PriceLineShown]
    valid_until: Instant


class QuoteShown(QuoteTold):
    """The same, with how far the vehicle is towed and what ending early costs."""

    tow_distance_m: Metres | None
    fees: FeesShown | None


class FareTold(Shown):
    """What the job costs as it was done, and whether the customer has to agree."""

    version: Annotated[int, Field(ge=1)]
    currency: Currency
    total_minor: Minor
    lines: list[PriceLineShown]
    needs_approval: bool


class FareShown(Shown):
    """What the job costs as it was done."""

    version: Annotated[int, Field(ge=1)]
    currency: Currency
    total_minor: Minor
    lines: list[PriceLineShown]
    disputed_why: str | None
