"""What does the board learn of what the customer was promised?"""

from __future__ import annotations

from typing import Final

from projections.fact import Fact
from projections.request_row import RequestFold, RequestRow, told


def _eta_promised(row: RequestRow, fact: Fact) -> RequestRow:
    return told(
        row,
        fact,
        promise="made" if row.promise == "none" else row.promise,
        p50_at=fact.instant("p50_at"),
        p80_at=fact.instant("p80_at"),
        p95_at=fact.instant("p95_at"),
        promise_due_at=fact.instant("due_at"),
    )


def _promise_broken(row: RequestRow, fact: Fact) -> RequestRow:
    return told(row, fact, promise="broken", credit_minor=fact.whole("credit_minor"))


def _now(promise: str) -> RequestFold:
    return lambda row, fact: told(row, fact, promise=promise)


PROMISE: Final[dict[str, RequestFold]] = {
    "eta_promised": _eta_promised,
    "promise_at_risk": _now("at_risk"),
    "promise_kept": _now("kept"),
    "promise_broken": _promise_broken,
    "promise_waived": _now("waived"),
    "eta_scored": told,
}
"""By what follows ``service_request.`` in the topic."""
