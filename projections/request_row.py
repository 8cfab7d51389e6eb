"""What does the board know of one request?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from projections.fact import Fact
from projections.read_model import Row

Told = dict[str, object]
"""A small value of an event as it was told there, kept as JSON."""


class RequestRow(Row, frozen=True, gc=False):
    """One request. ``version`` is that of its stream: what If-Match compares.

    ``offer_id``, ``provider_id`` and ``shift_id`` are those of the assignment, kept when the request ends with it;
    ``asked`` are the offers that are not answered yet (``offer_id``, ``provider_id``), ``live_offer_id`` and
    ``asked_provider_id`` those of the one that has been out the longest; ``refusals`` of this attempt are declined and
    lapsed ones. Until ``acknowledge_by`` a guided crew says that it knows of its job. ``quoted_minor`` is the
    total of the newest quote, ``fare_minor`` of the newest fare, ``settled_minor`` what was paid or is owed in the
    end; all are in ``currency``.
    """

    tenant: str
    request_id: UUID
    version: int
    position: int
    state: str
    service: str
    vehicle_class: str
    fuel: str
    cell: str
    customer_id: UUID
    place_id: UUID
    contact_id: UUID
    created_at: datetime
    updated_at: datetime
    drop_cell: str | None = None
    zone_id: UUID | None = None
    sos: bool = False
    hazards: tuple[str, ...] = ()
    scheduled_for: datetime | None = None
    # The search.
    attempt: int = 1
    radius_m: int | None = None
    widens_at: datetime | None = None
    escalation: int = 0
    offer_id: UUID | None = None
    provider_id: UUID | None = None
    shift_id: UUID | None = None
    live_offer_id: UUID | None = None
    asked_provider_id: UUID | None = None
    asked: tuple[Told, ...] = ()
    declined_by: tuple[UUID, ...] = ()
    offers_made: int = 0
    offers_out: int = 0
    refusals: int = 0
    acknowledge_by: datetime | None = None
    # The drive.
    nudges: int = 0
    swaps: int = 0
    # What the customer was promised.
    promise: str = "none"
    p50_at: datetime | None = None
    p80_at: datetime | None = None
    p95_at: datetime | None = None
    promise_due_at: datetime | None = None
    credit_minor: int | None = None
    # The job.
    arrived_within_m: int | None = None
    start_tries: int = 0
    evidence: tuple[Told, ...] = ()
    need_proposed: Told | None = None
    contact_attempts: int = 0
    gone_confirms_at: datetime | None = None
    reached_drop: str | None = None
    drop_refused_why: str | None = None
    # The price.
    quote_version: int | None = None
    quote_valid_until: datetime | None = None
    quote_lines: tuple[Told, ...] = ()
    quoted_minor: int | None = None
    currency: str | None = None
    tow_distance_m: int | None = None
    fees: Told | None = None
    confirmed_quote: int | None = None
    payment_method: str | None = None
    fare_version: int | None = None
    fare_lines: tuple[Told, ...] = ()
    fare_minor: int | None = None
    fare_disputed_why: str | None = None
    fee_minor: int | None = None
    fault: str | None = None
    outcome: str | None = None
    settled_minor: int | None = None
    payment_id: UUID | None = None
    # The end.
    ended_by: str | None = None
    ended_why: str | None = None
    merged_into: UUID | None = None
    # When it happened.
    quoted_at: datetime | None = None
    confirmed_at: datetime | None = None
    offered_at: datetime | None = None
    assigned_at: datetime | None = None
    en_route_at: datetime | None = None
    on_scene_at: datetime | None = None
    started_at: datetime | None = None
    loaded_at: datetime | None = None
    at_drop_at: datetime | None = None
    delivered_at: datetime | None = None
    work_done_at: datetime | None = None
    settled_at: datetime | None = None
    ended_at: datetime | None = None


RequestFold = Callable[[RequestRow, Fact], RequestRow]
"""What one fact does to the row of its request."""


def told(row: RequestRow, fact: Fact, **news: object) -> RequestRow:
    """The row after a fact of its own stream."""
    return replace(row, version=fact.version, position=fact.position, updated_at=fact.occurred_at, **news)


def asked_now(asked: tuple[Told, ...]) -> dict[str, object]:
    """What the row says of the offers that are out."""
    first = asked[0] if asked else None
    return {
        "asked": asked,
        "offers_out": len(asked),
        "live_offer_id": None if first is None else UUID(str(first["offer_id"])),
        "asked_provider_id": None if first is None else UUID(str(first["provider_id"])),
    }


def ended(row: RequestRow, fact: Fact, state: str, **news: object) -> RequestRow:
    """The row of a request that has come to its end."""
    return told(row, fact, state=state, ended_at=fact.occurred_at, **asked_now(()), **news)
