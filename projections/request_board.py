"""How does every call for help stand, from the request to its end?"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from projections.fact import Fact
from projections.read_model import Index, ReadModel, Row


class RequestRow(Row, frozen=True, gc=False):
    """One request. ``version`` is that of its stream: what If-Match compares.

    ``offer_id``, ``provider_id`` and ``shift_id`` are those of the assignment, kept when the request ends with it;
    ``live_offer_id`` and ``asked_provider_id`` those of an offer that is not answered yet.
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
    attempt: int
    offer_id: UUID | None
    provider_id: UUID | None
    shift_id: UUID | None
    live_offer_id: UUID | None
    asked_provider_id: UUID | None
    declined_by: tuple[UUID, ...]
    offers_made: int
    arrived_within_m: int | None
    ended_by: str | None
    ended_why: str | None
    created_at: datetime
    updated_at: datetime
    offered_at: datetime | None
    assigned_at: datetime | None
    en_route_at: datetime | None
    on_scene_at: datetime | None
    ended_at: datetime | None


request_board = ReadModel(
    "request_board",
    RequestRow,
    version=1,
    key=("tenant", "request_id"),
    indexes=(
        Index(("tenant", "created_at", "request_id")),
        Index(("tenant", "state", "created_at", "request_id")),
        Index(("tenant", "customer_id", "created_at", "request_id")),
        Index(("tenant", "provider_id", "created_at", "request_id"), where="provider_id IS NOT NULL"),
        Index(("tenant", "asked_provider_id"), where="asked_provider_id IS NOT NULL"),
        Index(("created_at", "request_id"), where="state = 'searching'"),
    ),
)


@request_board.begins("service_request.requested")
def _requested(fact: Fact) -> RequestRow:
    return RequestRow(
        tenant=fact.tenant,
        request_id=fact.stream_id,
        version=fact.version,
        position=fact.position,
        state="searching",
        service=fact.text("service"),
        vehicle_class=fact.text("vehicle_class"),
        fuel=fact.text("fuel"),
        cell=fact.text("cell"),
        customer_id=fact.uuid("customer_id"),
        place_id=fact.uuid("place_id"),
        contact_id=fact.uuid("contact_id"),
        attempt=1,
        offer_id=None,
        provider_id=None,
        shift_id=None,
        live_offer_id=None,
        asked_provider_id=None,
        declined_by=(),
        offers_made=0,
        arrived_within_m=None,
        ended_by=None,
        ended_why=None,
        created_at=fact.occurred_at,
        updated_at=fact.occurred_at,
        offered_at=None,
        assigned_at=None,
        en_route_at=None,
        on_scene_at=None,
        ended_at=None,
    )


@request_board.on("service_request.offer_made")
def _offer_made(row: RequestRow, fact: Fact) -> RequestRow:
    return replace(
        row,
        version=fact.version,
        position=fact.position,
        updated_at=fact.occurred_at,
        live_offer_id=fact.uuid("offer_id"),
        asked_provider_id=fact.uuid("provider_id"),
        offers_made=row.offers_made + 1,
        offered_at=fact.occurred_at,
    )


@request_board.on("service_request.offer_closed")
def _offer_closed(row: RequestRow, fact: Fact) -> RequestRow:
    declined_by = row.declined_by
    if fact.text("why") == "declined":
        declined_by = (*declined_by, fact.uuid("provider_id"))
    return replace(
        row,
        version=fact.version,
        position=fact.position,
        updated_at=fact.occurred_at,
        live_offer_id=None,
        asked_provider_id=None,
        declined_by=declined_by,
    )


@request_board.on("service_request.assigned")
def _assigned(row: RequestRow, fact: Fact) -> RequestRow:
    return replace(
        row,
        version=fact.version,
        position=fact.position,
        updated_at=fact.occurred_at,
        state="assigned",
        offer_id=fact.uuid("offer_id"),
        provider_id=fact.uuid("provider_id"),
        shift_id=fact.uuid("shift_id"),
        live_offer_id=None,
        asked_provider_id=None,
        assigned_at=fact.occurred_at,
    )


@request_board.on("service_request.assignment_revoked")
def _assignment_revoked(row: RequestRow, fact: Fact) -> RequestRow:
    return replace(
        row,
        version=fact.version,
        position=fact.position,
        updated_at=fact.occurred_at,
        state="searching",
        attempt=row.attempt + 1,
        offer_id=None,
        provider_id=None,
        shift_id=None,
        offered_at=None,
        assigned_at=None,
        en_route_at=None,
        on_scene_at=None,
        arrived_within_m=None,
    )


@request_board.on("service_request.en_route_started")
def _en_route_started(row: RequestRow, fact: Fact) -> RequestRow:
    return replace(
        row,
        version=fact.version,
        position=fact.position,
        updated_at=fact.occurred_at,
        state="en_route",
        en_route_at=fact.occurred_at,
    )


@request_board.on("service_request.arrived_on_scene")
def _arrived_on_scene(row: RequestRow, fact: Fact) -> RequestRow:
    return replace(
        row,
        version=fact.version,
        position=fact.position,
        updated_at=fact.occurred_at,
        state="on_scene",
        on_scene_at=fact.occurred_at,
        arrived_within_m=fact.maybe_whole("distance_m"),
    )


@request_board.on("service_request.completed")
def _completed(row: RequestRow, fact: Fact) -> RequestRow:
    return _ended(row, fact, "completed")


@request_board.on("service_request.cancelled")
def _cancelled(row: RequestRow, fact: Fact) -> RequestRow:
    return _ended(row, fact, "cancelled", by=fact.text("by"), why=fact.text("reason"))


@request_board.on("service_request.unfulfilled")
def _unfulfilled(row: RequestRow, fact: Fact) -> RequestRow:
    return _ended(row, fact, "unfulfilled")


def _ended(row: RequestRow, fact: Fact, state: str, by: str | None = None, why: str | None = None) -> RequestRow:
    return replace(
        row,
        version=fact.version,
        position=fact.position,
        updated_at=fact.occurred_at,
        state=state,
        live_offer_id=None,
        asked_provider_id=None,
        ended_by=by,
        ended_why=why,
        ended_at=fact.occurred_at,
    )
