"""What was a provider offered, and what became of it? One row per offer, from made to the job's end."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from projections.fact import Fact
from projections.read_model import Index, ReadModel, Row, by_id


class JobRow(Row, frozen=True, gc=False):
    """One offer and, once accepted, the job.

    ``version`` is that of the offer's stream; ``state`` is made, declined, lapsed, withdrawn, accepted, en_route,
    on_scene, completed, cancelled or revoked.
    """

    tenant: str
    offer_id: UUID
    version: int
    position: int
    state: str
    provider_id: UUID
    shift_id: UUID
    request_id: UUID
    attempt: int
    service: str
    vehicle_class: str
    cell: str
    distance_m: int
    why: str | None
    created_at: datetime
    updated_at: datetime
    lapses_at: datetime
    answered_at: datetime | None
    en_route_at: datetime | None
    on_scene_at: datetime | None
    ended_at: datetime | None


provider_jobs = ReadModel(
    "provider_jobs",
    JobRow,
    version=1,
    key=("tenant", "offer_id"),
    indexes=(
        Index(("tenant", "provider_id", "created_at", "offer_id")),
        Index(("tenant", "provider_id", "state", "created_at", "offer_id")),
        Index(("tenant", "request_id", "created_at", "offer_id")),
        Index(("lapses_at",), where="state = 'made'"),
    ),
)

_of_offer = by_id("offer_id")


@provider_jobs.begins("offer.made")
def _made(fact: Fact) -> JobRow:
    return JobRow(
        tenant=fact.tenant,
        offer_id=fact.stream_id,
        version=fact.version,
        position=fact.position,
        state="made",
        provider_id=fact.uuid("provider_id"),
        shift_id=fact.uuid("shift_id"),
        request_id=fact.uuid("request_id"),
        attempt=fact.whole("attempt"),
        service=fact.text("service"),
        vehicle_class=fact.text("vehicle_class"),
        cell=fact.text("cell"),
        distance_m=fact.whole("distance_m"),
        why=None,
        created_at=fact.occurred_at,
        updated_at=fact.occurred_at,
        lapses_at=fact.instant("lapses_at"),
        answered_at=None,
        en_route_at=None,
        on_scene_at=None,
        ended_at=None,
    )


@provider_jobs.on("offer.accepted")
def _accepted(row: JobRow, fact: Fact) -> JobRow:
    return replace(
        row,
        version=fact.version,
        position=fact.position,
        updated_at=fact.occurred_at,
        state="accepted",
        answered_at=fact.occurred_at,
    )


@provider_jobs.on("offer.declined")
def _declined(row: JobRow, fact: Fact) -> JobRow:
    return _closed(row, fact, "declined", fact.text("reason"))


@provider_jobs.on("offer.lapsed")
def _lapsed(row: JobRow, fact: Fact) -> JobRow:
    return _closed(row, fact, "lapsed")


@provider_jobs.on("offer.withdrawn")
def _withdrawn(row: JobRow, fact: Fact) -> JobRow:
    return _closed(row, fact, "withdrawn")


def _closed(row: JobRow, fact: Fact, state: str, why: str | None = None) -> JobRow:
    return replace(
        row,
        version=fact.version,
        position=fact.position,
        updated_at=fact.occurred_at,
        state=state,
        why=why,
        answered_at=fact.occurred_at,
        ended_at=fact.occurred_at,
    )


# From here on the job's own stream tells; the version stays that of the offer.


@provider_jobs.on("service_request.en_route_started", _of_offer)
def _en_route_started(row: JobRow, fact: Fact) -> JobRow:
    return replace(
        row,
        position=fact.position,
        updated_at=fact.occurred_at,
        state="en_route",
        en_route_at=fact.occurred_at,
    )


@provider_jobs.on("service_request.arrived_on_scene", _of_offer)
def _arrived_on_scene(row: JobRow, fact: Fact) -> JobRow:
    return replace(
        row,
        position=fact.position,
        updated_at=fact.occurred_at,
        state="on_scene",
        on_scene_at=fact.occurred_at,
    )


@provider_jobs.on("service_request.completed", _of_offer)
def _completed(row: JobRow, fact: Fact) -> JobRow:
    return _over(row, fact, "completed")


@provider_jobs.on("service_request.cancelled", _of_offer)
def _cancelled(row: JobRow, fact: Fact) -> JobRow:
    return _over(row, fact, "cancelled", fact.text("reason"))


@provider_jobs.on("service_request.assignment_revoked", _of_offer)
def _assignment_revoked(row: JobRow, fact: Fact) -> JobRow:
    return _over(row, fact, "revoked", fact.text("reason"))


def _over(row: JobRow, fact: Fact, state: str, why: str | None = None) -> JobRow:
    return replace(
        row,
        position=fact.position,
        updated_at=fact.occurred_at,
        state=state,
        why=why,
        ended_at=fact.occurred_at,
    )
