"""What does an offer show of the money: what the customer was quoted, and what of it would be the provider's?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.settlement_terms import terms_of
from domain.split import bill_of, shares_of

if TYPE_CHECKING:
    from datetime import datetime

    from application.engine import Work
    from domain.service_request import ServiceRequest


@dataclass(frozen=True, slots=True)
class ShownPrice:
    """Amounts in minor units of the currency; all None where nothing is charged."""

    price_minor: int | None = None
    currency: str | None = None
    provider_share_minor: int | None = None


async def shown_price(work: Work, request: ServiceRequest, at: datetime) -> ShownPrice:
    """From the request's newest quote, divided as its payment would be: under the tariff that it was quoted by."""
    quote = request.quote
    if quote is None:
        return ShownPrice()
    terms = await terms_of(work, request, at)
    shares = shares_of(bill_of(quote.lines), terms.split, by_a_provider=True)
    return ShownPrice(quote.total_minor, quote.currency, shares.payable_minor)
