"""Who is not asked to do a job in cash, since it owes us too much of what it collected?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from domain.price_terms import PaymentMethod

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from application.dispatch.board import Search


@dataclass(frozen=True, slots=True)
class CashStop:
    """A provider that owes, in one currency, as much as the rules in effect allow."""

    tenant: str
    currency: str
    provider_id: UUID


class KnowsCashStops(Protocol):
    """What a board tells of cash."""

    async def stopped_for_cash(self, at: datetime) -> Sequence[CashStop]:
        """Who is offered no more jobs in cash by the rules in effect at that instant."""
        ...


def cash_currency_of(payment_method: str | None, currency: str | None, *, sos: bool) -> str | None:
    """In which currency a request is paid in cash; None when it is not, or danger comes before money."""
    return currency if payment_method == PaymentMethod.CASH.value and not sos else None


async def heeding_cash_limits(board: KnowsCashStops, searches: Sequence[Search], at: datetime) -> Sequence[Search]:
    """The same searches, those in cash told of whom not to ask; nobody is looked for when none is in cash."""
    if all(search.cash_currency is None for search in searches):
        return searches
    return with_stops(searches, await board.stopped_for_cash(at))


def with_stops(searches: Sequence[Search], stops: Sequence[CashStop]) -> Sequence[Search]:
    """One and the same set for all searches of a tenant and a currency: whoever filters makes one column of it."""
    by_currency: dict[tuple[str, str], set[UUID]] = {}
    for stop in stops:
        by_currency.setdefault((stop.tenant, stop.currency), set()).add(stop.provider_id)
    stopped = {key: frozenset(providers) for key, providers in by_currency.items()}
    return [
        replace(search, over_cash_limit=stopped[search.tenant, search.cash_currency])
        if search.cash_currency is not None and (search.tenant, search.cash_currency) in stopped
        else search
        for search in searches
    ]
