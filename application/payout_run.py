"""Who is paid today? Looks at what waits, makes the day's payouts, and asks for as many as the bank covers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol
from zoneinfo import ZoneInfo

from application.batch_payout import (
    BatchPayout,
    CloseBatch,
    FinishBatch,
    batch_payout,
    close_batch,
    finish_batch,
)
from application.log import CommandContext, fingerprint_of
from application.request_payout import RequestPayout, operation_of, request_payout
from domain.actor import Actor
from domain.payout_batch import batch_id

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

    from application.dispatch.ordering import Ordering

NAME: Final = "payouts"
MOST_AT_ONCE: Final = 500
"""Providers, and payouts, that one look takes up: seconds of work; the next look takes the others."""

TRIES_AGAIN_EVERY: Final = timedelta(hours=1)
"""A refusal is kept with its key: an account that was not verified may be so an hour later."""


@dataclass(frozen=True, slots=True)
class ToPay:
    """A provider with earnings that are due and come to more than nothing: the oldest of them, and all that it owes."""

    tenant: str
    provider_id: UUID
    currency: str
    earnings: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class ToRequest:
    """A payout that nobody was asked for yet."""

    tenant: str
    payout_id: UUID
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class ToEnd:
    """A day that is over: nothing is added to its payouts, and when none is ``under_way`` they are finished."""

    tenant: str
    currency: str
    day: date
    is_closed: bool
    under_way: int


class PayoutBoard(Protocol):
    """Reads from read models what is to be paid; they may be behind the log, whose aggregates decide."""

    async def to_pay(self, at: datetime, limit: int) -> Sequence[ToPay]:
        """Providers that can be paid and whose due earnings come to something, who have waited longest first."""
        ...

    async def to_request(self, limit: int) -> Sequence[ToRequest]:
        """Payouts that are batched, the oldest first."""
        ...

    async def in_bank(self, tenant: str, currency: str) -> int:
        """What is in the bank, less the payouts that are on their way."""
        ...

    async def to_end(self, today: date, limit: int) -> Sequence[ToEnd]:
        """Batches of days before today that can be closed or finished, the oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class PayoutDay:
    """Whose day it is, and from which hour on payouts are made."""

    time_zone: str = "Asia/Kolkata"
    from_hour: int = 10

    def of(self, at: datetime) -> date | None:
        """The day whose payouts are to be made now; None before its hour."""
        local = at.astimezone(ZoneInfo(self.time_zone))
        return local.date() if local.hour >= self.from_hour else None

    def date_at(self, at: datetime) -> date:
        """Which day it is."""
        return at.astimezone(ZoneInfo(self.time_zone)).date()


class PayoutRun:
    """Looks now and then, and remembers nothing: a day's payout of a provider is one, whoever looks how often."""

    def __init__(self, board: PayoutBoard, ordering: Ordering, day: PayoutDay) -> None:
        self._board = board
        self._ordering = ordering
        self._day = day

    async def look(self, at: datetime) -> int:
        """Make payouts, ask for those that the bank covers; how many were asked for. Raises what the board raises."""
        day = self._day.of(at)
        if day is not None:
            for due in await self._board.to_pay(at, MOST_AT_ONCE):
                await self._batch(due, day, at)
        for over in await self._board.to_end(self._day.date_at(at), MOST_AT_ONCE):
            await self._end(over, at)
        return await self._request_what_is_covered(at)

    async def _end(self, over: ToEnd, at: datetime) -> None:
        """Close a day, whose payouts are complete; finish it once none of them is on its way."""
        whose, batch = Actor.system(NAME, over.tenant), batch_id(over.tenant, over.day, over.currency)
        if not over.is_closed:
            command = CloseBatch(whose, over.currency, over.day, at)
            context = _context(over.tenant, f"close/{over.currency}/{over.day}", batch, at)
            await self._ordering.order("close_batch", batch, context, lambda work: close_batch(command, work))
        if not over.under_way:
            finish = FinishBatch(whose, over.currency, over.day, at)
            key = f"finish/{over.currency}/{over.day}/{_hour(at)}"
            context = _context(over.tenant, key, batch, at)
            await self._ordering.order("finish_batch", batch, context, lambda work: finish_batch(finish, work))

    async def _batch(self, due: ToPay, day: date, at: datetime) -> None:
        command = BatchPayout(Actor.system(NAME, due.tenant), due.provider_id, due.currency, due.earnings, day, at)
        seen = fingerprint_of(*(earning.bytes for earning in due.earnings)).hex()
        key = f"batch/{due.provider_id}/{due.currency}/{day}/{seen}/{_hour(at)}"
        context = _context(due.tenant, key, due.provider_id, at)
        await self._ordering.order("batch_payout", due.provider_id, context, lambda work: batch_payout(command, work))

    async def _request_what_is_covered(self, at: datetime) -> int:
        """The gateway would let a payout wait for money, but then a later one might be paid first."""
        covered: dict[tuple[str, str], int] = {}
        spent: dict[tuple[str, str], int] = defaultdict(int)
        asked = 0
        for waiting in await self._board.to_request(MOST_AT_ONCE):
            purse = waiting.tenant, waiting.currency
            if purse not in covered:
                covered[purse] = await self._board.in_bank(*purse)
            if spent[purse] + waiting.amount_minor > covered[purse]:
                # Nobody behind it is paid first, however little that is.
                covered[purse] = 0
                continue
            spent[purse] += waiting.amount_minor
            asked += await self._request(waiting, at)
        return asked

    async def _request(self, waiting: ToRequest, at: datetime) -> int:
        command = RequestPayout(Actor.system(NAME, waiting.tenant), waiting.payout_id, at)
        key = f"request/{operation_of(waiting.payout_id)}/{_hour(at)}"
        context = _context(waiting.tenant, key, waiting.payout_id, at)
        done = await self._ordering.order(
            "request_payout", waiting.payout_id, context, lambda work: request_payout(command, work)
        )
        return int(not isinstance(done, str))


def _context(tenant: str, key: str, subject_id: UUID, at: datetime) -> CommandContext:
    return CommandContext(tenant, Actor.system(NAME, tenant).text, key, fingerprint_of(key), subject_id, at)


def _hour(at: datetime) -> int:
    return int(at.timestamp() // TRIES_AGAIN_EVERY.total_seconds())
