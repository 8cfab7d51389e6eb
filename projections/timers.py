"""What is due when? One row per thing that waits: an offer for its answer, a request for its next step, a shift to end.

A request waits for one thing at a time, since each belongs to a state: a quote to be confirmed, a scheduled search to
begin, a search to be widened, a customer to say whether the vehicle is gone. So one row per subject is enough.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from projections.fact import Fact
from projections.read_model import Index, Key, ReadModel, Row


class TimerRow(Row, frozen=True, gc=False):
    """One pending timer.

    ``kind`` is offer_lapses, quote_expires, release_due, search_due, acknowledgement_due, gone_confirms, duty_ends or
    membership_due; the subject is an offer, a request, a shift or a subscription accordingly. ``version`` is that of
    the subject's stream when the timer was set.
    """

    tenant: str
    subject_id: UUID
    kind: str
    due_at: datetime
    request_id: UUID | None
    version: int
    position: int


timers = ReadModel(
    "timers",
    TimerRow,
    version=4,
    key=("tenant", "subject_id"),
    indexes=(
        Index(("due_at",)),
        Index(("kind", "due_at")),
        Index(("tenant", "request_id"), where="request_id IS NOT NULL"),
    ),
)

FRESH_QUOTE_WITHIN: Final = timedelta(minutes=10)
"""How long after its quote expired a request can still get a fresh one: the customer was looking for the wallet."""

REQUEST_MOVES_ON: Final = (
    "assigned",
    "gone_denied",
    "gone_confirmed",
    "service_started",
    "work_completed",
    "unsuccessful",
    "completed",
    "cancelled",
    "unfulfilled",
    "expired",
    "merged",
)
"""Facts after which a request waits for nothing, until another says for what."""

OFFER_IS_OVER: Final = ("accepted", "counter_accepted", "declined", "lapsed", "withdrawn", "superseded")
SHIFT_IS_OVER: Final = ("ended", "forced_off")
PROMISE_IS_OVER: Final = ("promise_kept", "promise_broken", "promise_waived")


def promise_timer(request_id: UUID) -> UUID:
    """The subject of a promise's timer: a request waits for it beside everything else, so it has a row of its own."""
    return uuid5(request_id, "promise")


def _timer(fact: Fact, kind: str, due_at: datetime, request_id: UUID | None) -> TimerRow:
    return TimerRow(fact.tenant, fact.stream_id, kind, due_at, request_id, fact.version, fact.position)


def _search(fact: Fact) -> TimerRow:
    # A search that names no instant is due at once: somebody has to look, and then to say when again.
    return _timer(fact, "search_due", fact.maybe_instant("widens_at") or fact.occurred_at, fact.stream_id)


def _is_over(_row: TimerRow | None, _fact: Fact) -> None:
    return None


@timers.settles("service_request.requested")
def _requested(_row: TimerRow | None, fact: Fact) -> TimerRow | None:
    return None if fact.text("dispatch") == "on_confirmation" else _search(fact)


@timers.settles("service_request.quote_issued")
def _quote_issued(row: TimerRow | None, fact: Fact) -> TimerRow | None:
    # A later quote without a timer is one for a job under way: that waits for nobody (I8).
    first = row is None and fact.whole("quote_version") == 1
    if first or (row is not None and row.kind == "quote_expires"):
        return _timer(fact, "quote_expires", fact.instant("valid_until") + FRESH_QUOTE_WITHIN, fact.stream_id)
    return row


@timers.settles("service_request.confirmed")
def _confirmed(row: TimerRow | None, _fact: Fact) -> TimerRow | None:
    return None if row is None or row.kind == "quote_expires" else row


@timers.settles("service_request.scheduled")
def _scheduled(_row: TimerRow | None, fact: Fact) -> TimerRow:
    return _timer(fact, "release_due", fact.instant("release_at"), fact.stream_id)


@timers.settles("service_request.dispatch_started")
def _dispatch_started(_row: TimerRow | None, fact: Fact) -> TimerRow:
    return _search(fact)


@timers.settles("service_request.search_widened")
def _search_widened(_row: TimerRow | None, fact: Fact) -> TimerRow:
    return _search(fact)


@timers.settles("service_request.assignment_revoked")
def _assignment_revoked(_row: TimerRow | None, fact: Fact) -> TimerRow:
    return _timer(fact, "search_due", fact.occurred_at, fact.stream_id)


@timers.settles("service_request.unmerged")
def _unmerged(_row: TimerRow | None, fact: Fact) -> TimerRow | None:
    # Whoever was searched for, or waits for an hour, is again in the same save: another fact says until when.
    waits_until = fact.maybe_instant("waits_until")
    return (
        None if waits_until is None else _timer(fact, "quote_expires", waits_until + FRESH_QUOTE_WITHIN, fact.stream_id)
    )


@timers.settles("service_request.gone_reported")
def _gone_reported(_row: TimerRow | None, fact: Fact) -> TimerRow:
    return _timer(fact, "gone_confirms", fact.instant("confirms_at"), fact.stream_id)


@timers.settles("service_request.acknowledgement_asked")
def _acknowledgement_asked(_row: TimerRow | None, fact: Fact) -> TimerRow:
    return _timer(fact, "acknowledgement_due", fact.instant("due_at"), fact.stream_id)


@timers.settles("service_request.acknowledged")
@timers.settles("service_request.en_route_started")
def _acknowledged(row: TimerRow | None, _fact: Fact) -> TimerRow | None:
    return None if row is None or row.kind == "acknowledgement_due" else row


def _of_promise(fact: Fact) -> Key:
    return (fact.tenant, promise_timer(fact.stream_id))


def _promise_timer(fact: Fact, kind: str, due_at: datetime) -> TimerRow:
    subject = promise_timer(fact.stream_id)
    return TimerRow(fact.tenant, subject, kind, due_at, fact.stream_id, fact.version, fact.position)


@timers.settles("service_request.eta_promised", _of_promise)
def _eta_promised(row: TimerRow | None, fact: Fact) -> TimerRow | None:
    # Only the first promise is waited for; a later one tells new times and is due when the first was.
    is_first = fact.instant("due_at") == fact.instant("p95_at")
    return _promise_timer(fact, "promise_doubted", fact.instant("p80_at")) if is_first else row


@timers.settles("service_request.promise_at_risk", _of_promise)
def _promise_at_risk(_row: TimerRow | None, fact: Fact) -> TimerRow:
    return _promise_timer(fact, "promise_due", fact.instant("due_at"))


@timers.settles("offer.made")
def _offer_made(_row: TimerRow | None, fact: Fact) -> TimerRow:
    return _timer(fact, "offer_lapses", fact.instant("lapses_at"), fact.uuid("request_id"))


@timers.settles("shift.started")
def _shift_started(_row: TimerRow | None, fact: Fact) -> TimerRow | None:
    ends_by = fact.maybe_instant("ends_by")
    return None if ends_by is None else _timer(fact, "duty_ends", ends_by, None)


@timers.settles("subscription.clock_set")
def _clock_set(_row: TimerRow | None, fact: Fact) -> TimerRow | None:
    due_at = fact.maybe_instant("due_at")
    return None if due_at is None else _timer(fact, "membership_due", due_at, None)


for _what in PROMISE_IS_OVER:
    timers.settles(f"service_request.{_what}", _of_promise)(_is_over)
for _what in REQUEST_MOVES_ON:
    timers.settles(f"service_request.{_what}")(_is_over)
for _what in OFFER_IS_OVER:
    timers.settles(f"offer.{_what}")(_is_over)
for _what in SHIFT_IS_OVER:
    timers.settles(f"shift.{_what}")(_is_over)
