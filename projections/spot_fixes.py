"""Which vehicles were mended on the spot, and which were towed after all? One row per request that asked for no tow."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from projections.fact import Fact
from projections.read_model import Index, ReadModel, Row

TOWED: Final = frozenset({"tow", "flatbed_tow"})


class SpotFixRow(Row, frozen=True, gc=False):
    """One request: what was asked for at first, and whether that was enough; null while nobody knows.

    The learned share of ``domain.fix_chance`` is counted from these rows.
    """

    tenant: str
    request_id: UUID
    service: str
    vehicle_class: str
    fixed: bool | None
    known_at: datetime | None
    position: int


spot_fixes = ReadModel(
    "spot_fixes",
    SpotFixRow,
    version=1,
    key=("tenant", "request_id"),
    indexes=(Index(("tenant", "service", "vehicle_class"), where="fixed IS NOT NULL"),),
)


@spot_fixes.settles("service_request.requested")
def _requested(_row: SpotFixRow | None, fact: Fact) -> SpotFixRow | None:
    service = fact.text("service")
    if service in TOWED:
        return None
    size = fact.text("vehicle_class")
    return SpotFixRow(fact.tenant, fact.stream_id, service, size, None, None, fact.position)


@spot_fixes.settles("service_request.need_changed")
def _need_changed(row: SpotFixRow | None, fact: Fact) -> SpotFixRow | None:
    if row is None or row.fixed is not None or fact.text("service") not in TOWED:
        return row
    return replace(row, fixed=False, known_at=fact.occurred_at, position=fact.position)


def _mended(row: SpotFixRow | None, fact: Fact) -> SpotFixRow | None:
    if row is None or row.fixed is not None:
        return row
    return replace(row, fixed=True, known_at=fact.occurred_at, position=fact.position)


for _what in ("work_completed", "completed"):
    spot_fixes.settles(f"service_request.{_what}")(_mended)
