"""By what do customers pay? Noted beside the log, so that one person who plays several can be told from several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from domain.payment_order import PaymentOrder

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from application.engine import Aggregates
    from application.gateway import Instrument, Payment

MONEY_CAME: Final = frozenset({"authorized", "captured", "refunded"})
"""Who only tried with somebody's card has not paid with it."""


class Payers(Protocol):
    """Remembers that somebody paid by something, and not what it is."""

    async def note(self, tenant: str, customer_id: UUID, instruments: Collection[Instrument], at: datetime) -> None:
        """Remember it; twice is no news. Raises LogUnavailable."""
        ...


def instruments_of(payments: Sequence[Payment]) -> frozenset[Instrument]:
    """By what money came."""
    return frozenset(each.instrument for each in payments if each.instrument and each.status in MONEY_CAME)


async def note_payer(
    payers: Payers | None, aggregates: Aggregates, whose: tuple[str, UUID], told: Sequence[Payment], at: datetime
) -> None:
    """Note by what an order was paid, before it is booked: afterwards it is no news. Raises LogUnavailable."""
    instruments = instruments_of(told)
    if payers is None or not instruments:
        return
    order = await aggregates.load(PaymentOrder, *whose)
    if order is not None:
        await payers.note(whose[0], order.customer_id, instruments, at)
