"""Who is on the way to a vehicle, and is it doubted that they come? One row per drive that has not arrived."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from projections.fact import Fact
from projections.read_model import Index, ReadModel, Row


class DriveRow(Row, frozen=True, gc=False):
    """One drive, of the crew that holds the job by ``offer_id``.

    ``doubt`` is stalled, going_away or dark while the crew is asked whether it comes, since ``nudged_at``, when it was
    ``away_m`` off; ``arrives_by`` is what it told itself at ``eta_told_at``.
    ``nudges`` counts those of the request.
    """

    tenant: str
    request_id: UUID
    version: int
    position: int
    offer_id: UUID
    provider_id: UUID
    shift_id: UUID
    attempt: int
    assigned_at: datetime
    en_route_at: datetime | None = None
    doubt: str | None = None
    away_m: int | None = None
    nudged_at: datetime | None = None
    called_at: datetime | None = None
    eta_told_at: datetime | None = None
    arrives_by: datetime | None = None
    nudges: int = 0


drives = ReadModel(
    "drives",
    DriveRow,
    version=1,
    key=("tenant", "request_id"),
    indexes=(
        Index(("assigned_at",)),
        Index(("tenant", "shift_id")),
        Index(("tenant", "nudged_at"), where="doubt IS NOT NULL"),
    ),
)

OVER: Final = ("assignment_revoked", "arrived_on_scene", "cancelled")
"""Facts after which nobody drives to the vehicle any more; none ends a request that is on its way but these."""


@drives.begins("service_request.assigned")
def _assigned(fact: Fact) -> DriveRow:
    return DriveRow(
        tenant=fact.tenant,
        request_id=fact.stream_id,
        version=fact.version,
        position=fact.position,
        offer_id=fact.uuid("offer_id"),
        provider_id=fact.uuid("provider_id"),
        shift_id=fact.uuid("shift_id"),
        attempt=fact.whole("attempt"),
        assigned_at=fact.occurred_at,
    )


def _told(row: DriveRow | None, fact: Fact, **news: object) -> DriveRow | None:
    return None if row is None else replace(row, version=fact.version, position=fact.position, **news)


@drives.settles("service_request.en_route_started")
def _en_route_started(row: DriveRow | None, fact: Fact) -> DriveRow | None:
    return _told(row, fact, en_route_at=fact.occurred_at)


@drives.settles("service_request.drive_nudged")
def _nudged(row: DriveRow | None, fact: Fact) -> DriveRow | None:
    return _told(
        row,
        fact,
        doubt=fact.text("doubt"),
        away_m=fact.whole("away_m"),
        nudged_at=fact.occurred_at,
        called_at=None,
        nudges=fact.whole("nudge"),
    )


@drives.settles("service_request.drive_called")
def _called(row: DriveRow | None, fact: Fact) -> DriveRow | None:
    return _told(row, fact, called_at=fact.occurred_at)


@drives.settles("service_request.drive_resumed")
def _resumed(row: DriveRow | None, fact: Fact) -> DriveRow | None:
    return _told(row, fact, doubt=None, away_m=None, nudged_at=None, called_at=None)


@drives.settles("service_request.drive_eta_told")
def _eta_told(row: DriveRow | None, fact: Fact) -> DriveRow | None:
    calm = _resumed(row, fact)
    return _told(calm, fact, eta_told_at=fact.occurred_at, arrives_by=fact.instant("arrives_by"))


def _over(_row: DriveRow | None, _fact: Fact) -> None:
    return None


for _what in OVER:
    drives.settles(f"service_request.{_what}")(_over)
