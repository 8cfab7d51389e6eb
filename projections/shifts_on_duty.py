"""Who is at work, where, able to do what, and kept for which job? One row per shift that has not ended."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from projections.fact import Fact
from projections.read_model import Index, ReadModel, Row


class ShiftRow(Row, frozen=True, gc=False):
    """One shift. ``state`` is available, on_break, offered or committed; the ids are those of its reservation."""

    tenant: str
    shift_id: UUID
    version: int
    position: int
    state: str
    provider_id: UUID
    crew_id: UUID
    truck_id: UUID
    capabilities: tuple[str, ...]
    cell: str
    offer_id: UUID | None
    request_id: UUID | None
    started_at: datetime
    updated_at: datetime


shifts_on_duty = ReadModel(
    "shifts_on_duty",
    ShiftRow,
    version=1,
    key=("tenant", "shift_id"),
    indexes=(
        Index(("tenant", "state", "cell")),
        Index(("tenant", "provider_id", "started_at", "shift_id")),
    ),
)


@shifts_on_duty.begins("shift.started")
def _started(fact: Fact) -> ShiftRow:
    return ShiftRow(
        tenant=fact.tenant,
        shift_id=fact.stream_id,
        version=fact.version,
        position=fact.position,
        state="available",
        provider_id=fact.uuid("provider_id"),
        crew_id=fact.uuid("crew_id"),
        truck_id=fact.uuid("truck_id"),
        capabilities=fact.texts("capabilities"),
        cell=fact.text("cell"),
        offer_id=None,
        request_id=None,
        started_at=fact.occurred_at,
        updated_at=fact.occurred_at,
    )


@shifts_on_duty.on("shift.held")
def _held(row: ShiftRow, fact: Fact) -> ShiftRow:
    return _reserved(row, fact, "offered")


@shifts_on_duty.on("shift.committed")
def _committed(row: ShiftRow, fact: Fact) -> ShiftRow:
    return _reserved(row, fact, "committed")


def _reserved(row: ShiftRow, fact: Fact, state: str) -> ShiftRow:
    return replace(
        row,
        version=fact.version,
        position=fact.position,
        updated_at=fact.occurred_at,
        state=state,
        offer_id=fact.uuid("offer_id"),
        request_id=fact.uuid("request_id"),
    )


@shifts_on_duty.on("shift.released")
def _released(row: ShiftRow, fact: Fact) -> ShiftRow:
    return replace(
        row,
        version=fact.version,
        position=fact.position,
        updated_at=fact.occurred_at,
        state="available",
        cell=fact.text("cell"),
        offer_id=None,
        request_id=None,
    )


@shifts_on_duty.on("shift.break_started")
def _break_started(row: ShiftRow, fact: Fact) -> ShiftRow:
    return replace(row, version=fact.version, position=fact.position, updated_at=fact.occurred_at, state="on_break")


@shifts_on_duty.on("shift.break_ended")
def _break_ended(row: ShiftRow, fact: Fact) -> ShiftRow:
    return replace(
        row,
        version=fact.version,
        position=fact.position,
        updated_at=fact.occurred_at,
        state="available",
        cell=fact.text("cell"),
    )


@shifts_on_duty.on("shift.ended")
def _ended(_row: ShiftRow, _fact: Fact) -> None:
    return None
