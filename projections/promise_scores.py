"""How long do drives take beside what was expected of them? Counted in steps, month by month."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from msgspec.structs import replace

from domain.promise import bin_of
from projections.fact import Fact
from projections.read_model import Index, Key, ReadModel, Row

MONTHS_A_YEAR: Final = 12


class PromiseScoreRow(Row, frozen=True, gc=False):
    """So many drives of a month (counted from the year 0, UTC) in one step of the log of true over expected."""

    tenant: str
    month: int
    step: int
    drives: int
    position: int


promise_scores = ReadModel(
    "promise_scores",
    PromiseScoreRow,
    version=1,
    key=("tenant", "month", "step"),
    indexes=(Index(("position",)),),
)


def month_of(at: datetime) -> int:
    """Months since the year 0."""
    return at.year * MONTHS_A_YEAR + at.month - 1


def _key(fact: Fact) -> Key:
    return (fact.tenant, month_of(fact.occurred_at), _step(fact))


def _step(fact: Fact) -> int:
    return bin_of(fact.whole("expected_s"), fact.whole("took_s"))


@promise_scores.settles("service_request.eta_scored", _key)
def _eta_scored(row: PromiseScoreRow | None, fact: Fact) -> PromiseScoreRow:
    if row is None:
        return PromiseScoreRow(fact.tenant, month_of(fact.occurred_at), _step(fact), 1, fact.position)
    return replace(row, drives=row.drives + 1, position=fact.position)
