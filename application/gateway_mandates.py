"""How is a customer's bank allowed to pay us again and again, whenever we ask? A port; see application/gateway."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

if TYPE_CHECKING:
    from application.gateway import Order, Outcome, Payment


@dataclass(frozen=True, slots=True)
class OpenMandate:
    """Wanted: an order whose payment also allows us to take up to ``most_minor`` at a time until ``expires_at``."""

    operation_id: UUID
    amount_minor: int
    currency: str
    most_minor: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TakeByMandate:
    """Wanted: pay an open order by a mandate, which is named by the payment that it was allowed with."""

    order_id: str
    mandate: str
    amount_minor: int
    currency: str


class MandateDesk(Protocol):
    """Where mandates are agreed and used. Orders carry our operation, so that both can be looked for."""

    def open_mandate(self, wanted: OpenMandate) -> Outcome[Order]:
        """Ask once for the order by which a mandate is allowed."""
        ...

    def take(self, wanted: TakeByMandate) -> Outcome[Payment]:
        """Ask once for a payment by a mandate; Rejected ``mandate_refused`` when there is none, or none any more."""
        ...
