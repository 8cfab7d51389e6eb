"""What does the board learn of the end of a request: its fare, its settlement, and why it ended?"""

from __future__ import annotations

from typing import Final

from projections.fact import Fact
from projections.request_row import RequestFold, RequestRow, ended, told


def _work_completed(row: RequestRow, fact: Fact) -> RequestRow:
    return told(row, fact, state="work_done", work_done_at=fact.occurred_at, need_proposed=None)


def _fare_proposed(row: RequestRow, fact: Fact) -> RequestRow:
    return told(
        row,
        fact,
        state="fare_review",
        fare_version=fact.whole("fare_version"),
        fare_lines=fact.all_told("lines"),
        fare_minor=fact.whole("total_minor"),
        currency=fact.text("currency"),
    )


def _fare_disputed(row: RequestRow, fact: Fact) -> RequestRow:
    return told(row, fact, state="fare_review", fare_disputed_why=fact.text("reason"))


def _fare_approved(row: RequestRow, fact: Fact) -> RequestRow:
    return told(row, fact, state="settling", fare_minor=fact.whole("total_minor"), fare_disputed_why=None)


def _settled(row: RequestRow, fact: Fact) -> RequestRow:
    return told(
        row,
        fact,
        outcome=fact.text("outcome"),
        settled_minor=fact.whole("amount_minor"),
        currency=fact.maybe_text("currency") or row.currency,
        payment_id=fact.maybe_uuid("payment_id"),
        settled_at=fact.occurred_at,
    )


def _completed(row: RequestRow, fact: Fact) -> RequestRow:
    return ended(row, fact, "completed", work_done_at=row.work_done_at or fact.occurred_at)


def _cancelled(row: RequestRow, fact: Fact) -> RequestRow:
    return ended(
        row,
        fact,
        "cancelled",
        ended_by=fact.text("by"),
        ended_why=fact.text("reason"),
        fee_minor=fact.whole("fee_minor"),
        fault=fact.text("fault"),
    )


def _unfulfilled(row: RequestRow, fact: Fact) -> RequestRow:
    return ended(row, fact, "unfulfilled")


def _expired(row: RequestRow, fact: Fact) -> RequestRow:
    return ended(row, fact, "expired")


def _merged(row: RequestRow, fact: Fact) -> RequestRow:
    return ended(row, fact, "merged", merged_into=fact.uuid("into"))


def _of_twins(row: RequestRow, fact: Fact) -> RequestRow:
    # What is suggested is a read model of its own (merge_suggestions); here only the version moves on.
    return told(row, fact)


def _unmerged(row: RequestRow, fact: Fact) -> RequestRow:
    return told(
        row,
        fact,
        state=fact.text("back_to"),
        merged_into=None,
        ended_at=None,
        outcome=None,
        settled_minor=None,
        settled_at=None,
    )


def _gone_confirmed(row: RequestRow, fact: Fact) -> RequestRow:
    return ended(row, fact, "gone_on_arrival", ended_by=fact.text("by"))


def _unsuccessful(row: RequestRow, fact: Fact) -> RequestRow:
    return ended(row, fact, "unsuccessful", ended_why=fact.text("reason"))


END: Final[dict[str, RequestFold]] = {
    "work_completed": _work_completed,
    "fare_proposed": _fare_proposed,
    "fare_disputed": _fare_disputed,
    "fare_approved": _fare_approved,
    "settled": _settled,
    "completed": _completed,
    "cancelled": _cancelled,
    "unfulfilled": _unfulfilled,
    "expired": _expired,
    "merged": _merged,
    "merge_suggested": _of_twins,
    "merge_dismissed": _of_twins,
    "unmerged": _unmerged,
    "gone_confirmed": _gone_confirmed,
    "unsuccessful": _unsuccessful,
}
"""By what follows ``service_request.`` in the topic."""
