"""What does a customer see of their requests? Price, state, who comes, and the steps so far; nothing of our insides."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from projections.customer_steps import ENDS, SAME_STATE, STATE_AFTER, UNSEEN
from projections.fact import Fact
from projections.read_model import Index, ReadModel, Row
from projections.request_row import Told

STEPS_SHOWN: Final = 60
"""The newest steps; a job has about twenty, and a customer who is moved from provider to provider reads no more."""


class CustomerRequestRow(Row, frozen=True, gc=False):
    """One request as its customer follows it. ``steps`` are what happened and when, the oldest first.

    ``price_minor`` is what it will cost as far as is known: the quote, then the fare, then what was settled.
    """

    tenant: str
    request_id: UUID
    version: int
    position: int
    state: str
    customer_id: UUID
    service: str
    vehicle_class: str
    place_id: UUID
    created_at: datetime
    updated_at: datetime
    sos: bool = False
    scheduled_for: datetime | None = None
    attempt: int = 1
    provider_id: UUID | None = None
    quote_version: int | None = None
    valid_until: datetime | None = None
    lines: tuple[Told, ...] = ()
    price_minor: int | None = None
    currency: str | None = None
    payment_method: str | None = None
    need_proposed: Told | None = None
    gone_confirms_at: datetime | None = None
    payment_id: UUID | None = None
    outcome: str | None = None
    ended_why: str | None = None
    merged_into: UUID | None = None
    ended_at: datetime | None = None
    promise: str = "none"
    p50_at: datetime | None = None
    p80_at: datetime | None = None
    p95_at: datetime | None = None
    promise_due_at: datetime | None = None
    credit_minor: int | None = None
    steps: tuple[Told, ...] = ()


customer_requests = ReadModel(
    "customer_requests",
    CustomerRequestRow,
    version=2,
    key=("tenant", "request_id"),
    indexes=(
        Index(("tenant", "customer_id", "created_at", "request_id")),
        Index(("tenant", "customer_id", "state", "created_at", "request_id")),
    ),
)


def _told(row: CustomerRequestRow, fact: Fact, **news: object) -> CustomerRequestRow:
    return replace(row, version=fact.version, position=fact.position, updated_at=fact.occurred_at, **news)


def _stepped(row: CustomerRequestRow, fact: Fact, **news: object) -> CustomerRequestRow:
    return _told(row, fact, steps=(*row.steps, _step(fact))[-STEPS_SHOWN:], **news)


def _step(fact: Fact) -> Told:
    return {"what": fact.topic.partition(".")[2], "at": fact.occurred_at.isoformat().replace("+00:00", "Z")}


def _ended(row: CustomerRequestRow, fact: Fact, state: str, **news: object) -> CustomerRequestRow:
    return _stepped(row, fact, state=state, ended_at=fact.occurred_at, gone_confirms_at=None, **news)


@customer_requests.begins("service_request.requested")
def _requested(fact: Fact) -> CustomerRequestRow:
    return CustomerRequestRow(
        tenant=fact.tenant,
        request_id=fact.stream_id,
        version=fact.version,
        position=fact.position,
        state="submitted" if fact.text("dispatch") == "on_confirmation" else "searching",
        customer_id=fact.uuid("customer_id"),
        service=fact.text("service"),
        vehicle_class=fact.text("vehicle_class"),
        place_id=fact.uuid("place_id"),
        created_at=fact.occurred_at,
        updated_at=fact.occurred_at,
        sos=fact.flag("sos"),
        scheduled_for=fact.maybe_instant("scheduled_for"),
        steps=(_step(fact),),
    )


def _registered(what: str, **news: object) -> None:
    @customer_requests.on(f"service_request.{what}")
    def _reached(row: CustomerRequestRow, fact: Fact) -> CustomerRequestRow:
        return _stepped(row, fact, **news)


for _what, _state in STATE_AFTER.items():
    _registered(_what, state=_state)
for _what in SAME_STATE:
    _registered(_what)
for _what, _state in ENDS.items():

    @customer_requests.on(f"service_request.{_what}")
    def _over(row: CustomerRequestRow, fact: Fact, state: str = _state) -> CustomerRequestRow:
        return _ended(row, fact, state)


for _what in UNSEEN:

    @customer_requests.on(f"service_request.{_what}")
    def _unseen(row: CustomerRequestRow, fact: Fact) -> CustomerRequestRow:
        return _told(row, fact)


@customer_requests.on("service_request.quote_issued")
def _quote_issued(row: CustomerRequestRow, fact: Fact) -> CustomerRequestRow:
    return _stepped(
        row,
        fact,
        state="quoted" if row.state == "submitted" else row.state,
        quote_version=fact.whole("quote_version"),
        valid_until=fact.instant("valid_until"),
        lines=fact.all_told("lines"),
        price_minor=fact.whole("total_minor"),
        currency=fact.text("currency"),
    )


@customer_requests.on("service_request.confirmed")
def _confirmed(row: CustomerRequestRow, fact: Fact) -> CustomerRequestRow:
    early = row.state in {"submitted", "quoted"}
    return _stepped(row, fact, state="confirmed" if early else row.state, payment_method=fact.text("payment_method"))


@customer_requests.on("service_request.assigned")
def _assigned(row: CustomerRequestRow, fact: Fact) -> CustomerRequestRow:
    return _stepped(row, fact, state="assigned", provider_id=fact.uuid("provider_id"))


@customer_requests.on("service_request.eta_promised")
def _eta_promised(row: CustomerRequestRow, fact: Fact) -> CustomerRequestRow:
    return _stepped(
        row,
        fact,
        promise="made" if row.promise == "none" else row.promise,
        p50_at=fact.instant("p50_at"),
        p80_at=fact.instant("p80_at"),
        p95_at=fact.instant("p95_at"),
        promise_due_at=fact.instant("due_at"),
    )


@customer_requests.on("service_request.promise_broken")
def _promise_broken(row: CustomerRequestRow, fact: Fact) -> CustomerRequestRow:
    return _stepped(row, fact, promise="broken", credit_minor=fact.whole("credit_minor"))


for _what in ("at_risk", "kept", "waived"):

    @customer_requests.on(f"service_request.promise_{_what}")
    def _promise_is(row: CustomerRequestRow, fact: Fact, promise: str = _what) -> CustomerRequestRow:
        return _stepped(row, fact, promise=promise)


@customer_requests.on("service_request.assignment_revoked")
def _assignment_revoked(row: CustomerRequestRow, fact: Fact) -> CustomerRequestRow:
    return _stepped(
        row,
        fact,
        state="searching",
        attempt=row.attempt + 1,
        provider_id=None,
        need_proposed=None,
        gone_confirms_at=None,
    )


@customer_requests.on("service_request.need_change_proposed")
def _need_change_proposed(row: CustomerRequestRow, fact: Fact) -> CustomerRequestRow:
    return _stepped(row, fact, need_proposed={"service": fact.text("service"), "by": fact.text("by")})


@customer_requests.on("service_request.need_change_rejected")
def _need_change_rejected(row: CustomerRequestRow, fact: Fact) -> CustomerRequestRow:
    return _stepped(row, fact, need_proposed=None)


@customer_requests.on("service_request.need_changed")
def _need_changed(row: CustomerRequestRow, fact: Fact) -> CustomerRequestRow:
    return _stepped(row, fact, service=fact.text("service"), need_proposed=None)


@customer_requests.on("service_request.gone_reported")
def _gone_reported(row: CustomerRequestRow, fact: Fact) -> CustomerRequestRow:
    return _stepped(row, fact, gone_confirms_at=fact.instant("confirms_at"))


@customer_requests.on("service_request.gone_denied")
def _gone_denied(row: CustomerRequestRow, fact: Fact) -> CustomerRequestRow:
    return _stepped(row, fact, gone_confirms_at=None)


@customer_requests.on("service_request.fare_proposed")
def _fare_proposed(row: CustomerRequestRow, fact: Fact) -> CustomerRequestRow:
    return _stepped(
        row,
        fact,
        state="fare_review",
        lines=fact.all_told("lines"),
        price_minor=fact.whole("total_minor"),
        currency=fact.text("currency"),
    )


@customer_requests.on("service_request.fare_disputed")
def _fare_disputed(row: CustomerRequestRow, fact: Fact) -> CustomerRequestRow:
    return _stepped(row, fact, state="fare_review")


@customer_requests.on("service_request.fare_approved")
def _fare_approved(row: CustomerRequestRow, fact: Fact) -> CustomerRequestRow:
    return _stepped(row, fact, state="settling", price_minor=fact.whole("total_minor"))


@customer_requests.on("service_request.settled")
def _settled(row: CustomerRequestRow, fact: Fact) -> CustomerRequestRow:
    return _stepped(
        row,
        fact,
        outcome=fact.text("outcome"),
        price_minor=fact.whole("amount_minor"),
        currency=fact.maybe_text("currency") or row.currency,
        payment_id=fact.maybe_uuid("payment_id"),
    )


@customer_requests.on("service_request.cancelled")
def _cancelled(row: CustomerRequestRow, fact: Fact) -> CustomerRequestRow:
    return _ended(row, fact, "cancelled", ended_why=fact.text("reason"))


@customer_requests.on("service_request.unsuccessful")
def _unsuccessful(row: CustomerRequestRow, fact: Fact) -> CustomerRequestRow:
    return _ended(row, fact, "unsuccessful", ended_why=fact.text("reason"))


@customer_requests.on("service_request.unmerged")
def _unmerged(row: CustomerRequestRow, fact: Fact) -> CustomerRequestRow:
    return _stepped(row, fact, state=fact.text("back_to"), merged_into=None, ended_at=None, outcome=None)


@customer_requests.on("service_request.merged")
def _merged(row: CustomerRequestRow, fact: Fact) -> CustomerRequestRow:
    return _ended(row, fact, "merged", merged_into=fact.uuid("into"))
