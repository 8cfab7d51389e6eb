"""What was a provider offered, and what became of it? One row per offer, from made to the job's end."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from projections.fact import Fact
from projections.read_model import Index, ReadModel, Row, by_id


class JobRow(Row, frozen=True, gc=False):
    """One offer and, once accepted, the job.

    ``version`` is that of the offer's stream. ``state`` is made, delivered, seen, countered while it is out; declined,
    lapsed, withdrawn, superseded when it was not taken; accepted, en_route, on_scene, in_service, loaded, in_transit,
    at_drop, work_done while it is a job; completed, cancelled, revoked, gone_on_arrival, unsuccessful at its end.
    ``is_told`` marks a job that a guided crew was given. ``price_minor`` and ``provider_share_minor`` are what was
    shown, ``fare_minor`` what the job costs as it was done.
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
    drop_cell: str | None
    sos: bool
    distance_m: int
    eta_s: int | None
    countered_eta_s: int | None
    price_minor: int | None
    provider_share_minor: int | None
    fare_minor: int | None
    currency: str | None
    why: str | None
    created_at: datetime
    updated_at: datetime
    lapses_at: datetime
    seen_at: datetime | None = None
    answered_at: datetime | None = None
    en_route_at: datetime | None = None
    on_scene_at: datetime | None = None
    started_at: datetime | None = None
    loaded_at: datetime | None = None
    at_drop_at: datetime | None = None
    delivered_at: datetime | None = None
    work_done_at: datetime | None = None
    ended_at: datetime | None = None
    is_told: bool = False


provider_jobs = ReadModel(
    "provider_jobs",
    JobRow,
    version=3,
    key=("tenant", "offer_id"),
    indexes=(
        Index(("tenant", "provider_id", "created_at", "offer_id")),
        Index(("tenant", "provider_id", "state", "created_at", "offer_id")),
        Index(("tenant", "request_id", "created_at", "offer_id")),
        Index(("answered_at",), where="answered_at IS NOT NULL"),
        Index(("lapses_at",), where="state IN ('made', 'delivered', 'seen', 'countered')"),
    ),
)

_of_offer = by_id("offer_id")

BY_OURSELVES: Final = "system:"
"""Who accepts when a guided crew is told of its job: nobody was asked."""


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
        drop_cell=fact.maybe_text("drop_cell"),
        sos=fact.flag("sos"),
        distance_m=fact.whole("distance_m"),
        eta_s=fact.maybe_whole("eta_s"),
        countered_eta_s=None,
        price_minor=fact.maybe_whole("price_minor"),
        provider_share_minor=fact.maybe_whole("provider_share_minor"),
        fare_minor=None,
        currency=fact.maybe_text("currency"),
        why=None,
        created_at=fact.occurred_at,
        updated_at=fact.occurred_at,
        lapses_at=fact.instant("lapses_at"),
    )


def _told(row: JobRow, fact: Fact, **news: object) -> JobRow:
    """After a fact of the offer's own stream."""
    return replace(row, version=fact.version, position=fact.position, updated_at=fact.occurred_at, **news)


def _closed(row: JobRow, fact: Fact, state: str, why: str | None = None) -> JobRow:
    return _told(row, fact, state=state, why=why, answered_at=fact.occurred_at, ended_at=fact.occurred_at)


@provider_jobs.on("offer.delivered")
def _offer_delivered(row: JobRow, fact: Fact) -> JobRow:
    return _told(row, fact, state="delivered")


@provider_jobs.on("offer.seen")
def _seen(row: JobRow, fact: Fact) -> JobRow:
    return _told(row, fact, state="seen", seen_at=fact.occurred_at)


@provider_jobs.on("offer.countered")
def _countered(row: JobRow, fact: Fact) -> JobRow:
    return _told(row, fact, state="countered", countered_eta_s=fact.whole("eta_s"))


@provider_jobs.on("offer.counter_declined")
def _counter_declined(row: JobRow, fact: Fact) -> JobRow:
    return _told(row, fact, state="seen", countered_eta_s=None)


@provider_jobs.on("offer.accepted")
@provider_jobs.on("offer.counter_accepted")
def _accepted(row: JobRow, fact: Fact) -> JobRow:
    return _told(row, fact, state="accepted", answered_at=fact.occurred_at, is_told=fact.actor.startswith(BY_OURSELVES))


@provider_jobs.on("offer.declined")
def _declined(row: JobRow, fact: Fact) -> JobRow:
    return _closed(row, fact, "declined", fact.text("reason"))


@provider_jobs.on("offer.lapsed")
def _lapsed(row: JobRow, fact: Fact) -> JobRow:
    return _closed(row, fact, "lapsed")


@provider_jobs.on("offer.withdrawn")
def _withdrawn(row: JobRow, fact: Fact) -> JobRow:
    return _closed(row, fact, "withdrawn")


@provider_jobs.on("offer.superseded")
def _superseded(row: JobRow, fact: Fact) -> JobRow:
    return _closed(row, fact, "superseded")


# From here on the job's own stream tells; the version stays that of the offer.


def _goes_on(row: JobRow, fact: Fact, **news: object) -> JobRow:
    return replace(row, position=fact.position, updated_at=fact.occurred_at, **news)


def _over(row: JobRow, fact: Fact, state: str, why: str | None = None, **news: object) -> JobRow:
    return _goes_on(row, fact, state=state, why=why, ended_at=fact.occurred_at, **news)


@provider_jobs.on("service_request.en_route_started", _of_offer)
def _en_route_started(row: JobRow, fact: Fact) -> JobRow:
    return _goes_on(row, fact, state="en_route", en_route_at=fact.occurred_at)


@provider_jobs.on("service_request.arrived_on_scene", _of_offer)
def _arrived_on_scene(row: JobRow, fact: Fact) -> JobRow:
    return _goes_on(row, fact, state="on_scene", on_scene_at=fact.occurred_at)


@provider_jobs.on("service_request.service_started", _of_offer)
def _service_started(row: JobRow, fact: Fact) -> JobRow:
    return _goes_on(row, fact, state="in_service", started_at=fact.occurred_at)


@provider_jobs.on("service_request.vehicle_loaded", _of_offer)
def _vehicle_loaded(row: JobRow, fact: Fact) -> JobRow:
    return _goes_on(row, fact, state="loaded", loaded_at=fact.occurred_at)


@provider_jobs.on("service_request.transit_started", _of_offer)
def _transit_started(row: JobRow, fact: Fact) -> JobRow:
    return _goes_on(row, fact, state="in_transit", drop_cell=fact.text("drop_cell"))


@provider_jobs.on("service_request.arrived_at_drop", _of_offer)
def _arrived_at_drop(row: JobRow, fact: Fact) -> JobRow:
    return _goes_on(row, fact, state="at_drop", at_drop_at=fact.occurred_at)


@provider_jobs.on("service_request.drop_changed", _of_offer)
def _drop_changed(row: JobRow, fact: Fact) -> JobRow:
    return _goes_on(row, fact, drop_cell=fact.text("drop_cell"))


@provider_jobs.on("service_request.vehicle_delivered", _of_offer)
def _vehicle_delivered(row: JobRow, fact: Fact) -> JobRow:
    return _goes_on(row, fact, delivered_at=fact.occurred_at)


@provider_jobs.on("service_request.work_completed", _of_offer)
def _work_completed(row: JobRow, fact: Fact) -> JobRow:
    return _goes_on(row, fact, state="work_done", work_done_at=fact.occurred_at)


@provider_jobs.on("service_request.fare_proposed", _of_offer)
def _fare_proposed(row: JobRow, fact: Fact) -> JobRow:
    return _goes_on(row, fact, fare_minor=fact.whole("total_minor"), currency=fact.text("currency"))


@provider_jobs.on("service_request.completed", _of_offer)
def _completed(row: JobRow, fact: Fact) -> JobRow:
    return _over(row, fact, "completed", work_done_at=row.work_done_at or fact.occurred_at)


@provider_jobs.on("service_request.gone_confirmed", _of_offer)
def _gone_confirmed(row: JobRow, fact: Fact) -> JobRow:
    return _over(row, fact, "gone_on_arrival")


@provider_jobs.on("service_request.unsuccessful", _of_offer)
def _unsuccessful(row: JobRow, fact: Fact) -> JobRow:
    return _over(row, fact, "unsuccessful", fact.text("reason"))


@provider_jobs.on("service_request.cancelled", _of_offer)
def _cancelled(row: JobRow, fact: Fact) -> JobRow:
    return _over(row, fact, "cancelled", fact.text("reason"))


@provider_jobs.on("service_request.assignment_revoked", _of_offer)
def _assignment_revoked(row: JobRow, fact: Fact) -> JobRow:
    return _over(row, fact, "revoked", fact.text("reason"))
