"""Who is at work, where, able to do what, and kept for which job? One row per shift that has not ended."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from domain.geography import parent_of
from projections.fact import Fact
from projections.read_model import Index, ReadModel, Row

WIDE: Final = 7
"""H3 resolution of a district, 2.4 km from centre to centre: where shifts are sparse."""

NEAR: Final = 8
"""H3 resolution of a neighbourhood, 0.9 km from centre to centre: a city's search begins here."""

STALE: Final = "stale"


class ShiftRow(Row, frozen=True, gc=False):
    """One shift, as far as events know it.

    ``state`` is available, on_break, offered, committed, at_job, in_transit, wrap_up or stale; ``doing`` is the same,
    or what it was doing when it went stale. ``cell`` is at resolution 10, ``cell_r7`` and ``cell_r8`` hold it. The ids
    of offer and request are those of its reservation.
    """

    tenant: str
    shift_id: UUID
    version: int
    position: int
    state: str
    doing: str
    provider_id: UUID
    crew_id: UUID
    truck_id: UUID
    capabilities: tuple[str, ...]
    vehicle_classes: tuple[str, ...]
    cell: str
    cell_r7: str
    cell_r8: str
    offer_id: UUID | None
    request_id: UUID | None
    ends_by: datetime | None
    started_at: datetime
    updated_at: datetime
    fuel_l: int | None = None
    batteries: int | None = None
    ev_kwh: int | None = None


matching_table = ReadModel(
    "matching_table",
    ShiftRow,
    version=1,
    key=("tenant", "shift_id"),
    indexes=(
        Index(("tenant", "cell_r8"), where="state = 'available'"),
        Index(("tenant", "cell_r7"), where="state = 'available'"),
        Index(("tenant", "provider_id", "started_at", "shift_id")),
        Index(("tenant", "state", "started_at", "shift_id")),
    ),
)


@matching_table.begins("shift.started")
def _started(fact: Fact) -> ShiftRow:
    cell = fact.text("cell")
    return ShiftRow(
        tenant=fact.tenant,
        shift_id=fact.stream_id,
        version=fact.version,
        position=fact.position,
        state="available",
        doing="available",
        provider_id=fact.uuid("provider_id"),
        crew_id=fact.uuid("crew_id"),
        truck_id=fact.uuid("truck_id"),
        capabilities=fact.texts("capabilities"),
        vehicle_classes=fact.texts("vehicle_classes"),
        cell=cell,
        cell_r7=parent_of(cell, WIDE),
        cell_r8=parent_of(cell, NEAR),
        offer_id=None,
        request_id=None,
        ends_by=fact.maybe_instant("ends_by"),
        started_at=fact.occurred_at,
        updated_at=fact.occurred_at,
    )


def _told(row: ShiftRow, fact: Fact, **news: object) -> ShiftRow:
    return replace(row, version=fact.version, position=fact.position, updated_at=fact.occurred_at, **news)


def _does(row: ShiftRow, fact: Fact, doing: str, **news: object) -> ShiftRow:
    """What it does now; who is stale stays so until it is heard of."""
    return _told(row, fact, doing=doing, state=STALE if row.state == STALE else doing, **news)


def _at(fact: Fact) -> dict[str, object]:
    cell = fact.text("cell")
    return {"cell": cell, "cell_r7": parent_of(cell, WIDE), "cell_r8": parent_of(cell, NEAR)}


def _reserved(row: ShiftRow, fact: Fact, doing: str) -> ShiftRow:
    return _does(row, fact, doing, offer_id=fact.uuid("offer_id"), request_id=fact.uuid("request_id"))


@matching_table.on("shift.held")
def _held(row: ShiftRow, fact: Fact) -> ShiftRow:
    return _reserved(row, fact, "offered")


@matching_table.on("shift.committed")
def _committed(row: ShiftRow, fact: Fact) -> ShiftRow:
    return _reserved(row, fact, "committed")


@matching_table.on("shift.arrived_at_job")
def _arrived_at_job(row: ShiftRow, fact: Fact) -> ShiftRow:
    return _does(row, fact, "at_job")


@matching_table.on("shift.set_off_with_vehicle")
def _set_off_with_vehicle(row: ShiftRow, fact: Fact) -> ShiftRow:
    return _does(row, fact, "in_transit")


@matching_table.on("shift.wrapping_up")
def _wrapping_up(row: ShiftRow, fact: Fact) -> ShiftRow:
    return _does(row, fact, "wrap_up")


@matching_table.on("shift.released")
def _released(row: ShiftRow, fact: Fact) -> ShiftRow:
    return _does(row, fact, "available", offer_id=None, request_id=None, **_at(fact))


@matching_table.on("shift.moved")
def _moved(row: ShiftRow, fact: Fact) -> ShiftRow:
    return _told(row, fact, **_at(fact))


@matching_table.on("shift.went_stale")
def _went_stale(row: ShiftRow, fact: Fact) -> ShiftRow:
    return _told(row, fact, state=STALE)


@matching_table.on("shift.recovered")
def _recovered(row: ShiftRow, fact: Fact) -> ShiftRow:
    return _told(row, fact, state=row.doing, **_at(fact))


@matching_table.on("shift.break_started")
def _break_started(row: ShiftRow, fact: Fact) -> ShiftRow:
    return _does(row, fact, "on_break")


@matching_table.on("shift.break_ended")
def _break_ended(row: ShiftRow, fact: Fact) -> ShiftRow:
    return _told(row, fact, state="available", doing="available", **_at(fact))


@matching_table.on("shift.stock_updated")
def _stock_updated(row: ShiftRow, fact: Fact) -> ShiftRow:
    counted = {name: fact.whole(name) for name in ("fuel_l", "batteries", "ev_kwh")}
    return _told(row, fact, **counted)


@matching_table.on("shift.ended")
@matching_table.on("shift.forced_off")
def _ended(_row: ShiftRow, _fact: Fact) -> None:
    return None
