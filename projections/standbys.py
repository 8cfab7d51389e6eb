"""Which shifts are kept ready to tow what a patrol will probably not mend? One row per request that one is kept for."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from projections.fact import Fact
from projections.read_model import Index, ReadModel, Row


class StandbyRow(Row, frozen=True, gc=False):
    """One shift that dispatch leaves to a request until an instant."""

    tenant: str
    request_id: UUID
    shift_id: UUID
    until: datetime
    fix_percent: int
    position: int


standbys = ReadModel(
    "standbys",
    StandbyRow,
    version=1,
    key=("tenant", "request_id"),
    indexes=(Index(("tenant", "shift_id")),),
)


@standbys.begins("service_request.tow_reserved")
def _reserved(fact: Fact) -> StandbyRow:
    return StandbyRow(
        tenant=fact.tenant,
        request_id=fact.stream_id,
        shift_id=fact.uuid("shift_id"),
        until=fact.instant("until"),
        fix_percent=fact.whole("fix_percent"),
        position=fact.position,
    )


@standbys.settles("service_request.tow_released")
def _released(_row: StandbyRow | None, _fact: Fact) -> None:
    return None
