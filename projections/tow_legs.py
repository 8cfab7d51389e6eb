"""Which tows go on afterwards, from where to where, and has the second leg begun? One row per first leg."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from projections.fact import Fact
from projections.read_model import Index, ReadModel, Row


class LegRow(Row, frozen=True, gc=False):
    """One second leg; ``state`` is planned or opened, ``from_cell`` where it begins once it did.

    ``leg_request_id`` is the request that it is, or will be.
    """

    tenant: str
    request_id: UUID
    version: int
    position: int
    state: str
    leg_request_id: UUID
    to_cell: str
    from_cell: str | None
    scheduled_for: datetime | None
    at_most_minor: int | None
    planned_at: datetime


tow_legs = ReadModel(
    "tow_legs",
    LegRow,
    version=1,
    key=("tenant", "request_id"),
    indexes=(Index(("tenant", "state", "planned_at", "request_id")), Index(("tenant", "leg_request_id"))),
)

NEVER_DONE: Final = ("cancelled", "unfulfilled", "expired", "unsuccessful", "gone_confirmed", "merged")
"""Ends of the first leg after which there is none to go on from."""


@tow_legs.begins("service_request.leg_planned")
def _planned(fact: Fact) -> LegRow:
    return LegRow(
        tenant=fact.tenant,
        request_id=fact.stream_id,
        version=fact.version,
        position=fact.position,
        state="planned",
        leg_request_id=fact.uuid("leg_request_id"),
        to_cell=fact.text("to_cell"),
        from_cell=None,
        scheduled_for=fact.maybe_instant("scheduled_for"),
        at_most_minor=fact.maybe_whole("at_most_minor"),
        planned_at=fact.occurred_at,
    )


@tow_legs.on("service_request.leg_opened")
def _opened(row: LegRow, fact: Fact) -> LegRow:
    return replace(row, version=fact.version, position=fact.position, state="opened", from_cell=fact.text("from_cell"))


def _over(_row: LegRow | None, _fact: Fact) -> None:
    return None


for _what in NEVER_DONE:
    tow_legs.settles(f"service_request.{_what}")(_over)
