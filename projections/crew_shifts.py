"""Whose was a shift? One row per shift, ended or not, so that a driver is shown what their own shifts did."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from projections.fact import Fact
from projections.read_model import Index, ReadModel, Row


class CrewShiftRow(Row, frozen=True, gc=False):
    """One shift and the crew member that it is of; that never changes."""

    tenant: str
    shift_id: UUID
    provider_id: UUID
    crew_id: UUID
    started_at: datetime


crew_shifts = ReadModel(
    "crew_shifts",
    CrewShiftRow,
    version=1,
    key=("tenant", "shift_id"),
    indexes=(Index(("tenant", "crew_id", "started_at", "shift_id")),),
)


@crew_shifts.begins("shift.started")
def _started(fact: Fact) -> CrewShiftRow:
    return CrewShiftRow(
        tenant=fact.tenant,
        shift_id=fact.stream_id,
        provider_id=fact.uuid("provider_id"),
        crew_id=fact.uuid("crew_id"),
        started_at=fact.occurred_at,
    )
