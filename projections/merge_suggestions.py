"""Which calls are probably about the same breakdown, which were merged, and until when can that be undone?"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from domain.twins import UNDO_WITHIN
from projections.fact import Fact
from projections.read_model import Index, ReadModel, Row


class SuggestionRow(Row, frozen=True, gc=False):
    """One request that was suggested to end as a part of another one.

    ``state`` is suggested, dismissed or merged; a merge can be undone until ``undo_until``.
    """

    tenant: str
    request_id: UUID
    version: int
    position: int
    state: str
    into: UUID
    apart_m: int | None
    suggested_at: datetime
    undo_until: datetime | None = None


merge_suggestions = ReadModel(
    "merge_suggestions",
    SuggestionRow,
    version=1,
    key=("tenant", "request_id"),
    indexes=(Index(("tenant", "state", "suggested_at", "request_id")),),
)

OVER: Final = ("assigned", "completed", "cancelled", "unfulfilled", "expired", "unsuccessful", "gone_confirmed")
"""Facts after which nobody has to look at both calls any more."""


@merge_suggestions.begins("service_request.merge_suggested")
def _suggested(fact: Fact) -> SuggestionRow:
    return SuggestionRow(
        tenant=fact.tenant,
        request_id=fact.stream_id,
        version=fact.version,
        position=fact.position,
        state="suggested",
        into=fact.uuid("into"),
        apart_m=fact.whole("apart_m"),
        suggested_at=fact.occurred_at,
    )


@merge_suggestions.settles("service_request.unmerged")
@merge_suggestions.settles("service_request.merge_dismissed")
def _dismissed(row: SuggestionRow | None, fact: Fact) -> SuggestionRow | None:
    return (
        None
        if row is None
        else replace(row, version=fact.version, position=fact.position, state="dismissed", undo_until=None)
    )


@merge_suggestions.settles("service_request.merged")
def _merged(row: SuggestionRow | None, fact: Fact) -> SuggestionRow:
    undo_until = fact.occurred_at + UNDO_WITHIN
    into = fact.uuid("into")
    return SuggestionRow(
        tenant=fact.tenant,
        request_id=fact.stream_id,
        version=fact.version,
        position=fact.position,
        state="merged",
        into=into,
        apart_m=row.apart_m if row is not None and row.into == into else None,
        suggested_at=row.suggested_at if row is not None else fact.occurred_at,
        undo_until=undo_until,
    )


def _over(_row: SuggestionRow | None, _fact: Fact) -> None:
    return None


for _what in OVER:
    merge_suggestions.settles(f"service_request.{_what}")(_over)
