"""How much was booked on an account in every hour and month, as every stretch of the log told of it?

A balance at an instant, as known at a position, is the sum of the postings that counted by then and stood in the log by
then. On an account that everybody books on they are millions. So they are summed beforehand in cells: one for what
counted in an hour (or a month) and stands in a stretch of the log. Cells that lie wholly before both are added up,
and only postings of the last hour and of the last stretch are looked at one by one (``infra/queries/time_travel.py``).
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, NamedTuple

from projections.fact import Fact
from projections.money import BOOKS, LegTold, legs_of
from projections.read_model import Index, Key, ReadModel, Row

# 4,096 positions: as many postings at most are looked at one by one, some milliseconds; and a hundred million events
# are 24,000 stretches, whose cells of an account are added up in about as long.
STRETCH: Final = 4_096

BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)

OF_ONE_CUSTOMER: Final = ("L:Customer:", "A:Customer:", "L:Advance:", "L:Deferred:")
"""Accounts of one customer, job or membership: their postings are few, and are added up one by one."""


class Span(StrEnum):
    """How long a cell is: the whole of an account tells that there is one, and is the only cell of a quiet one."""

    HOUR = "hour"
    MONTH = "month"
    WHOLE = "whole"


class HistoryRow(Row, frozen=True, gc=False):
    """Debits less credits of what counted on an account from ``since`` on for a span, as a stretch of the log tells it.

    The row of the whole account has everything up to now, with ``since`` and ``stretch`` at their beginning.
    """

    tenant: str
    account: str
    span: str
    since: datetime
    stretch: int
    currency: str
    amount_minor: int


ledger_history = ReadModel(
    "ledger_history",
    HistoryRow,
    version=1,
    key=("tenant", "account", "span", "since", "stretch", "currency"),
    indexes=(Index(("tenant", "account", "currency"), where="span = 'whole'"),),
)


class Cell(NamedTuple):
    """One leg as it counts in one cell."""

    leg: LegTold
    span: Span
    since: datetime
    stretch: int


def is_busy(account: str) -> bool:
    """Whether more is booked on an account than could be added up one by one."""
    if account.startswith("U:"):
        return account.startswith(("U:Given:", "U:Used:"))
    return not account.startswith(OF_ONE_CUSTOMER)


def hour_of(at: datetime) -> datetime:
    """The beginning of the hour of UTC."""
    return at.replace(minute=0, second=0, microsecond=0)


def month_of(at: datetime) -> datetime:
    """The beginning of the month of UTC."""
    return at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _cells(fact: Fact) -> list[Cell]:
    at, stretch = fact.occurred_at.astimezone(UTC), fact.position // STRETCH
    hour, month = hour_of(at), month_of(at)
    cells = []
    for leg in legs_of(fact):
        cells.append(Cell(leg, Span.WHOLE, BEGINNING, 0))
        if is_busy(leg.account):
            cells += [Cell(leg, Span.HOUR, hour, stretch), Cell(leg, Span.MONTH, month, stretch)]
    return cells


def _key(fact: Fact, cell: Cell) -> Key:
    return (fact.tenant, cell.leg.account, cell.span.value, cell.since, cell.stretch, fact.text("currency"))


def _moved(row: HistoryRow | None, fact: Fact, cell: Cell) -> HistoryRow:
    amount = (row.amount_minor if row else 0) + cell.leg.amount_minor
    place = (fact.tenant, cell.leg.account, cell.span.value, cell.since, cell.stretch)
    return HistoryRow(*place, fact.text("currency"), amount)


for _topic in BOOKS:
    ledger_history.each(_topic, _cells, _key)(_moved)
