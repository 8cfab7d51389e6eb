"""How quickly, how often and for how much was help given? One row per request, with what the figures are counted from.

Nothing is averaged here: a fold sees one event at a time, and a rebuild has to end with the same rows. Whoever asks for
figures counts these rows, so that medians and shares are exact.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from projections.fact import Fact
from projections.read_model import Index, ReadModel, Row


class KpiRow(Row, frozen=True, gc=False):
    """One request, by the instants and ends that are measured.

    ``search_began_at`` is when the first search began, ``first_assigned_at`` and ``on_scene_at`` when a provider first
    took the job and was first at the vehicle, whatever came after. ``ended_as`` is the last state, null while the
    request is open. ``settled_minor`` is what was paid or is owed in ``currency``, taxes included.
    ``eta_within`` is the smallest share (50, 80 or 95 percent) of such drives that the first arrival belongs to, if its
    time was promised; 100 for a late one.
    """

    tenant: str
    request_id: UUID
    position: int
    service: str
    vehicle_class: str
    zone_id: UUID | None
    created_at: datetime
    search_began_at: datetime | None
    first_assigned_at: datetime | None = None
    on_scene_at: datetime | None = None
    ended_at: datetime | None = None
    ended_as: str | None = None
    ended_by: str | None = None
    ended_why: str | None = None
    offers_made: int = 0
    declines: int = 0
    lapses: int = 0
    revocations: int = 0
    currency: str | None = None
    settled_minor: int | None = None
    eta_within: int | None = None
    promise_broken: bool = False


kpi_requests = ReadModel(
    "kpi_requests",
    KpiRow,
    version=2,
    key=("tenant", "request_id"),
    indexes=(Index(("tenant", "created_at")),),
)

Fold = Callable[[KpiRow, Fact], KpiRow]


@kpi_requests.begins("service_request.requested")
def _requested(fact: Fact) -> KpiRow:
    return KpiRow(
        tenant=fact.tenant,
        request_id=fact.stream_id,
        position=fact.position,
        service=fact.text("service"),
        vehicle_class=fact.text("vehicle_class"),
        zone_id=fact.maybe_uuid("zone_id"),
        created_at=fact.occurred_at,
        search_began_at=fact.occurred_at if fact.text("dispatch") == "at_once" else None,
    )


@kpi_requests.on("service_request.need_changed")
def _need_changed(row: KpiRow, fact: Fact) -> KpiRow:
    return _told(row, fact, service=fact.text("service"))


@kpi_requests.on("service_request.quote_issued")
def _quote_issued(row: KpiRow, fact: Fact) -> KpiRow:
    return _told(row, fact, currency=fact.text("currency"))


@kpi_requests.on("service_request.dispatch_started")
def _dispatch_started(row: KpiRow, fact: Fact) -> KpiRow:
    return _told(row, fact, search_began_at=row.search_began_at or fact.occurred_at)


@kpi_requests.on("service_request.offer_made")
def _offer_made(row: KpiRow, fact: Fact) -> KpiRow:
    return _told(row, fact, offers_made=row.offers_made + 1)


@kpi_requests.on("service_request.offer_closed")
def _offer_closed(row: KpiRow, fact: Fact) -> KpiRow:
    why = fact.text("why")
    return _told(row, fact, declines=row.declines + (why == "declined"), lapses=row.lapses + (why == "lapsed"))


@kpi_requests.on("service_request.assigned")
def _assigned(row: KpiRow, fact: Fact) -> KpiRow:
    return _told(row, fact, first_assigned_at=row.first_assigned_at or fact.occurred_at)


@kpi_requests.on("service_request.assignment_revoked")
def _assignment_revoked(row: KpiRow, fact: Fact) -> KpiRow:
    return _told(row, fact, revocations=row.revocations + 1)


@kpi_requests.on("service_request.arrived_on_scene")
def _arrived_on_scene(row: KpiRow, fact: Fact) -> KpiRow:
    return _told(row, fact, on_scene_at=row.on_scene_at or fact.occurred_at)


@kpi_requests.on("service_request.eta_scored")
def _eta_scored(row: KpiRow, fact: Fact) -> KpiRow:
    return _told(row, fact, eta_within=row.eta_within or fact.whole("within"))


@kpi_requests.on("service_request.promise_broken")
def _promise_broken(row: KpiRow, fact: Fact) -> KpiRow:
    return _told(row, fact, promise_broken=True)


@kpi_requests.on("service_request.settled")
def _settled(row: KpiRow, fact: Fact) -> KpiRow:
    currency = fact.maybe_text("currency") or row.currency
    return _told(row, fact, settled_minor=fact.whole("amount_minor"), currency=currency)


@kpi_requests.on("service_request.cancelled")
def _cancelled(row: KpiRow, fact: Fact) -> KpiRow:
    return _ended(row, fact, "cancelled", ended_by=fact.text("by"), ended_why=fact.text("reason"))


@kpi_requests.on("service_request.gone_confirmed")
def _gone_confirmed(row: KpiRow, fact: Fact) -> KpiRow:
    return _ended(row, fact, "gone_on_arrival", ended_by=fact.text("by"))


@kpi_requests.on("service_request.unsuccessful")
def _unsuccessful(row: KpiRow, fact: Fact) -> KpiRow:
    return _ended(row, fact, "unsuccessful", ended_why=fact.text("reason"))


@kpi_requests.on("service_request.unmerged")
def _unmerged(row: KpiRow, fact: Fact) -> KpiRow:
    return _told(row, fact, ended_at=None, ended_as=None, settled_minor=None)


OTHER_ENDS: Final = ("completed", "unfulfilled", "expired", "merged")
"""Ends that say no more than their name, which is also that of the last state."""


def _ends_as(state: str) -> Fold:
    return lambda row, fact: _ended(row, fact, state)


for _state in OTHER_ENDS:
    kpi_requests.on(f"service_request.{_state}")(_ends_as(_state))


def _told(row: KpiRow, fact: Fact, **news: object) -> KpiRow:
    return replace(row, position=fact.position, **news)


def _ended(row: KpiRow, fact: Fact, state: str, **news: object) -> KpiRow:
    return _told(row, fact, ended_at=fact.occurred_at, ended_as=state, **news)
